"""Behind proxies: whose word is believed about the reader's address, and below which path the viewer lives."""

import ipaddress
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from viewer.config import Settings
from viewer.domain.client import parse_address

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
REMEMBERED = 1024
"""Addresses of which it is known whether they are a trusted proxy's."""


class BehindProxies:
    """WSGI layer that sets REMOTE_ADDR, the scheme, the host and SCRIPT_NAME as the reader sees them.

    VIEWER_PUBLIC_URL decides scheme, host and path prefix where it is set; a proxy may strip the prefix or leave it.
    Otherwise X-Forwarded-Proto and -Host are taken from a trusted proxy only.
    """

    def __init__(self, app: Wsgi, settings: Settings) -> None:
        self._app = app
        self._trusted = settings.trusted_proxies
        self._public = urlsplit(settings.public_url) if settings.public_url else None
        self._is_trusted = lru_cache(REMEMBERED)(self._belongs)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self._is_trusted(environ.get("REMOTE_ADDR", "")):
            self._believe(environ)
        if self._public:
            environ["wsgi.url_scheme"] = self._public.scheme
            environ["HTTP_HOST"] = self._public.netloc
            prefix, path = self._public.path.rstrip("/"), environ.get("PATH_INFO", "")
            environ["SCRIPT_NAME"] = prefix
            if prefix and (path == prefix or path.startswith(prefix + "/")):
                environ["PATH_INFO"] = path[len(prefix) :] or "/"
        return self._app(environ, start_response)

    def _believe(self, environ: Environ) -> None:
        """The reader is the last address in X-Forwarded-For that isn't a trusted proxy itself. What is no address is nobody's
        word, and neither is anything before it: the proxy that wrote it stands for the reader then."""
        for hop in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            address = parse_address(hop)
            if address is None:
                break
            environ["REMOTE_ADDR"] = address
            if not self._is_trusted(address):
                break
        scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").split(",")[-1].strip()
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
        host = environ.get("HTTP_X_FORWARDED_HOST", "").split(",")[-1].strip()
        if HOST.fullmatch(host):
            environ["HTTP_HOST"] = host

    def _belongs(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address.strip("[]"))
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)
