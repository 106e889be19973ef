"""One PDF in the making, sent while it is made: papers are copied as they come, then come the sheets on which their pages lie.

Nothing of a file is understood here. In memory are one paper's list of objects, one piece of a stream, and the sizes of all pages.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

from PIL import ImageCms

from viewer.archive.binding import Binding
from viewer.archive.papers import Papers, PaperSource
from viewer.archive.pdf_writer import PdfWriter, number, text_string
from viewer.documents.colour import SRGB
from viewer.documents.papers import pages as own
from viewer.documents.papers.pages import Cover, Footer, Notice, Row
from viewer.documents.papers.paper import Matrix, Paper, PaperPage
from viewer.documents.watermark import LETTERS, STATE, Mark
from viewer.domain.paper_sizes import NOTICE, POINTS
from viewer.domain.print_layout import PrintOptions, Sheet, sheets
from viewer.domain.watermark import STRENGTH
from viewer.errors import UnknownPage

Drawing = Callable[[Cover | Notice | Sequence[Footer]], Paper]
"""Has a page of our own drawn by a decoder."""
Marking = Callable[[float, float, str], Mark]
"""Has a mark drawn over a page of this width and height."""
MARK_STATES = f"/ExtGState<</{STATE}<</ca {STRENGTH}>>>>"
PRODUCER = "bill-viewer"
FOOTERS_AT_ONCE = 200
DAMAGED = "damaged"
CUT = "q 0.4 w 0.6 G [4 3] 0 d {} {} m {} {} l S Q"
"""A thin grey dashed line."""
TURNS: dict[int, Matrix] = {
    0: (1, 0, 0, 1, 0, 0),
    90: (0, -1, 1, 0, 0, 1),
    180: (-1, 0, 0, -1, 1, 1),
    270: (0, 1, -1, 0, 1, 0),
}
"""Clockwise degrees → the matrix that turns a page; the last two times its width as shown and its height."""


@dataclass(frozen=True)
class _Shown:
    """A page of the view: of which paper (a notice where the file can't be shown), the object that draws it, and its place upright
    and turned as readers see it."""

    owner: int
    paper: PaperSource | Notice
    drawn_by: int
    matrix: Matrix
    width: float
    height: float


class Document:
    """One PDF in the making."""

    def __init__(
        self, papers: Papers, drawing: Drawing, marking: Marking, binding: Binding, options: PrintOptions
    ) -> None:
        self._papers = papers
        self._drawn = drawing
        self._marking = marking
        self._marks: dict[tuple[float, float], int] = {}
        self._letters = 0
        self._binding = binding
        self._options = options
        self._pdf = PdfWriter()
        self._objects: dict[tuple[PaperSource | Notice, int], int] = {}
        """Where the objects that draw pages have come to."""
        self._root, self._tree, self._colours = (self._pdf.reserve() for _ in range(3))

    def whole(self) -> Iterator[bytes]:
        yield self._pdf.start()
        shown: dict[PaperSource, Sequence[PaperPage] | str] = {}
        for source, paper in self._papers.in_order(self._binding.sources):
            shown[source] = paper if isinstance(paper, str) else paper.pages
            if isinstance(paper, Paper):
                yield from self._copied(source, paper, range(len(paper.bodies)))
        known = list(self._pages(shown))
        for notice in dict.fromkeys(page.paper for page in known if isinstance(page.paper, Notice)):
            yield from self._noticed(notice)
        laid = sheets([(page.width, page.height) for page in known], self._options)
        kids = yield from self._cover(known)
        covers = len(kids)
        kids += yield from self._sheets(known, laid, range(len(laid)))
        outline = yield from self._outline(known, laid, kids[covers:])
        yield from self._finished(kids, outline)

    def only(self, asked: int) -> Iterator[bytes]:
        """The same document with but one of its sheets."""
        yield self._pdf.start()
        known = self._looked()
        laid = sheets([(page.width, page.height) for page in known], self._options)
        if not 1 <= asked <= len(laid):
            raise UnknownPage
        needed = [known[placed.page] for placed in laid[asked - 1].placed]
        for paper in dict.fromkeys(page.paper for page in needed):
            if isinstance(paper, Notice):
                yield from self._noticed(paper)
                continue
            with self._papers.opened(paper) as found:
                drawn_by = {page.drawn_by for page in needed if page.paper == paper}
                yield from self._copied(paper, found, sorted(set().union(*map(found.needed_by, drawn_by))))
        kids = yield from self._sheets(known, laid, range(asked - 1, asked))
        yield from self._finished(kids, None)

    def sheets(self) -> list[Sheet]:
        return sheets([(page.width, page.height) for page in self._looked()], self._options)

    def _looked(self) -> list[_Shown]:
        return list(self._pages(self._papers.pages(self._binding.sources)))

    def _pages(self, shown: Mapping[PaperSource, Sequence[PaperPage] | str]) -> Iterator[_Shown]:
        """Every page of the view, in order."""
        for number_, owner in enumerate(self._binding.owners):
            for file in owner.files:
                pages = shown[file.source] if file.source else file.problem or DAMAGED
                if file.source is None or isinstance(pages, str):
                    problem = pages if isinstance(pages, str) else DAMAGED
                    notice = Notice(
                        file.title, self._binding.problems.get(problem, self._binding.problems[DAMAGED]), file.name
                    )
                    width, height = (edge * POINTS for edge in NOTICE)
                    yield _Shown(number_, notice, 0, (1, 0, 0, 1, 0, 0), width, height)
                    continue
                for page in pages:
                    matrix, width, height = _turned(page, file.rotation)
                    yield _Shown(number_, file.source, page.drawn_by, matrix, width, height)

    def _copied(self, source: PaperSource, paper: Paper, needed: Sequence[int]) -> Iterator[bytes]:
        first = self._pdf.reserve(len(needed))
        numbers = {each: first + place for place, each in enumerate(needed)}
        self._objects |= {
            (source, page.drawn_by): numbers[page.drawn_by] for page in paper.pages if page.drawn_by in numbers
        }
        yield from self._pdf.put_paper(paper, numbers, lambda: self._papers.original(source), source.size)

    def _own(self, paper: Paper) -> Generator[bytes, None, list[int]]:
        """A paper that was drawn here; gives the objects that draw its pages."""
        first = self._pdf.reserve(len(paper.bodies))
        numbers = {each: first + each for each in range(len(paper.bodies))}
        yield from self._pdf.put_paper(paper, numbers, lambda: iter(()), 0)
        return [numbers[page.drawn_by] for page in paper.pages]

    def _noticed(self, notice: Notice) -> Generator[bytes, None, None]:
        (drawn,) = yield from self._own(self._drawn(notice))
        self._objects[notice, 0] = drawn

    def _cover(self, known: Sequence[_Shown]) -> Generator[bytes, None, list[int]]:
        """The cover's pages, with the page on which each of its lines' invoices begins."""
        told = self._binding.cover
        if told is None:
            return []
        before = own.cover_pages(len(told.cover.rows))
        starts: dict[int, int] = {}
        for place, page in enumerate(known):
            starts.setdefault(page.owner, place + 1)
        rows = tuple(
            row if owner is None else Row((*row.cells[:-1], str(before + starts[owner]) if owner in starts else "–"))
            for row, owner in zip(told.cover.rows, told.owners, strict=True)
        )
        cover = Cover(told.cover.title, told.cover.facts, told.cover.columns, rows)
        paper = self._drawn(cover)
        drawn = yield from self._own(paper)
        kids = []
        for object_, each in zip(drawn, paper.pages, strict=True):
            content = f"q {_written(each.matrix)} cm /P0 Do Q"
            kids.append((yield from self._page(each.width, each.height, {"P0": object_}, content)))
        return kids

    def _sheets(
        self, known: Sequence[_Shown], laid: Sequence[Sheet], asked: range
    ) -> Generator[bytes, None, list[int]]:
        """These of the sheets, their footers with them."""
        footers = yield from self._footers(known, laid, asked)
        kids = []
        for place in asked:
            sheet, drawing, named = laid[place], [], dict[str, int]()
            for placed in sheet.placed:
                page, name = known[placed.page], f"P{len(named)}"
                named[name] = self._objects[page.paper, page.drawn_by]
                matrix = _times(page.matrix, (placed.scale, 0, 0, placed.scale, placed.x, placed.y))
                drawing.append(f"q {_written(matrix)} cm /{name} Do Q")
            drawing += [CUT.format(*map(number, cut)) for cut in sheet.cuts]
            for footer in sheet.footers:
                name = f"P{len(named)}"
                named[name] = footers[footer.page]
                drawing.append(f"q 1 0 0 1 {number(footer.x)} {number(footer.y)} cm /{name} Do Q")
            kids.append((yield from self._page(sheet.width, sheet.height, named, "\n".join(drawing))))
        return kids

    def _footers(
        self, known: Sequence[_Shown], laid: Sequence[Sheet], asked: range
    ) -> Generator[bytes, None, dict[int, int]]:
        """By the page that each is below: the object that draws it."""
        lines = [
            (footer.page, Footer(self._footer(known[footer.page]), f"{place + 1} / {len(laid)}", footer.width))
            for place in asked
            for footer in laid[place].footers
        ]
        found: dict[int, int] = {}
        for start in range(0, len(lines), FOOTERS_AT_ONCE):
            batch = lines[start : start + FOOTERS_AT_ONCE]
            drawn = yield from self._own(self._drawn([footer for _, footer in batch]))
            found |= {page: object_ for (page, _), object_ in zip(batch, drawn, strict=True)}
        return found

    def _footer(self, page: _Shown) -> str:
        return self._binding.owners[page.owner].footer

    def _mark(self, width: float, height: float) -> Generator[bytes, None, int]:
        """The object that draws the reader's mark over a page of this size."""
        if (width, height) not in self._marks:
            drawn = self._marking(width, height, self._binding.mark)
            if not self._letters:
                self._letters = self._pdf.reserve()
                form = f"<</Type/XObject/Subtype/Form/BBox[{drawn.box}]/Resources<<>>>>"
                yield self._pdf.put(self._letters, form, drawn.letters)
            self._marks[width, height] = self._pdf.reserve()
            form = (
                f"<</Type/XObject/Subtype/Form/BBox[0 0 {number(width)} {number(height)}]"
                f"/Resources<<{MARK_STATES}/XObject<</{LETTERS} {self._letters} 0 R>>>>>>"
            )
            yield self._pdf.put(self._marks[width, height], form, drawn.pattern)
        return self._marks[width, height]

    def _page(self, width: float, height: float, named: dict[str, int], content: str) -> Generator[bytes, None, int]:
        """A page; gives its number."""
        states = group = ""
        if self._binding.mark:
            named = {**named, "Mark": (yield from self._mark(width, height))}
            content = f"{content}\n/Mark Do"
        if self._options.grey:
            # A rectangle over everything that has no saturation takes it from all below and leaves the brightness.
            area = f"0 0 {number(width)} {number(height)} re f"
            content = f"q 1 g {area} Q\n{content}\nq /Grey gs 0.5 g {area} Q"
            states = "/ExtGState<</Grey<</BM/Saturation/ca 1>>>>"
            group = "/Group<</S/Transparency/CS/DeviceRGB/I true>>"
        drawing, page = self._pdf.reserve(), self._pdf.reserve()
        yield self._pdf.put(drawing, "<<>>", content.encode())
        objects = "".join(f"/{name} {object_} 0 R" for name, object_ in named.items())
        yield self._pdf.put(
            page,
            f"<</Type/Page/Parent {self._tree} 0 R/MediaBox[0 0 {number(width)} {number(height)}]/Contents {drawing} 0 R"
            f"/Resources<</XObject<<{objects}>>{states}>>{group}>>",
        )
        return page

    def _outline(
        self, known: Sequence[_Shown], laid: Sequence[Sheet], kids: Sequence[int]
    ) -> Generator[bytes, None, int | None]:
        """Bookmarks: a section each, and below it its invoices; gives the number of their root."""
        on_sheet = {placed.page: kids[place] for place, sheet in enumerate(laid) for placed in sheet.placed}
        starts: dict[int, int] = {}
        for place, page in enumerate(known):
            starts.setdefault(page.owner, on_sheet[place])
        sections = [
            (
                section.title,
                [(self._binding.owners[owner].title, starts[owner]) for owner in section.owners if owner in starts],
            )
            for section in self._binding.sections
        ]
        sections = [section for section in sections if section[1]]
        if not sections:
            return None
        root = self._pdf.reserve()
        numbers = [self._pdf.reserve() for _ in sections]
        for place, (title, marks) in enumerate(sections):
            first = self._pdf.reserve(len(marks))
            below = f"/First {first} 0 R/Last {first + len(marks) - 1} 0 R/Count {len(marks)}"
            yield self._bookmark(numbers, place, root, title, marks[0][1], below)
            below_it = range(first, first + len(marks))
            for each, (name, start) in enumerate(marks):
                yield self._bookmark(below_it, each, numbers[place], name, start)
        count = len(sections) + sum(len(marks) for _, marks in sections)
        yield self._pdf.put(root, f"<</Type/Outlines/First {numbers[0]} 0 R/Last {numbers[-1]} 0 R/Count {count}>>")
        return root

    def _bookmark(
        self, beside: Sequence[int], place: int, parent: int, title: str, page: int, below: str = ""
    ) -> bytes:
        previous = f"/Prev {beside[place - 1]} 0 R" if place else ""
        following = f"/Next {beside[place + 1]} 0 R" if place + 1 < len(beside) else ""
        return self._pdf.put(
            beside[place],
            f"<</Title {text_string(title)}/Parent {parent} 0 R{previous}{following}{below}/Dest[{page} 0 R/Fit]>>",
        )

    def _finished(self, kids: Sequence[int], outline: int | None) -> Iterator[bytes]:
        """The tree of pages, what the document says of itself, and the end."""
        binding, pdf = self._binding, self._pdf
        listed = " ".join(f"{kid} 0 R" for kid in kids)
        yield pdf.put(self._tree, f"<</Type/Pages/Count {len(kids)}/Kids[{listed}]>>")
        yield pdf.put(self._colours, "<</N 3/Alternate/DeviceRGB>>", _srgb())
        told = pdf.reserve()
        yield pdf.put(told, "<</Type/Metadata/Subtype/XML>>", _metadata(binding))
        info = pdf.reserve()
        moment = binding.made_at.strftime("D:%Y%m%d%H%M%SZ")
        title = text_string(binding.title)
        yield pdf.put(info, f"<</Title {title}/Producer({PRODUCER})/CreationDate({moment})/ModDate({moment})>>")
        layers = ""
        if pdf.layers:
            all_, hidden = (" ".join(f"{each} 0 R" for each in each_) for each_ in (pdf.layers, pdf.hidden))
            layers = f"/OCProperties<</OCGs[{all_}]/D<</OFF[{hidden}]/Order[]>>>>"
        marks = f"/Outlines {outline} 0 R/PageMode/UseOutlines" if outline else ""
        colours = (
            f"/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)"
            f"/DestOutputProfile {self._colours} 0 R>>]"
        )
        yield pdf.put(
            self._root,
            f"<</Type/Catalog/Pages {self._tree} 0 R/Metadata {told} 0 R/Lang({binding.language})"
            f"/ViewerPreferences<</DisplayDocTitle true>>{marks}{layers}{colours}>>",
        )
        identity = [f"{source.sha256}" for source in binding.sources]
        yield pdf.end(self._root, info, [binding.title, binding.language, binding.mark, repr(self._options), *identity])


def _turned(page: PaperPage, rotation: int) -> tuple[Matrix, float, float]:
    """A page turned clockwise, as its readers see it."""
    width, height = (page.height, page.width) if rotation in (90, 270) else (page.width, page.height)
    a, b, c, d, e, f = TURNS[rotation]
    return _times(page.matrix, (a, b, c, d, e * width, f * height)), width, height


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, l_ = then
    return (
        *(a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j),
        *(e * g + f * i + k, e * h + f * j + l_),
    )


def _written(matrix: Matrix) -> str:
    return " ".join(map(number, matrix))


@cache
def _srgb() -> bytes:
    return bytes(ImageCms.ImageCmsProfile(SRGB).tobytes())


def _metadata(binding: Binding) -> bytes:
    moment = binding.made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    title = escape("".join(char for char in binding.title if char.isprintable()))
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" dc:format="application/pdf" xmp:CreateDate="{moment}" xmp:ModifyDate="{moment}"
 xmp:MetadataDate="{moment}" pdf:Producer="{PRODUCER}">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{binding.language}</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()
