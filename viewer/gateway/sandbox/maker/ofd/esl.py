"""Electronic seals and what is stamped with them, in both generations of their ASN.1.

GB/T 38540-2020 (version 4: a seal has four members) and before it GM/T 0031-2014 (version 1: a seal has two). Nobody holds a
key of the sandbox: public keys and signatures are as long as real ones and mean nothing; digests are right.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from viewer.gateway.sandbox.maker.ofd import der
from viewer.gateway.sandbox.maker.ofd.sm3 import sm3

SM2_WITH_SM3 = "1.2.156.10197.1.501"
_PUBLIC_KEY, _SM2_CURVE, _COMMON_NAME = "1.2.840.10045.2.1", "1.2.156.10197.1.301", "2.5.4.3"
_AUTHORITY = "沙箱测试CA"
_VENDOR = "SANDBOX"
_ORGANISATION = 1
"""The type of a seal that isn't a person's."""
_USABLE = timedelta(days=1826)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """How a seal looks: a PNG or a whole OFD of its own, shown `width` by `height` millimetres."""

    form: Literal["png", "ofd"]
    content: bytes
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose seal it is, known by `seal_id`, and the day from which it may be used."""

    name: str
    seal_id: str
    since: date

    @property
    def days(self) -> tuple[date, date, date]:
        """Made, valid from, valid until."""
        return self.since, self.since, self.since + _USABLE


def seal(owner: Owner, picture: Picture, version: Literal[1, 4]) -> bytes:
    """The content of a Seal.esl: SESeal."""
    certificate = _certificate(owner)
    if version == 4:
        times = [der.generalized_time(f"{day:%Y%m%d}000000Z") for day in owner.days]
        kind = [der.integer(1)]  # the list holds certificates, not their digests
    else:
        times = [der.utc_time(f"{day:%y%m%d}000000Z") for day in owner.days]
        kind = []
    info = der.sequence(
        der.sequence(der.ia5("ES"), der.integer(version), der.ia5(_VENDOR)),
        der.ia5(owner.seal_id),
        der.sequence(
            der.integer(_ORGANISATION), der.utf8(owner.name), *kind, der.sequence(der.octets(certificate)), *times
        ),
        der.sequence(
            der.ia5(picture.form), der.octets(picture.content), der.integer(picture.width), der.integer(picture.height)
        ),
    )
    signed = (der.octets(certificate), der.identifier(SM2_WITH_SM3), der.bits(_stand_in(info)))
    return der.sequence(info, *signed) if version == 4 else der.sequence(info, der.sequence(*signed))


def stamped(owner: Owner, eseal: bytes, description: bytes, path: str, day: date, version: Literal[1, 4]) -> bytes:
    """The content of a SignedValue.dat: SES_Signature. `description` is the Signature.xml at `path`, whose digest is signed."""
    certificate, algorithm = der.octets(_certificate(owner)), der.identifier(SM2_WITH_SM3)
    digest, place = der.bits(sm3(description)), der.ia5(path)
    if version == 4:
        moment = der.generalized_time(f"{day:%Y%m%d}020000Z")
        told = der.sequence(der.integer(version), eseal, moment, digest, place)
        return der.sequence(told, certificate, algorithm, der.bits(_stand_in(told)))
    moment = der.bits(f"{day:%y%m%d}020000Z".encode())
    told = der.sequence(der.integer(version), eseal, moment, digest, place, certificate, algorithm)
    return der.sequence(told, der.bits(_stand_in(told)))


def _certificate(owner: Owner) -> bytes:
    """X.509 (RFC 5280) with an SM2 key; the authority exists nowhere."""
    algorithm = der.sequence(der.identifier(SM2_WITH_SM3))
    digest = hashlib.sha512(owner.seal_id.encode()).digest()
    start, end = owner.days[1:]
    told = der.sequence(
        der.tagged(0, der.integer(2)),
        der.integer(int.from_bytes(digest[:8], "big")),
        algorithm,
        _name(_AUTHORITY),
        der.sequence(der.utc_time(f"{start:%y%m%d}000000Z"), der.utc_time(f"{end:%y%m%d}000000Z")),
        _name(owner.name),
        der.sequence(der.sequence(der.identifier(_PUBLIC_KEY), der.identifier(_SM2_CURVE)), der.bits(b"\x04" + digest)),
    )
    return der.sequence(told, algorithm, der.bits(_stand_in(told)))


def _name(text: str) -> bytes:
    return der.sequence(der.set_of(der.sequence(der.identifier(_COMMON_NAME), der.utf8(text))))


def _stand_in(content: bytes) -> bytes:
    """Where a signature's two numbers would be."""
    digest = hashlib.sha512(content).digest()
    return der.sequence(*(der.integer(int.from_bytes(half, "big")) for half in (digest[:32], digest[32:])))
