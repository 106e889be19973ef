"""Fetching a file by a link that upstream returned: only from where the guard allows, only so many bytes, only so long."""

import hashlib
import os
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import BinaryIO
from urllib.parse import urljoin

import requests

from viewer import metrics
from viewer.config import Settings
from viewer.errors import DownloadRefused, LinkExpired, UpstreamUnreachable
from viewer.gateway.guard import GuardedAdapter, check_link
from viewer.gateway.transfer import Deadline, body, exchange

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
    """Downloads, guarded at every hop. The environment's proxies, which would dial for us, and .netrc's passwords are left alone;
    one server's cookies are never told to anybody."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session = _Session()
        self._session.trust_env = False
        self._session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True  # a company's own authority
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            adapter = GuardedAdapter(settings.allowed_hosts, pool_connections=8, pool_maxsize=32)
            self._session.mount(scheme, adapter)

    def fetch(self, url: str, *, extension: str, to: BinaryIO) -> Fetched:
        """Writes the file behind `url` to `to`.

        Raises LinkExpired where the link is no longer honoured (also where a login page or an error envelope comes
        instead of a file with the declared `extension`), DownloadRefused where our own guard says no, UpstreamTimeout
        and UpstreamUnreachable otherwise.
        """
        deadline, limit = Deadline(self._settings.download_deadline), self._settings.max_file_bytes
        try:
            with metrics.step("download", "file"), exchange(deadline, limit), self._open(url, deadline) as response:
                if response.status_code in GONE:
                    raise LinkExpired
                if response.status_code != requests.codes.ok:
                    raise UpstreamUnreachable(reason=f"HTTP {response.status_code}")
                if _is_excuse(response, extension):
                    raise LinkExpired
                digest, size = hashlib.sha256(), 0
                for piece in body(response, deadline=deadline, limit=limit):
                    digest.update(piece)
                    size += len(piece)
                    to.write(piece)
        except OverflowError as error:
            raise DownloadRefused("too_large") from error
        return Fetched(sha256=digest.hexdigest(), size=size)

    def close(self) -> None:
        self._session.close()

    def _open(self, url: str, deadline: Deadline) -> requests.Response:
        for _ in range(HOPS):
            check_link(url, self._settings.allowed_hosts)
            response = self._session.get(
                url,
                timeout=(min(self._settings.connect_timeout, deadline.left()), deadline.left()),
                allow_redirects=False,
                stream=True,
                headers={"Accept-Encoding": "identity"},
            )
            if response.status_code not in REDIRECTS:
                return response
            with response:
                url = urljoin(url, response.headers.get("Location", ""))
        raise UpstreamUnreachable(reason="too many redirects")


class _Session(requests.Session):
    """Follows nothing by itself; requests would even look where a redirect leads that it isn't to follow."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _is_excuse(response: requests.Response, extension: str) -> bool:
    """Whether a page or an error envelope came where a file was due."""
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    return (kind == "text/html" and extension not in ("html", "htm")) or (
        kind == "application/json" and extension != "json"
    )
