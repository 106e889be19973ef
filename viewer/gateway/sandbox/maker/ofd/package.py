"""The package that an OFD is: a ZIP of XML parts and what they refer to (GB/T 33190-2016, 7.1)."""

from io import BytesIO
from xml.etree.ElementTree import Element, SubElement, tostring
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

NAMESPACE = "http://www.ofdspec.org/2016"

_DAY = (1980, 1, 1, 0, 0, 0)
"""What a ZIP can tell at the earliest; any day of ours would make the same invoice into other bytes."""


def root(name: str, **attributes: str) -> Element:
    """A part's outermost element; every name in a part carries the customary prefix."""
    return Element(f"ofd:{name}", {"xmlns:ofd": NAMESPACE, **attributes})


def child(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    element = SubElement(parent, f"ofd:{name}", attributes)
    element.text = text
    return element


class Package:
    """Parts by their path from the package's root, in the order in which they were put."""

    def __init__(self) -> None:
        self.parts: dict[str, bytes] = {}

    def put_xml(self, path: str, element: Element) -> None:
        self.parts[path] = tostring(element, encoding="UTF-8", xml_declaration=True)

    def packed(self) -> bytes:
        """The ZIP's bytes, the same for the same parts."""
        buffer = BytesIO()
        with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
            for path, content in self.parts.items():
                entry = ZipInfo(path, _DAY)
                entry.compress_type = ZIP_DEFLATED
                archive.writestr(entry, content)
        return buffer.getvalue()
