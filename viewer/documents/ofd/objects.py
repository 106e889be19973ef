"""Graphic objects (GB/T 33190 clauses 8.5, 9–13): text, paths, pictures, composites, in blocks and layers."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from viewer.documents.ofd import outlines, pictures, text
from viewer.documents.ofd.clips import clip_of
from viewer.documents.ofd.colours import opacity
from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.fonts import Fonts
from viewer.documents.ofd.package import Package
from viewer.documents.ofd.paint import Paint, Surface, paint_of
from viewer.documents.ofd.paths import drawn, extent, segments
from viewer.documents.ofd.resources import Resource, Resources, part_of
from viewer.documents.ofd.style import Style, style_of
from viewer.documents.ofd.values import IDENTITY, Matrix, Rect, box, matrix, moved, shown_all, size
from viewer.documents.ofd.writer import Writer
from viewer.documents.ofd.xml import MOST_BLOCKS, Element, attribute, child, content_of, is_true
from viewer.documents.shapes import Limits

MOST_OBJECTS = 50_000
MOST_CHARACTERS = 400_000
"""Of one page, with all that it draws more than once."""
UNSEEN = 3
"""PDF's way of showing text that is only there to be read, over a scan."""
SLACK = 0.1
"""Millimetres that a drawing may stand out of its boundary before it is clipped: many boundaries are a line's width short."""
FAULTS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError, struct.error)
"""What damaged values of one object may raise; the others are drawn."""
BLOCKS = frozenset({"PageBlock", "Layer", "Content"})


@dataclass(frozen=True)
class Item:
    """An object's operators and where they draw, in the content's space. `kind`: text, line or area."""

    content: str
    extent: Rect
    kind: str
    text: str = ""


@dataclass
class Budget:
    """What may still be drawn on a page."""

    objects: int = MOST_OBJECTS
    characters: int = MOST_CHARACTERS


