"""A PDF's pages as forms: what draws them and nothing else.

Only what a page's content and resources lead to is taken. Scripts, actions, links, embedded files and other documents' parts hang
elsewhere, and where they are hung in here by force they become null. Annotations and form fields are made part of the page
first, as a screen shows them.
"""

import io
import math
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pikepdf
from pikepdf import Array, Dictionary, Name, Object

from viewer.documents import pdf as pdfium
from viewer.documents.papers.paper import Body, Maker, Matrix, PaperPage
from viewer.documents.shapes import Limits, Unreadable

INVISIBLE = 1
"""An annotation's flag."""
Box = tuple[float, float, float, float]
LETTER: Box = (0, 0, 612, 792)
"""What PDFium takes for a page without a usable box."""

REFERENCE = re.compile(rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f]*>|(?<![^\s\[/<>])(\d+) (\d+) R(?![^\s\]/<>])", re.DOTALL)
"""A reference, or a string, in which something that looks like one is none. qpdf escapes every parenthesis in strings."""

RESOURCES = frozenset(
    {"/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/Properties", "/ProcSet"}
)
OF_STREAMS = frozenset(
    {"/Type", "/Subtype", "/Filter", "/DecodeParms"}
    | {"/FormType", "/BBox", "/Matrix", "/Resources", "/Group", "/OC"}
    | {"/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Intent", "/ImageMask", "/Mask", "/Decode", "/Interpolate"}
    | {"/SMask", "/SMaskInData", "/Matte"}
    | {"/PatternType", "/PaintType", "/TilingType", "/XStep", "/YStep"}
    | {"/Length1", "/Length2", "/Length3", "/CMapName", "/CIDSystemInfo", "/WMode", "/UseCMap"}
    | {"/FunctionType", "/Domain", "/Range", "/Size", "/BitsPerSample", "/Order", "/Encode", "/N", "/Alternate"}
    | {"/ShadingType", "/Background", "/AntiAlias", "/BitsPerCoordinate", "/BitsPerFlag", "/Function", "/VerticesPerRow"}
)  # fmt: skip
"""What the dictionaries of streams that draw may say; not where a stream's bytes lie outside, not what else hangs on it."""
DEAD = frozenset(
    {"/Catalog", "/Pages", "/Page", "/Action", "/Annot", "/Filespec", "/F", "/EmbeddedFile", "/Outlines", "/Metadata"}
)
"""Types of which no page's look is made."""
ACTIVE = ("/JS", "/URI", "/EF", "/OpenAction", "/AA", "/Kids")
LAYERS = ("/OCG", "/OCMD")
OF_LAYERS = frozenset({"/Type", "/Name", "/OCGs", "/P", "/VE"})
UNDRAWN = frozenset({"/Link", "/Popup"})
"""Annotations of which nothing is to be seen without an appearance of their own."""


def add_pdf(maker: Maker, content: bytes, limits: Limits) -> None:
    """Raises Unreadable. What qpdf reads otherwise than PDFium, by which files are shown, is written anew by PDFium first."""
    count = len(pdfium.page_sizes(content, limits))
    with _opened(content) as document:
        if document and len(document.pages) == count and not _wants_appearances(document):
            return _add(maker, document)
    with _opened(pdfium.written_anew(content)) as document:
        if document is None:
            raise Unreadable("damaged")
        return _add(maker, document)


@contextmanager
def _opened(content: bytes) -> Iterator[pikepdf.Pdf | None]:
    """None for a document that qpdf can't read."""
    try:
        document = pikepdf.Pdf.open(io.BytesIO(content))
    except pikepdf.PasswordError as error:
        raise Unreadable("password") from error
    except pikepdf.PdfError:
        yield None
        return
    with document:
        yield document


def _wants_appearances(document: pikepdf.Pdf) -> bool:
    """Whether an annotation or a form field is to be drawn that brings no appearance: PDFium makes those up."""
    form = document.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and form.get("/NeedAppearances"):
        return True
    return any(_lacks_appearance(each) for page in document.pages for each in _listed(page.obj.get("/Annots")))


