"""Pages look as other programs show them: PDF as Poppler draws it, pictures as they are decoded at full length."""

import io
import math
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps, ImageStat

from tests.installations import Installation, files_of, installed
from tests.likeness import psnr, red, red_overlap, ssim
from tests.papers import encoded, pdf_of, signed_pdf, stream
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.maker import make
from viewer.gateway.sandbox.papers import Paper, PastedSheet

MISSING = "the comparison needs Poppler (Debian: apt install poppler-utils)"
LIKE, RED_LIKE = 0.97, 0.9
FINER = 2
"""Poppler sets glyphs and strokes on its own pixel grid; drawn at 600 dpi and averaged, it shows what the page says."""


def poppler(content: bytes, size: tuple[int, int], part: int, folder: Path, *, lying: bool = False) -> Image.Image:
    """The first page as Poppler draws it; `lying`: the page turns itself, and Poppler scales before it turns."""
    (folder / "page.pdf").write_bytes(content)
    finer = FINER * part
    width, height = (finer * edge for edge in (reversed(size) if lying else size))
    scale = ["-scale-to-x", str(width), "-scale-to-y", str(height)]
    subprocess.run(
        ["pdftoppm", "-singlefile", "-cropbox", *scale, folder / "page.pdf", folder / "page"],
        check=True,
        timeout=60,
    )
    with Image.open(folder / "page.ppm") as drawn:
        return drawn.convert("RGB").reduce(finer)


@pytest.fixture
def reference(tmp_path: Path) -> Callable[..., Image.Image]:
    if not shutil.which("pdftoppm"):
        assert os.environ.get("CI") != "true", MISSING
        pytest.skip(MISSING)
    return lambda content, size, part, **more: poppler(content, size, part, tmp_path, **more)


def sealed_pdf(rotated: int = 0) -> bytes:
    """A cropped page with a few lines, signed with a round seal whose appearance is scaled, turned and half clear, and stamped."""
    ring = (
        b"/G gs 0.85 0.05 0.05 RG 0.85 0.05 0.05 rg 4 w 95 50 m 95 75 75 95 50 95 c 25 95 5 75 5 50 c 5 25 25 5 50 5 c "
        b"75 5 95 25 95 50 c S 50 80 m 58 58 l 82 58 l 62 44 l 70 20 l 50 35 l 30 20 l 38 44 l 18 58 l 42 58 l f"
    )
    clear = b"/Resources<</ExtGState<</G<</ca 0.7/CA 0.7>>>>>>"
    field = b"<</Type/Annot/Subtype/%s/F 4/Rect[%s]/AP<</N %d 0 R>>%s>>"
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 100 100]%s"
    return pdf_of(
        b"/MediaBox[0 0 400 300]/CropBox[40 40 360 260]/Rotate %d/Annots[5 0 R 7 0 R]" % rotated,
        stream(b"0.6 0.2 0.1 RG 1 w 50 50 300 200 re S 50 150 m 350 150 l S 200 50 m 200 250 l S 60 60 90 40 re f"),
        field % (b"Widget", b"230 60 330 160", 6, b"/FT/Sig/T(seal)"),
        stream(ring, form % clear),
        field % (b"Stamp", b"70 170 170 230", 8, b""),
        stream(ring, form % clear + b"/Matrix[0.9 0.3 -0.3 0.9 0 0]"),
        catalog=b"/AcroForm<</Fields[5 0 R]/SigFlags 3>>",
    )


def demo_papers() -> dict[str, Paper]:
    """One paper of each kind that the demo's bills hold as a PDF."""
    bills = demo_bills()[:-1]
    files = [file for bill in bills for each in bill.invoices for file in each.files]
    files += [each.file for bill in bills for each in bill.attachments]
    papers = [file.paper for file in files if file.paper and not isinstance(file.paper, PastedSheet)]
    return {f"{type(paper).__name__} {getattr(paper, 'type_code', '')}".strip(): paper for paper in papers}


PAPERS = demo_papers()
SEALS: dict[str, Callable[..., bytes]] = {"signed": signed_pdf, "sealed": sealed_pdf}
TURNS = (0, 90, 180, 270)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("fidelity")) as installation:
        yield installation


