"""The seals on an invoice's pages: electronic signatures (GB/T 33190-2016, 18), or a picture in an annotation (15)."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from xml.etree.ElementTree import Element

from viewer.gateway.sandbox.maker.ofd import esl, pictures
from viewer.gateway.sandbox.maker.ofd.document import FOLDER, PRODUCER
from viewer.gateway.sandbox.maker.ofd.drawing import numbers
from viewer.gateway.sandbox.maker.ofd.package import Package, child, root
from viewer.gateway.sandbox.maker.ofd.resources import Resources
from viewer.gateway.sandbox.maker.ofd.sm3 import sm3
from viewer.gateway.sandbox.maker.operations import Seal

_SM3 = "1.2.156.10197.1.401"


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """A seal on the page with this id."""

    seal: Seal
    page: str

    @property
    def box(self) -> str:
        seal = self.seal
        return numbers(seal.x - seal.rx, seal.y - seal.ry, 2 * seal.rx, 2 * seal.ry)


def annotate(package: Package, resources: Resources, ids: Iterator[str], stamps: Sequence[Stamp]) -> str:
    """Lays each seal on its page as a picture that only darkens what is below it; returns the list's place."""
    listed = root("Annotations")
    for index, stamp in enumerate(stamps):
        part = f"Page_{index}/Annotation.xml"
        child(child(listed, "Page", PageID=stamp.page), "FileLoc", part)
        annotations = root("PageAnnot")
        annotation = child(annotations, "Annot", Type="Watermark", ID=next(ids), Subtype="Watermark", NoRotate="true")
        look = child(annotation, "Appearance", Boundary=stamp.box)
        width, height = 2 * stamp.seal.rx, 2 * stamp.seal.ry
        child(
            look,
            "ImageObject",
            ID=next(ids),
            Boundary=numbers(0, 0, width, height),
            CTM=numbers(width, 0, 0, height, 0, 0),
            ResourceID=resources.image(pictures.png(stamp.seal)),
            BlendMode="Darken",
        )
        package.put_xml(f"{FOLDER}/Annots/{part}", annotations)
    package.put_xml(f"{FOLDER}/Annots/Annotations.xml", listed)
    return "Annots/Annotations.xml"


def sign(package: Package, stamps: Sequence[Stamp], issued: date, version: Literal[1, 4]) -> None:
    """Signs all that is in the package so far, once for each seal. The older seals are pictures, the newer ones vectors; the
    seal itself stands in a file of its own beside the signature unless it is the tax office's vector one."""
    digests = {path: base64.b64encode(sm3(part)).decode() for path, part in package.parts.items()}
    listed = root("Signatures")
    child(listed, "MaxSignId", str(len(stamps)))
    for index, stamp in enumerate(stamps):
        folder = f"{FOLDER}/Signs/Sign_{index}"
        child(listed, "Signature", ID=str(index + 1), BaseLoc=f"/{folder}/Signature.xml")
        picture, owner = _picture(stamp.seal, version), _owner(stamp.seal, issued)
        eseal = esl.seal(owner, picture, version)
        covered = dict(digests)
        beside = version == 1 or stamp.seal.kind == "invoice"
        if beside:
            package.parts[f"{folder}/Seal.esl"] = eseal
            covered[f"{folder}/Seal.esl"] = base64.b64encode(sm3(eseal)).decode()
        package.put_xml(f"{folder}/Signature.xml", _signature(folder, stamp, issued, covered, beside=beside))
        description, path = package.parts[f"{folder}/Signature.xml"], f"/{folder}/Signature.xml"
        value = esl.stamped(owner, eseal, description, path, issued, version)
        package.parts[f"{folder}/SignedValue.dat"] = value
    package.put_xml(f"{FOLDER}/Signs/Signatures.xml", listed)


def _signature(folder: str, stamp: Stamp, issued: date, covered: dict[str, str], *, beside: bool) -> Element:
    signature = root("Signature")
    told = child(signature, "SignedInfo")
    child(told, "Provider", ProviderName=PRODUCER, Version="1.0", Company=PRODUCER)
    child(told, "SignatureMethod", esl.SM2_WITH_SM3)
    child(told, "SignatureDateTime", f"{issued:%Y%m%d}100000")
    references = child(told, "References", CheckMethod=_SM3)
    for path, digest in covered.items():
        child(child(references, "Reference", FileRef=f"/{path}"), "CheckValue", digest)
    child(told, "StampAnnot", ID="1", PageRef=stamp.page, Boundary=stamp.box)
    if beside:
        child(child(told, "Seal"), "BaseLoc", f"/{folder}/Seal.esl")
    child(signature, "SignedValue", f"/{folder}/SignedValue.dat")
    return signature


def _picture(seal: Seal, version: Literal[1, 4]) -> esl.Picture:
    width, height = 2 * seal.rx, 2 * seal.ry
    if version == 4:
        return esl.Picture(form="ofd", content=pictures.nested(seal), width=width, height=height)
    return esl.Picture(form="png", content=pictures.png(seal), width=width, height=height)


def _owner(seal: Seal, issued: date) -> esl.Owner:
    """Seals are made anew every year."""
    digits = int.from_bytes(hashlib.sha256(seal.name.encode()).digest()[:6], "big") % 10**14
    return esl.Owner(name=seal.name, seal_id=f"{digits:014}", since=date(issued.year, 1, 1))
