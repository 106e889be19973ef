"""An OFD read as a suspicious reader would: every reference followed, every number written out. It draws nothing."""

import base64
import posixpath
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, fromstring

OFD = "{http://www.ofdspec.org/2016}"

_PLACES = {
    "DocRoot", "Signatures", "PublicRes", "DocumentRes", "Annotations", "CustomTags", "Attachments", "FileLoc", "MediaFile",
    "FontFile", "BaseLoc", "SignedValue",
}  # fmt: skip
"""Elements whose text is the place of a part."""
_ID_ATTRIBUTES = {
    "Font": "Font", "ResourceID": "MultiMedia", "DrawParam": "DrawParam", "Relative": "DrawParam",
    "ColorSpace": "ColorSpace", "TemplateID": "TemplatePage", "PageRef": "Page", "PageID": "Page",
}  # fmt: skip
"""Attributes that name something by its id → the element that it must be."""


class Ofd:
    """A package's parts, parsed. What isn't XML stays bytes."""

    def __init__(self, content: bytes) -> None:
        archive = zipfile.ZipFile(BytesIO(content))
        self.names = archive.namelist()
        self.parts = {name: archive.read(name) for name in self.names}
        self.xml = {name: fromstring(part) for name, part in self.parts.items() if name.endswith(".xml")}

    def named(self) -> set[str]:
        """The parts that others name, and OFD.xml."""
        return {"OFD.xml", *(place for name in self.xml for place in self._named_by(name))}

    def _named_by(self, name: str) -> Iterator[str]:
        part, folder = self.xml[name], posixpath.dirname(name)
        media = posixpath.join(folder, part.get("BaseLoc", ""))
        for element in part.iter():
            kind = element.tag.removeprefix(OFD)
            if kind in _PLACES and element.text and element.text.strip():
                yield _joined(media if kind in ("MediaFile", "FontFile") else folder, element.text)
            if kind in ("TemplatePage", "Page", "Signature") and "BaseLoc" in element.attrib:
                yield _joined(folder, element.attrib["BaseLoc"])

    def ids(self) -> list[tuple[int, str]]:
        """Of the document, each with the name of its element; the ids of signatures are counted apart."""
        inside = [part for name, part in self.xml.items() if "/Signs/" not in name]
        elements = [element for part in inside for element in part.iter() if "ID" in element.attrib]
        return [(int(element.attrib["ID"]), element.tag.removeprefix(OFD)) for element in elements]

    def dangling(self) -> list[tuple[str, str]]:
        """References to ids that no element has, or one of another kind."""
        kinds = {str(number): kind for number, kind in self.ids()}
        elements = [element for part in self.xml.values() for element in part.iter()]
        asked = [
            (element.attrib[name], kind)
            for element in elements
            for name, kind in _ID_ATTRIBUTES.items()
            if name in element.attrib
        ]
        wrong = [(number, kind) for number, kind in asked if kinds.get(number) != kind]
        objects = [str(element.text) for element in elements if element.tag == f"{OFD}ObjectRef"]
        return wrong + [(number, "object") for number in objects if kinds.get(number) != "TextObject"]

    def pages(self) -> list[Element]:
        return self._listed("Page")

    def templates(self) -> list[Element]:
        return self._listed("TemplatePage")

    def _listed(self, kind: str) -> list[Element]:
        places = [element.attrib["BaseLoc"] for element in self.xml["Doc_0/Document.xml"].iter(f"{OFD}{kind}")]
        return [self.xml[_joined("Doc_0", place)] for place in places]

    def texts(self) -> dict[str, str]:
        """What each text says, by its id, on pages and templates."""
        drawn = [text for part in self.pages() + self.templates() for text in part.iter(f"{OFD}TextObject")]
        return {text.attrib["ID"]: str(text.findtext(f"{OFD}TextCode")) for text in drawn}

    def custom_datas(self) -> dict[str, str | None]:
        return {element.attrib["Name"]: element.text for element in self.xml["OFD.xml"].iter(f"{OFD}CustomData")}

    def tagged(self) -> list[tuple[str, str]]:
        """The custom tag's values in its order, by their names without prefix: what the objects say that it points at."""
        texts = self.texts()
        told = []
        for element in self.xml["Doc_0/Tags/CustomTag.xml"].iter():
            references = element.findall(f"{OFD}ObjectRef")
            if references:
                told.append((local(element), "".join(texts[str(each.text)] for each in references)))
        return told


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return re.sub(r"\{.*\}", "", element.tag)


def distances(text: str) -> list[float]:
    """DeltaX or DeltaY written out."""
    words, values = text.split(), []
    while words:
        if words[0] == "g":
            values += [float(words[2])] * int(words[1])
            words = words[3:]
        else:
            values.append(float(words.pop(0)))
    return values


def boundary(element: Element) -> tuple[float, float, float, float]:
    left, top, width, height = map(float, element.attrib["Boundary"].split())
    return left, top, left + width, top + height


def _joined(folder: str, place: str) -> str:
    return posixpath.normpath(posixpath.join("/" + folder, place)).removeprefix("/")


Der = tuple[int, "bytes | list[Der]"]
"""A value of ASN.1: its tag, and its content or members."""


def der(content: bytes) -> list[Der]:
    """The values in `content`; fails where a length doesn't fit."""
    values: list[Der] = []
    while content:
        tag, length, start = content[0], content[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(content[2:start], "big")
        inside = content[start : start + length]
        assert len(inside) == length
        values.append((tag, der(inside) if tag & 0x20 else inside))
        content = content[start + length :]
    return values


def digest(text: str | None) -> bytes:
    return base64.b64decode(text or "")