@dataclass(frozen=True)
class Scene:
    """Where objects are drawn: their resources and style, and the matrix from their millimetres to the content's space.

    `shapes`: characters are drawn as shapes, so that nothing reads them as the page's text.
    """

    package: Package
    writer: Writer
    fonts: Fonts
    findings: Findings
    limits: Limits
    resources: Resources
    matrix: Matrix
    style: Style = field(default_factory=Style)
    budget: Budget = field(default_factory=Budget)
    depth: int = 0
    within: tuple[Element, ...] = ()
    shapes: bool = False

    def items(self, block: Element) -> Iterator[Item]:
        """The objects of a block in the order in which they are drawn."""
        if self.depth > MOST_BLOCKS:
            self.findings.add("too_deep", block.tag)
            return
        for element in block:
            if self.budget.objects <= 0:
                self.findings.add("too_much", "objects")
                return
            self.budget.objects -= 1
            if element.tag in BLOCKS:
                inner = replace(self, depth=self.depth + 1, style=style_of(element, self.resources, self.style))
                yield from inner.items(element)
            elif is_true(element, "Visible", True):
                try:
                    item = self._item(element)
                except FAULTS:
                    self.findings.add("unreadable", f"{element.tag} {attribute(element, 'ID')}")
                    continue
                if item:
                    yield item

    def content(self, block: Element) -> str:
        return "\n".join(item.content for item in self.items(block))

    def _item(self, element: Element) -> Item | None:
        match element.tag:
            case "TextObject":
                return self._text(element)
            case "PathObject":
                return self._path(element)
            case "ImageObject":
                return self._image(element)
            case "CompositeObject":
                return self._composite(element)
            case "Actions" | "Border" | "Clips":
                return None
            case other:
                self.findings.add("unknown", other)
                return None

    # Objects

    def _text(self, element: Element) -> Item | None:
        style = style_of(element, self.resources, self.style)
        letters, glyphs = self._glyphs(element)
        if not glyphs:
            return None
        own = text.extent(glyphs, letters)
        place = self._place(element)
        surface = Surface(self.matrix.after(place), own)
        fill, stroke = is_true(element, "Fill", True), is_true(element, "Stroke", False)
        stroke = stroke and (style.stroke is not None or not fill)
        inside = self._paint(style.fill, surface, stroke=False) if fill else None
        line = (
            self._paint(style.fill if style.stroke is None else style.stroke, surface, stroke=True) if stroke else None
        )
        runs = list(text.runs_of(glyphs, letters))
        bold = letters.bold and inside is not None and line is None
        if bold:
            line = self._paint(style.fill, surface, stroke=True)
            style = replace(style, width=2 * text.BOLD_LINE * letters.size, join=1, dashes=())
        mode = 2 if inside and line else 1 if line else 0 if inside else UNSEEN
        if self.shapes:
            shown = outlines.written(runs, letters, ("f", "S", "B", "n")[mode], style.width)
        else:
            shown = (f"{mode} Tr " if mode else "") + text.written(runs, letters, self.writer)
        operators = (style.lines if line else "") + self._state(element, inside, line) + shown
        return Item(
            self._framed(element, place, operators),
            surface.matrix.around(own),
            "text",
            "".join(glyph.text for glyph in glyphs),
        )

    def _path(self, element: Element) -> Item | None:
        found = segments(content_of(element, "AbbreviatedData"))
        own = extent(found)
        style = style_of(element, self.resources, self.style)
        fill = is_true(element, "Fill", False) and style.fill is not None
        stroke = is_true(element, "Stroke", True)
        if own is None or not (fill or stroke):
            return None
        place = self._place(element)
        surface = Surface(self.matrix.after(place), own)
        inside = self._paint(style.fill, surface, stroke=False) if fill else None
        line = self._paint(style.stroke, surface, stroke=True) if stroke else None
        if line:
            line = replace(line, alpha=line.alpha * self._thinness(style.width * place.scale))
        rule = "*" if (attribute(element, "Rule") or "").lower() == "even-odd" and inside else ""
        operator = f"B{rule}" if inside and line else "S" if line else f"f{rule}"
        edge = style.width / 2 if line else 0.0
        wide = Rect(own.x - edge, own.y - edge, own.w + 2 * edge, own.h + 2 * edge)
        operators = (style.lines if line else "") + self._state(element, inside, line) + drawn(found) + f" {operator}"
        content = self._framed(element, place, operators, wide, edge * place.scale)
        return Item(content, surface.matrix.around(wide), "area" if inside else "line")

    def _image(self, element: Element) -> Item | None:
        name = self._picture(attribute(element, "ResourceID"), attribute(element, "ImageMask"))
        boundary = box(attribute(element, "Boundary"))
        if name is None:
            return None
        place = self._place(element)
        if attribute(element, "CTM") is None and boundary:
            place = place.after(Matrix(boundary.w, 0, 0, boundary.h, 0, 0))
        unit = Rect(0, 0, 1, 1)
        operators = self._state(element, None, None) + f"1 0 0 -1 0 1 cm {name} Do"
        return Item(self._framed(element, place, operators, unit), self.matrix.after(place).around(unit), "area")

    def _composite(self, element: Element) -> Item | None:
        ident = attribute(element, "ResourceID")
        resource = self.resources.get("CompositeGraphicUnit", ident)
        if resource is None:
            self.findings.add("missing", f"CompositeGraphicUnit {ident}")
            return None
        if resource.element in self.within:
            self.findings.add("too_deep", f"CompositeGraphicUnit {ident}")
            return None
        inside = child(resource.element, "Content")
        if inside is None:
            return None
        place = self._place(element)
        whole = self.matrix.after(place)
        boundary = box(attribute(element, "Boundary"))
        extent_here = self._extent_of(resource, boundary, place)
        state = self._state(element, None, None)
        inner = replace(
            self,
            depth=self.depth + 1,
            within=(*self.within, resource.element),
            matrix=IDENTITY if state else whole,
            style=style_of(element, self.resources, Style()),
        )
        content = inner.content(inside)
        if not content:
            return None
        if state:
            content = f"{state}{self.writer.form(content, extent_here, group=True)} Do"
        return Item(self._framed(element, place, content, extent_here), whole.around(extent_here), "area")

    # What they share

    def _glyphs(self, element: Element) -> tuple[text.Letters, list[text.Glyph]]:
        """The characters of a text, as far as the page may have more."""
        letters = text.letters_of(element, self.fonts.get(self.resources, attribute(element, "Font")))
        glyphs = text.glyphs_of(element, letters, self.findings)
        if len(glyphs) > self.budget.characters:
            self.findings.add("too_much", "characters")
            glyphs = glyphs[: self.budget.characters]
        self.budget.characters -= len(glyphs)
        return letters, glyphs

    def _shapes(self, element: Element, space: Matrix) -> str:
        letters, glyphs = self._glyphs(element)
        return outlines.path(text.runs_of(glyphs, letters), letters, space.after(self._place(element)))

    def _place(self, element: Element) -> Matrix:
        """From the object's own space to that of its block: its CTM, then its boundary's corner (clause 8.5)."""
        boundary = box(attribute(element, "Boundary"))
        corner = moved(boundary.x, boundary.y) if boundary else IDENTITY
        return corner.after(matrix(attribute(element, "CTM")))

    def _framed(
        self, element: Element, place: Matrix, operators: str, own: Rect | None = None, edge: float = 0.0
    ) -> str:
        """The operators in the object's space and within its clips; within its boundary too where `own`, the drawing's
        extent, stands out of it."""
        boundary = box(attribute(element, "Boundary"))
        frame = ""
        if own and boundary and (boundary.w > 0 or boundary.h > 0):
            found = place.around(own)
            slack = SLACK + edge
            if (
                found.x < boundary.x - slack
                or found.y < boundary.y - slack
                or found.x + found.w > boundary.x + boundary.w + slack
                or found.y + found.h > boundary.y + boundary.h + slack
            ):
                grown = boundary.x - edge, boundary.y - edge, boundary.w + 2 * edge, boundary.h + 2 * edge
                frame = f"{shown_all(grown)} re W n "
        clip = clip_of(element, place, boundary, self.findings, self._shapes)
        return f"q {frame}{clip}{shown_all(place)} cm {operators} Q"

    def _paint(self, colour: Element | None, surface: Surface, *, stroke: bool) -> Paint:
        def cell(content: Element, space: Matrix) -> str:
            inner = replace(self, depth=self.depth + 1, matrix=IDENTITY, style=Style())
            return inner.content(content)

        return paint_of(colour, self.resources, self.writer, surface, cell, stroke=stroke)

    def _state(self, element: Element, inside: Paint | None, line: Paint | None) -> str:
        """The operators that set colours, opacity and how colours mix."""
        alpha = opacity(attribute(element, "Alpha"))
        fill, stroke = (alpha * paint.alpha if paint else alpha for paint in (inside, line))
        colours = (inside.operator if inside else "") + (line.operator if line else "")
        return self.writer.state(fill, stroke, attribute(element, "BlendMode") or "Normal") + colours

    def _thinness(self, width: float) -> float:
        """The opacity of a line thinner than a pixel of the page's resolution, which PDFium draws as wide as one."""
        pixel = 25.4 / self.limits.page_dpi
        return max(0.25, width / pixel) if 0 < width < pixel else 1.0

    def _picture(self, ident: str | None, mask: str | None) -> str | None:
        """The name of a picture among the PDF's resources, put there once."""
        content = self._media(ident)
        if content is None:
            return None
        behind = self._media(mask) if mask else None
        try:
            return self.writer.picture(content, behind, self.limits)
        except pictures.FAULTS:
            self.findings.add("picture", ident)
            return None

    def _media(self, ident: str | None) -> bytes | None:
        resource = self.resources.get("MultiMedia", ident)
        name = part_of(self.package, resource, "MediaFile") if resource else None
        content = self.package.read(name) if name else None
        if content is None:
            self.findings.add("missing", f"MultiMedia {ident}")
        return content

    def _extent_of(self, resource: Resource, boundary: Rect | None, place: Matrix) -> Rect:
        """A composite's own extent; where it says none, its boundary's."""
        width, height = size(resource.element, "Width", 0), size(resource.element, "Height", 0)
        if width > 0 and height > 0:
            return Rect(0, 0, width, height)
        scale = place.scale or 1.0
        return Rect(0, 0, boundary.w / scale, boundary.h / scale) if boundary else Rect(0, 0, 1000, 1000)
