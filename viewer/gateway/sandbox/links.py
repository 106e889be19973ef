"""Download links that run out: `/files/<file id>/<name>?expires=<unix seconds>&sig=<HMAC of the three>`."""

import hashlib
import hmac
import time
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from viewer.gateway.sandbox.envelope import NO_AUTHORISATION, Refusal
from viewer.gateway.sandbox.records import FileRecord

_LONG_AGO = 3600


@dataclass(frozen=True, kw_only=True)
class Links:
    """Makes links that live `seconds`, signed with `secret`, and checks them."""

    secret: str
    seconds: float

    def url(self, host_url: str, file: FileRecord) -> str:
        """An absolute link; one that ran out an hour ago if that is the file's nature."""
        expires = str(int(time.time() + (-_LONG_AGO if file.link_expired else self.seconds)))
        query = urlencode({"expires": expires, "sig": self._signature(file.file_id, file.name, expires)})
        return f"{host_url.rstrip('/')}/files/{file.file_id}/{quote(file.name)}?{query}"

    def check(self, file_id: str, name: str, *, expires: str, signature: str) -> None:
        """Refuses (403, 1301) a link that isn't ours or has run out."""
        right = self._signature(file_id, name, expires)
        if not hmac.compare_digest(right.encode(), signature.encode()):
            raise Refusal(NO_AUTHORISATION, "链接无效", status=403)
        if time.time() >= int(expires):
            raise Refusal(NO_AUTHORISATION, "链接已过期，请重新获取", status=403)

    def _signature(self, file_id: str, name: str, expires: str) -> str:
        return hmac.new(self.secret.encode(), f"{file_id}\n{name}\n{expires}".encode(), hashlib.sha256).hexdigest()