def _lacks_appearance(annotation: Object) -> bool:
    """Whether something is to be seen of it that it doesn't bring. An invisible signature has neither extent nor appearance."""
    if not isinstance(annotation, Dictionary) or "/AP" in annotation or "/Subtype" not in annotation:
        return False
    is_signature = str(annotation.get("/FT")) == "/Sig"
    return not is_signature and str(annotation.get("/Subtype")) not in UNDRAWN


def _listed(found: Object | None) -> list[Object]:
    return list(found) if isinstance(found, Array) else []


def _add(maker: Maker, document: pikepdf.Pdf) -> None:
    for page in document.pages:
        for each in _listed(page.obj.get("/Annots")):
            _show(each)
    document.flatten_annotations("screen")
    drawing = _Drawing(maker, document)
    for page in document.pages:
        box, unit = _box(page), _unit(page)
        turned = int(page.obj.get("/Rotate", 0) or _inherited(page, "/Rotate") or 0) // 90 % 4
        page.obj["/TrimBox"] = page.obj["/CropBox"] = Array(list(box))
        width, height = (box[2] - box[0]) * unit, (box[3] - box[1]) * unit
        if turned % 2:
            width, height = height, width
        form = page.as_form_xobject(False)
        maker.pages.append(PaperPage(drawing.number(form), _upright(box, turned, unit), width, height))
    drawing.finish()


def _show(annotation: Object) -> None:
    """Takes away the flag that hides annotations of unknown kinds alone, which qpdf understands otherwise."""
    if isinstance(annotation, Dictionary) and (flags := int(_number(annotation.get("/F")) or 0)) & INVISIBLE:
        annotation["/F"] = flags & ~INVISIBLE


class _Drawing:
    """Takes what pages need into a paper, each object once."""

    def __init__(self, maker: Maker, document: pikepdf.Pdf) -> None:
        self._maker = maker
        self._document = document
        self._numbers: dict[tuple[int, int], int] = {}
        self._coming: list[tuple[int, int]] = []
        self._hides = _hidden_layers(document)

    def number(self, found: Object) -> int:
        return self._numbered(found.objgen)

    def finish(self) -> None:
        while self._coming:
            place = self._coming.pop()
            number = self._numbers[place]
            found = self._document.get_object(place)
            if isinstance(found, pikepdf.Stream):
                if _is_dead(found):
                    continue
                held = Dictionary({name: found[name] for name in found.stream_dict.keys() if name in OF_STREAMS})  # noqa: SIM118
                stream = found.read_raw_bytes()
                if str(held.get("/Subtype")) == "/Form" and "/Filter" not in held and len(stream) > 200:
                    held["/Filter"] = Name.FlateDecode
                    stream = zlib.compress(stream)
                _keep_to_resources(held)
                self._maker.put(number, self._body(held), stream)
            elif not _is_dead(found):
                self._maker.put(number, self._body(self._cleaned(found, place, number)))

    def _cleaned(self, found: Object, place: tuple[int, int], number: int) -> Object:
        if not isinstance(found, Dictionary):
            return found
        if str(found.get("/Type")) == "/OCG":
            self._maker.layer(number, hidden=place in self._hides)
        if str(found.get("/Type")) in LAYERS:
            return _layer(found)
        _keep_to_resources(found)
        if found.keys() & RESOURCES:
            _clean_resources(found)
        return found

    def _body(self, found: object) -> Body:
        """The object's text, cut at its references. A bare number comes as Python's own."""
        text = found.unparse(resolved=True) if isinstance(found, Object) else Array([found]).unparse()[1:-1].strip()
        body, end = list[str | int](), 0
        for match in REFERENCE.finditer(text):
            if match[1] is not None:
                body.append(text[end : match.start()].decode("latin-1"))
                body.append(self._numbered((int(match[1]), int(match[2]))))
                end = match.end()
        body.append(text[end:].decode("latin-1"))
        return body

    def _numbered(self, place: tuple[int, int]) -> int:
        if place not in self._numbers:
            self._numbers[place] = self._maker.reserve()
            self._coming.append(place)
        return self._numbers[place]


