"""Signed calls from servers (the ERP's, upstream's channel): checked, and each stamp good for one content only."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from viewer.config import Settings
from viewer.domain.signing import ENC_TYPES, is_signed
from viewer.errors import N_, BadSignature
from viewer.store import ledger_queries
from viewer.store.database import Database

WINDOW = timedelta(minutes=5)
MILLISECONDS = re.compile(r"\d{10,15}")

Answer = dict[str, Any]


class Calls:
    """Whether a server call is what it says, and that it is answered once."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    def answer(self, *, path: str, body: bytes, fields: Mapping[str, Any], act: Callable[[], Answer]) -> Answer:
        """The call's answer: `act`'s the first time, the same again for the same call within its window.

        Raises BadSignature for a wrong signature, a stamp more than five minutes off, an encType weaker than
        VIEWER_ENC_TYPE, and for a stamp that was used for another path or body (the signature covers neither).
        """
        client_id, timestamp = self._check(fields)
        digest = hashlib.sha256(path.encode() + b"\0" + body).hexdigest()
        now = datetime.now(UTC)
        with self._database.write() as session:
            ledger_queries.forget_calls(session, before=now - 2 * WINDOW)
            served = ledger_queries.claim_call(
                session, client_id=client_id, timestamp=timestamp, digest=digest, now=now
            )
            if served.digest != digest:
                raise BadSignature(N_("This client_id and timestamp were used for another call. Sign each call anew."))
            if served.answer is not None:
                return served.answer
        answer = act()
        with self._database.write() as session:
            ledger_queries.claim_call(
                session, client_id=client_id, timestamp=timestamp, digest=digest, now=now
            ).answer = answer
        return answer

    def _check(self, fields: Mapping[str, Any]) -> tuple[str, str]:
        settings = self._settings
        client_id, timestamp, enc_type = (str(fields.get(name, "")) for name in ("client_id", "timestamp", "encType"))
        if enc_type not in ENC_TYPES or enc_type < settings.enc_type:
            raise BadSignature(N_("encType must be {least} or stronger."), least=settings.enc_type)
        if not settings.client_secret or client_id != settings.client_id:
            raise BadSignature
        if not is_signed(
            str(fields.get("sign", "")),
            client_id=client_id,
            client_secret=settings.client_secret,
            timestamp=timestamp,
            enc_type=enc_type,
        ):
            raise BadSignature
        if not MILLISECONDS.fullmatch(timestamp) or abs(time.time() - int(timestamp) / 1000) > WINDOW.total_seconds():
            raise BadSignature(N_("The timestamp is more than five minutes off. Check the clocks of both servers."))
        return client_id, timestamp
