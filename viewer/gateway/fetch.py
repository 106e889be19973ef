"""Fetching a file by a link that upstream returned: only from hosts on the allow-list, only so many bytes, only so long."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter

from viewer.config import Settings, host_port
from viewer.errors import DownloadRefused, LinkExpired, UpstreamUnreachable
from viewer.gateway.transfer import Deadline, body, told_apart

HOPS = 3
GONE = frozenset({400, 401, 403, 404, 410})
"""Statuses with which file servers answer a link that is no longer good."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What arrived: its SHA-256 in hex and its bytes' count."""

    sha256: str
    size: int


class Fetcher:
    """Downloads, each checked against the allow-list at every hop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=8, pool_maxsize=32))

    def fetch(self, url: str, *, extension: str, to: BinaryIO) -> Fetched:
        """Writes the file behind `url` to `to`.

        Raises LinkExpired where the link is no longer honoured (also where a login page or an error envelope comes
        instead of a file with the declared `extension`), DownloadRefused where our own guard says no, UpstreamTimeout
        and UpstreamUnreachable otherwise.
        """
        deadline = Deadline(self._settings.download_deadline)
        with told_apart(deadline), self._open(url, deadline, self._settings.allowed_hosts) as response:
            if response.status_code in GONE:
                raise LinkExpired
            if response.status_code != requests.codes.ok:
                raise UpstreamUnreachable(reason=f"HTTP {response.status_code}")
            if _is_excuse(response, extension):
                raise LinkExpired
            digest, size = hashlib.sha256(), 0
            try:
                for piece in body(response, deadline=deadline, limit=self._settings.max_file_bytes):
                    digest.update(piece)
                    size += len(piece)
                    to.write(piece)
            except OverflowError as error:
                raise DownloadRefused("too_large") from error
        return Fetched(sha256=digest.hexdigest(), size=size)

    def close(self) -> None:
        self._session.close()

    def _open(self, url: str, deadline: Deadline, allowed: Collection[str]) -> requests.Response:
        for _ in range(HOPS):
            if host_port(url) not in allowed:
                raise DownloadRefused("host_not_allowed")
            response = self._session.get(
                url,
                timeout=(min(self._settings.connect_timeout, deadline.left()), deadline.left()),
                allow_redirects=False,
                stream=True,
                headers={"Accept-Encoding": "identity"},
            )
            if response.status_code not in REDIRECTS:
                return response
            url = urljoin(url, response.headers.get("Location", ""))
            response.close()
        raise UpstreamUnreachable(reason="too many redirects")


def _is_excuse(response: requests.Response, extension: str) -> bool:
    """Whether a page or an error envelope came where a file was due."""
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    return (kind == "text/html" and extension not in ("html", "htm")) or (
        kind == "application/json" and extension != "json"
    )