def _is_dead(found: Object) -> bool:
    """Whether it is something that draws nothing. A font in a list of fonts may bear any name, so names decide nothing alone."""
    if not isinstance(found, Dictionary | pikepdf.Stream):
        return False
    if str(found.get("/Type")) in DEAD or str(found.get("/Subtype")) == "/PS":
        return True
    return "/Type" not in found and "/S" in found and any(name in found for name in ACTIVE)


def _keep_to_resources(holder: Object) -> None:
    """Of the resources that something directly holds, those that draw."""
    resources = holder.get("/Resources")
    if isinstance(resources, Dictionary) and not resources.is_indirect:
        _clean_resources(resources)


def _clean_resources(resources: Object) -> None:
    for name in list(resources.keys()):
        if name not in RESOURCES:
            del resources[name]
    properties = resources.get("/Properties")
    if isinstance(properties, Dictionary):
        for name, each in list(properties.items()):
            if not (isinstance(each, Dictionary) and str(each.get("/Type")) in LAYERS):
                properties[name] = Dictionary()


def _layer(found: Object) -> Object:
    return Dictionary({name: found[name] for name in found.keys() if name in OF_LAYERS})  # noqa: SIM118


def _hidden_layers(document: pikepdf.Pdf) -> set[tuple[int, int]]:
    told = document.Root.get("/OCProperties")
    if not isinstance(told, Dictionary):
        return set()
    default = told.get("/D")
    if not isinstance(default, Dictionary):
        return set()
    hidden = {each.objgen for each in _listed(default.get("/OFF"))}
    if str(default.get("/BaseState")) == "/OFF":
        shown = {each.objgen for each in _listed(default.get("/ON"))}
        hidden |= {each.objgen for each in _listed(told.get("/OCGs"))} - shown
    return hidden


def _box(page: pikepdf.Page) -> Box:
    """The part of the page that is shown, as PDFium has it."""
    media = _rectangle(_inherited(page, "/MediaBox")) or LETTER
    crop = _rectangle(_inherited(page, "/CropBox")) or media
    left, low, right, high = (
        max(media[0], crop[0]),
        max(media[1], crop[1]),
        min(media[2], crop[2]),
        min(media[3], crop[3]),
    )
    return (left, low, right, high) if left < right and low < high else media


def _rectangle(found: Object | None) -> Box | None:
    numbers = [_number(each) for each in _listed(found)]
    if len(numbers) != 4 or None in numbers:
        return None
    x1, y1, x2, y2 = (number for number in numbers if number is not None)
    box = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    return box if box[0] < box[2] and box[1] < box[3] else None


def _number(found: object) -> float | None:
    try:
        number = float(found)  # type: ignore[arg-type]
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if math.isfinite(number) and abs(number) < 1e6 else None


def _unit(page: pikepdf.Page) -> float:
    return min(max(_number(page.obj.get("/UserUnit")) or 1.0, 0.01), 100.0)


def _inherited(page: pikepdf.Page, name: str) -> Object | None:
    holder: Object | None = page.obj
    for _ in range(50):
        if not isinstance(holder, Dictionary):
            return None
        if name in holder:
            return holder[name]
        holder = holder.get("/Parent")
    return None


def _upright(box: Box, turned: int, unit: float) -> Matrix:
    """From the page's own space to that of the page as shown, turned clockwise so many quarters."""
    left, low, right, high = box
    return (
        (unit, 0.0, 0.0, unit, -left * unit, -low * unit),
        (0.0, -unit, unit, 0.0, -low * unit, right * unit),
        (-unit, 0.0, 0.0, -unit, right * unit, high * unit),
        (0.0, unit, -unit, 0.0, high * unit, -left * unit),
    )[turned]
