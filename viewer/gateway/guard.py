"""Where a file may be fetched from. The decision falls where a connection is made, about the very address that is dialled, so
that no second look-up, no redirect and no two readings of one link can lead elsewhere.

Hosts on the allow-list may lie anywhere. Any other name is resolved once; all of its addresses must be of the public internet, and
only these are dialled. The name stays in Host, and in TLS's server name and certificate check. requests-hardened, the nearest
library, lets fec0::/10 and ::/96 through, looks at a name's first address alone, and knows neither deadlines nor an allow-list.
"""

import re
import socket
import time
from collections.abc import Collection
from ipaddress import AddressValueError, IPv4Address
from typing import Any
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from viewer.config import host_port
from viewer.domain.routable import is_routable
from viewer.errors import DownloadRefused
from viewer.gateway.transfer import BoundedAdapter

PORTS = frozenset({80, 443})
"""Of hosts that aren't on the allow-list."""
MOST_DIALLED = 4
"""Addresses of one name that are tried, within the one time to connect."""
ODD, CONTROL = re.compile(r"[\s\\@%]"), re.compile(r"[\x00-\x1f\x7f]")
"""What readers of links differ about: in a host, and anywhere."""
NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE)
"""A name's last part that makes all of it a number, such as 2130706433, 0x7f.1 or 127.1."""


def check_link(url: str, allowed: Collection[str]) -> None:
    """Raises DownloadRefused for a link that isn't plainly one of http or https to a host by its name or usual address, or that
    leads to a port for which its host would have to be on the allow-list."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DownloadRefused("bad_link") from error
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or ODD.search(parts.netloc) or CONTROL.search(url):
        raise DownloadRefused("bad_link")
    if NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]) and not _is_plain_v4(host):
        raise DownloadRefused("bad_link")
    if port is not None and port not in PORTS and host_port(url) not in allowed:
        raise DownloadRefused("host_not_allowed")


class GuardedAdapter(BoundedAdapter):
    """Connections to the allow-list's `host:port`, and to the public internet."""

    __attrs__ = (*BoundedAdapter.__attrs__, "_allowed")

    def __init__(self, allowed: Collection[str], **more: Any) -> None:
        self._allowed = allowed
        super().__init__(**more)

    def traits(self) -> dict[str, Any]:
        allowed = self._allowed

        def connected(connection: HTTPConnection) -> socket.socket:
            host = connection.host.lower().strip("[]")
            name = f"[{host}]:{connection.port}" if ":" in host else f"{host}:{connection.port}"
            return _connected(connection, anywhere=name in allowed)

        return {**super().traits(), "_new_conn": connected}


def _connected(connection: HTTPConnection, *, anywhere: bool) -> socket.socket:
    """A socket to the connection's host; `anywhere` dials whatever its name says."""
    seconds = connection.timeout
    assert isinstance(seconds, int | float), "every exchange has its time to connect"
    end = time.monotonic() + seconds
    try:
        found = socket.getaddrinfo(connection.host.strip("[]"), connection.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NewConnectionError(connection, f"no address: {error}") from error
    if not anywhere and not all(is_routable(str(address[0])) for *_, address in found):
        raise DownloadRefused("host_not_allowed")
    fault: OSError = TimeoutError()
    for family, kind, protocol, _, address in found[:MOST_DIALLED]:
        dialled = socket.socket(family, kind, protocol)
        try:
            dialled.settimeout(max(0.001, end - time.monotonic()))
            dialled.connect(address)
        except OSError as error:
            dialled.close()
            fault = error
        else:
            dialled.settimeout(seconds)
            return dialled
    if isinstance(fault, TimeoutError):
        raise ConnectTimeoutError(connection, "too slow to connect") from fault
    raise NewConnectionError(connection, f"can't connect: {fault}") from fault


def _is_plain_v4(host: str) -> bool:
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True