class Shown:
    """A file's first page as the image service gives it."""

    def __init__(self, site: Installation, folder: Path, content: bytes, suffix: str) -> None:
        entry = folder / "bills" / folder.name / "1"
        entry.mkdir(parents=True)
        (entry / f"paper.{suffix}").write_bytes(content)
        (bill,) = site.archive.imports.run(folder / "bills", lambda *_: None)
        (file,) = files_of(site.whole(bill.userkey))
        page = file["pages"][0]
        self.size: tuple[int, int] = page["width"], page["height"]
        self._site, self._path = site, f"/bills/{bill.userkey}/iiif/{page['page_id']}"

    def picture(self, part: int, suffix: str) -> Image.Image:
        """Made smaller so many times."""
        width, height = (edge // part for edge in self.size)
        answer = self._site.get(f"{self._path}/full/{width},{height}/0/default.{suffix}")
        assert answer.status_code == 200, answer.text
        with Image.open(io.BytesIO(answer.content)) as encoded_page:
            return encoded_page.convert("RGB")


@pytest.fixture
def shown(site: Installation, tmp_path: Path) -> Callable[[bytes, str], Shown]:
    return lambda content, suffix: Shown(site, tmp_path, content, suffix)


# PDF


@pytest.mark.parametrize("part", [1, 2], ids=["300 dpi", "150 dpi"])
@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_looks_as_poppler_draws_it(
    name: str, part: int, shown: Callable[[bytes, str], Shown], reference: Callable[..., Image.Image]
) -> None:
    content = make(PAPERS[name], "pdf")
    ours = shown(content, "pdf").picture(part, "png")
    is_like(ours, reference(content, ours.size, part))


@pytest.mark.parametrize("part", [1, 2], ids=["300 dpi", "150 dpi"])
@pytest.mark.parametrize("turned", TURNS)
@pytest.mark.parametrize("name", SEALS)
def test_no_seal_is_missing_however_the_page_is_turned_and_cropped(
    name: str, turned: int, part: int, shown: Callable[[bytes, str], Shown], reference: Callable[..., Image.Image]
) -> None:
    content = SEALS[name](rotated=turned)
    ours = shown(content, "pdf").picture(part, "png")
    assert ImageStat.Stat(red(ours)).sum[0] > 1000 / part**2
    is_like(ours, reference(content, ours.size, part, lying=turned % 180 != 0))


def is_like(ours: Image.Image, theirs: Image.Image) -> None:
    like, overlap = ssim(ours, theirs), red_overlap(ours, theirs)
    assert like >= LIKE, f"{like:.4f}"
    assert overlap >= RED_LIKE, f"{overlap:.4f}"


# Pictures


def noise(size: tuple[int, int], dice: Random, cell: int) -> Image.Image:
    columns, rows = size[0] // cell, size[1] // cell
    return Image.frombytes("L", (columns, rows), dice.randbytes(columns * rows)).resize(size, Image.Resampling.BICUBIC)


def photographed() -> bytes:
    """A printed paper before a ground with structure of every size, a little out of focus, with a camera's grain."""
    size, dice = (1600, 1200), Random("photographed")
    finer = [(noise(size, dice, cell), weight) for cell, weight in ((60, 0.25), (20, 0.15), (6, 0.1), (2, 0.08))]
    bands = []
    for tint in (0.35, 0.5, 0.65):
        band = Image.blend(Image.linear_gradient("L").resize(size), noise(size, dice, 200), tint)
        for structure, weight in finer:
            band = Image.blend(band, structure, weight)
        bands.append(band)
    picture = Image.merge("RGB", bands)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(36)
    draw.rectangle((300, 250, 1300, 900), fill=(238, 234, 225))
    for row in range(12):
        draw.text((340, 280 + row * 50), f"{row:02} Invoice 2544{row}, total 1,132.{row:02}", (45, 40, 50), font)
    draw.ellipse((1000, 640, 1240, 820), outline=(200, 30, 40), width=8)
    grain = noise(size, dice, 1).point([128 + (level - 128) // 32 for level in range(256)])
    sharp = picture.filter(ImageFilter.GaussianBlur(0.8))
    return encoded(ImageChops.add(sharp, Image.merge("RGB", [grain] * 3), 1, -128), "JPEG", quality=95)


def printed_in_red() -> bytes:
    """A page full of small print, every other line red, with a seal, scanned with its colours in full."""
    page = Image.new("RGB", (1600, 1200), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(24)
    for row in range(40):
        line = f"Invoice 2544110000001{row:04}, total 1,132.{row:02}, seller and buyer, " * 2
        draw.text((20, row * 30), line, (200, 20, 30) if row % 2 else (20, 20, 30), font)
    draw.ellipse((900, 300, 1300, 600), outline=(220, 20, 30), width=12)
    return encoded(page, "JPEG", quality=95, subsampling=0)


PICTURES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "photo": ("jpg", photographed),
    "phone's photo": ("jpg", lambda: make(PAPERS["Invoice 26"], "photo")),
    "scan": ("jpg", lambda: make(PAPERS["Invoice 27"], "scan")),
    "screenshot": ("png", lambda: make(PAPERS["Invoice 1"], "png")),
}
QUIET = {"jpg": 38.0, "webp": 35.0, "png": 41.0}
"""Decibels that a picture may not be farther from its source than; of the whole page, PNG loses nothing."""


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_looks_as_it_was_taken_whole_and_made_smaller(
    name: str, shown: Callable[[bytes, str], Shown]
) -> None:
    suffix, draw = PICTURES[name]
    content = draw()
    with Image.open(io.BytesIO(content)) as stored:
        upright = ImageOps.exif_transpose(stored).convert("RGB")
    page = shown(content, suffix)
    assert page.size == upright.size
    found = {}
    for part in (1, 2, 4):
        size = (upright.width // part, upright.height // part)
        expected = upright if part == 1 else upright.resize(size, Image.Resampling.LANCZOS)
        for form in QUIET:
            found[form, part] = psnr(page.picture(part, form), expected)
    assert found["png", 1] == math.inf
    assert {which: round(value, 1) for which, value in found.items() if value < QUIET[which[0]]} == {}, found


@pytest.mark.parametrize("part", [1, 2])
def test_red_print_has_its_colour_in_full(shown: Callable[[bytes, str], Shown], part: int) -> None:
    content = printed_in_red()
    with Image.open(io.BytesIO(content)) as stored:
        expected = stored.convert("RGB").resize((stored.width // part, stored.height // part), Image.Resampling.LANCZOS)
    assert psnr(shown(content, "jpg").picture(part, "jpg"), expected) >= QUIET["jpg"]
