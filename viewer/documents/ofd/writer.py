"""The PDF that a conversion fills: its pages, and what their contents name. One dictionary of resources serves all of them."""

import io
import struct
from collections.abc import Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name

from viewer.documents.ofd import pictures
from viewer.documents.ofd.faces import Face
from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.pdf_fonts import UsedFont, packed
from viewer.documents.ofd.values import Matrix, Rect
from viewer.documents.shapes import Limits

POINTS = 72 / 25.4
"""Of a millimetre."""
BLENDS = frozenset(
    {"Normal", "Multiply", "Screen", "Overlay", "Darken", "Lighten"}
    | {"ColorDodge", "ColorBurn", "HardLight", "SoftLight", "Difference", "Exclusion"}
)

OPAQUE = (1.0, 1.0, "Normal")
"""What a graphics state holds anyway."""


class Writer:
    def __init__(self, findings: Findings) -> None:
        self.pdf = pikepdf.new()
        self.findings = findings
        self._names: dict[str, dict[str, pikepdf.Object]] = {}
        self._fonts: dict[tuple[int, bool], UsedFont] = {}
        self._states: dict[tuple[float, float, str], str] = {}
        self.seals: dict[bytes, tuple[str, Rect]] = {}
        """Seals that are drawn already: their form and its extent."""
        self._pictures: dict[tuple[int, int], str] = {}
        self._resources = self.pdf.make_indirect(Dictionary())

    def font(self, face: Face, *, down: bool) -> UsedFont:
        key = id(face), down
        if key not in self._fonts:
            self._fonts[key] = UsedFont(f"F{len(self._fonts)}", face, down=down)
        return self._fonts[key]

    def state(self, fill: float, stroke: float, blend: str = "Normal") -> str:
        """The operator that sets opacities and how colours mix; "" for what holds anyway."""
        key = round(fill, 3), round(stroke, 3), blend if blend in BLENDS else "Normal"
        if key == OPAQUE:
            return ""
        if key not in self._states:
            state = Dictionary(ca=key[0], CA=key[1], BM=Name(f"/{key[2]}"))
            self._states[key] = self.add("ExtGState", state)
        return f"{self._states[key]} gs "

    def add(self, kind: str, item: pikepdf.Object) -> str:
        """Puts something into the resources; its name there, with the slash."""
        held = self._names.setdefault(kind, {})
        name = f"/{kind[0]}{len(held)}"
        held[name] = item
        return name

    def picture(self, content: bytes, mask: bytes | None, limits: Limits) -> str:
        """A picture's name; the same bytes are embedded once. Raises one of `pictures.FAULTS`."""
        key = hash(content), hash(mask)
        if key not in self._pictures:
            self._pictures[key] = self.add("XObject", pictures.embedded(self.pdf, content, mask, limits))
        return self._pictures[key]

    def form(self, content: str, extent: Rect, *, group: bool = False, isolated: bool = False) -> str:
        """Content to be drawn at once: its name."""
        stream = packed(
            self.pdf,
            content.encode(),
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([extent.x, extent.y, extent.x + extent.w, extent.y + extent.h]),
            Resources=self._resources,
        )
        if group:
            stream["/Group"] = Dictionary(S=Name.Transparency, I=isolated, K=False, CS=Name.DeviceRGB)
        return self.add("XObject", stream)

    def tile(self, content: str, width: float, height: float, steps: tuple[float, float], matrix: Matrix) -> str:
        """A pattern of tiles: its name."""
        stream = packed(
            self.pdf,
            content.encode(),
            Type=Name.Pattern,
            PatternType=1,
            PaintType=1,
            TilingType=1,
            BBox=Array([0, 0, width, height]),
            XStep=steps[0],
            YStep=steps[1],
            Matrix=Array(list(matrix)),
            Resources=self._resources,
        )
        return self.add("Pattern", stream)

    def shading(self, shading: pikepdf.Object, matrix: Matrix) -> str:
        """A pattern of flowing colours: its name."""
        return self.add(
            "Pattern", Dictionary(Type=Name.Pattern, PatternType=2, Shading=shading, Matrix=Array(list(matrix)))
        )

    def page(self, content: str, area: Rect) -> None:
        width, height = points(area)
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, width, height]),
            Contents=packed(self.pdf, content.encode()),
            Resources=self._resources,
        )
        self.pdf.pages.append(pikepdf.Page(page))

    def finished(self) -> bytes:
        fonts = {}
        for font in self._fonts.values():
            try:
                fonts[f"/{font.name}"] = font.written(self.pdf)
            except (ValueError, IndexError, KeyError, struct.error):
                self.findings.add("font", font.name)
        for kind, held in {**self._names, "Font": fonts}.items():
            self._resources[f"/{kind}"] = Dictionary(held)
        out = io.BytesIO()
        self.pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
        return out.getvalue()


def points(area: Rect) -> tuple[float, float]:
    """A page's extent as PDFium will know it, which keeps single precision."""
    width, height = struct.unpack("ff", struct.pack("ff", round(area.w * POINTS, 4), round(area.h * POINTS, 4)))
    return width, height


def base(area: Rect) -> Matrix:
    """From a page's millimetres, y downwards, to its points, y upwards."""
    return Matrix(POINTS, 0, 0, -POINTS, 0, points(area)[1])


def hexed(cids: Sequence[int]) -> str:
    return f"<{''.join(f'{cid:04X}' for cid in cids)}>"
