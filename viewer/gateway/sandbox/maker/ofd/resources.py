"""What the pages of one document share (GB/T 33190-2016, 7.9): fonts, colours, drawing parameters and pictures."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from reportlab.lib.colors import Color

from viewer.gateway.sandbox.maker.font import Cut
from viewer.gateway.sandbox.maker.ofd.package import Package, child, root

TITLE_FACE, PLAIN_FACE, CODE_FACE = "楷体", "宋体", "Courier New"
"""Typefaces by name, as issuers leave them to the reader's machine: of the form's title and vertical labels, of all else, and of
tax numbers and ¥."""
HALF = 0.5
"""How wide digits and signs of 宋体 are, as a fraction of the size."""
RULE = "0.25"
"""How thick most rules are, in millimetres."""


def rgb(color: Color) -> str:
    """The colour as three numbers of 0–255."""
    return " ".join(str(round(part * 255)) for part in (color.red, color.green, color.blue))


class Resources:
    """Hands out the ids of what pages use. With `embedded`, the typeface of most texts is in the file, and only that."""

    def __init__(self, ids: Iterator[str], *, embedded: bool = False) -> None:
        self._ids = ids
        self.colour_space = next(ids)
        self.cut = Cut() if embedded else None
        self._fonts: dict[str, str] = {}
        self._images: dict[str, tuple[str, bytes]] = {}
        self._params: dict[str, tuple[str, str]] = {}

    def font(self, face: str) -> str:
        if face not in self._fonts:
            self._fonts[face] = next(self._ids)
        return self._fonts[face]

    def is_embedded(self, face: str) -> bool:
        return self.cut is not None and face == PLAIN_FACE

    def image(self, content: bytes) -> str:
        """Of a PNG; the picture's part is named by the id."""
        number = next(self._ids)
        self._images[number] = (f"image_{number}.png", content)
        return number

    def draw_param(self, color: Color) -> str:
        """Rules and text of one colour: the text's is stated, that of the rules comes from the parameters it builds on."""
        value = rgb(color)
        if value not in self._params:
            self._params[value] = (next(self._ids), next(self._ids))
        return self._params[value][1]

    def write(self, package: Package, folder: str) -> None:
        """PublicRes.xml, DocumentRes.xml if there are pictures, and the files that they name."""
        public = root("Res", BaseLoc="Res")
        child(child(public, "ColorSpaces"), "ColorSpace", ID=self.colour_space, Type="RGB", BitsPerComponent="8")
        if self._params:
            self._write_params(child(public, "DrawParams"))
        fonts = child(public, "Fonts")
        for face, number in self._fonts.items():
            font = child(fonts, "Font", ID=number, FontName=face, FamilyName=face)
            if self.is_embedded(face) and self.cut:
                child(font, "FontFile", f"font_{number}.ttf")
                package.parts[f"{folder}/Res/font_{number}.ttf"] = self.cut.file()
        package.put_xml(f"{folder}/PublicRes.xml", public)
        if self._images:
            self._write_images(package, folder)

    def _write_params(self, params: Element) -> None:
        for value, (rules, everything) in self._params.items():
            basis = child(params, "DrawParam", ID=rules, LineWidth=RULE)
            child(basis, "StrokeColor", Value=value, ColorSpace=self.colour_space)
            built = child(params, "DrawParam", ID=everything, Relative=rules)
            child(built, "FillColor", Value=value, ColorSpace=self.colour_space)

    def _write_images(self, package: Package, folder: str) -> None:
        document = root("Res", BaseLoc="Res")
        media = child(document, "MultiMedias")
        for number, (name, content) in self._images.items():
            child(child(media, "MultiMedia", ID=number, Type="Image", Format="PNG"), "MediaFile", name)
            package.parts[f"{folder}/Res/{name}"] = content
        package.put_xml(f"{folder}/DocumentRes.xml", document)
