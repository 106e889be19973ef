"""The papers of the sandbox look like papers to a machine: their text, pages, pixels and QR codes can be read back."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import get_args

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from viewer.domain.capitals import LIMIT
from viewer.gateway.sandbox import pasting
from viewer.gateway.sandbox.maker import make, media_type, qr
from viewer.gateway.sandbox.maker.money import in_words, percent, plain
from viewer.gateway.sandbox.maker.region import region, short_name
from viewer.gateway.sandbox.papers import (
    Contract,
    Form,
    Invoice,
    Itinerary,
    Line,
    Paper,
    Party,
    PastedSheet,
    Piece,
    Receipt,
    TrainTicket,
)

BUYER = Party(
    name="深圳市澜舟测量仪器有限公司",
    tax_no="91440300MA5FXT7K2Q",
    address_phone="深圳市南山区栖云路18号 0755-20001234",
    bank_account="鹏湾银行栖云支行 755900001234",
)
SELLER = Party(
    name="武汉云栖餐饮管理有限公司",
    tax_no="91420100MA4KW8H93R",
    address_phone="武汉市洪山区听涛路231号 027-80001234",
    bank_account="江汉银行听涛支行 557700005678",
)
MEAL = Line(name="*餐饮服务*餐费", unit="次", quantity=Decimal(3), amount=Decimal("1132.08"), rate=Decimal("0.06"))
DIGITAL = Invoice(
    type_code="26",
    number="25442000000012345678",
    issued=date(2025, 3, 18),
    buyer=BUYER,
    seller=SELLER,
    lines=(MEAL, Line(name="*蔬菜*土豆", amount=Decimal("88.00"), rate=Decimal(0))),
    remark="客户答谢会",
    drawer="周晓",
)
SPECIAL = replace(DIGITAL, type_code="27", number="25442000000087654321")
CLASSIC = replace(DIGITAL, type_code="1", number="12345678", code="044031900111", check_code="12345678901234567890")
TICKET = TrainTicket(
    type_code="9",
    number="012345",
    code="Z",
    departs=date(2025, 4, 2),
    departure_time="08:30",
    from_station="深圳北",
    to_station="武汉",
    train="G1002",
    seat="05车12A号",
    passenger="李明哲",
    total=Decimal("538.50"),
)
E_TICKET = replace(TICKET, type_code="29", number="25429165800000123456", code="", buyer=BUYER)
TAXI = Receipt(
    type_code="8",
    code="144032500117",
    number="04718263",
    issued=date(2025, 4, 2),
    seller=SELLER,
    rows=(("车号", "粤B·T3061"), ("上车", "07:12")),
    total=Decimal("41.00"),
)
TOLL = replace(TAXI, type_code="17", number="20935586", rows=(("入口", "深圳北"), ("出口", "栖云")))
MACHINE = replace(TAXI, type_code="7", number="00631974", rows=(("项目", "餐费"),), buyer=BUYER)
PASTED = PastedSheet(
    name="票据粘贴单",
    pieces=(
        Piece(paper=TAXI, x=45, y=95, angle=2.4),
        Piece(paper=MACHINE, x=140, y=100, angle=-1.7),
        Piece(paper=TICKET, x=60, y=220, angle=-2),
    ),
)
RIDES = Itinerary(
    title="网约车行程单",
    passenger="李明哲",
    rides=tuple((f"2025-03-{day:02} 09:10", "栖云地铁站", "听涛大厦", Decimal("35.20")) for day in range(1, 31)),
)
CONTRACT = Contract(title="测量仪器维护服务合同", parties=(BUYER, SELLER), pages=3)
PAPERS: dict[str, Paper] = {
    "digital": DIGITAL,
    "special": SPECIAL,
    "classic": CLASSIC,
    "classic paper": replace(CLASSIC, type_code="3"),
    "classic special": replace(CLASSIC, type_code="4", code="4403201130"),
    "train ticket": TICKET,
    "electronic train ticket": E_TICKET,
    "taxi receipt": TAXI,
    "toll receipt": TOLL,
    "machine-printed invoice": MACHINE,
    "itinerary": RIDES,
    "contract": CONTRACT,
}
every_paper = pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS.keys())

ROOT = Path(__file__).parents[4]

made: Callable[[Paper, Form], bytes] = cache(make)
"""`make`, once per paper and form: most tests look at the same few files."""


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def text_of(pdf: bytes, page: int = 0) -> str:
    return str(pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_range())


def pages_of(pdf: bytes) -> int:
    return len(pypdfium2.PdfDocument(pdf))


def codes_in(image: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image)]


def with_lines(invoice: Invoice, count: int) -> Invoice:
    lines = tuple(replace(MEAL, name=f"*办公用品*打印纸{index:03}号") for index in range(1, count + 1))
    return replace(invoice, lines=lines)


# Money


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零圆整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1", "壹圆整"),
        ("10", "壹拾圆整"),
        ("15.60", "壹拾伍圆陆角整"),
        ("100.05", "壹佰圆零伍分"),
        ("123.45", "壹佰贰拾叁圆肆角伍分"),
        ("1005", "壹仟零伍圆整"),
        ("1050.30", "壹仟零伍拾圆叁角整"),
        ("10000", "壹万圆整"),
        ("10005", "壹万零伍圆整"),
        ("20304.05", "贰万零叁佰零肆圆零伍分"),
        ("100050", "壹拾万零伍拾圆整"),
        ("100000000", "壹亿圆整"),
        ("100000001", "壹亿零壹圆整"),
        ("100010000", "壹亿零壹万圆整"),
        ("123456789.12", "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖圆壹角贰分"),
        ("-12.30", "负壹拾贰圆叁角整"),
    ],
)
def test_an_amount_is_written_in_capital_words(amount: str, words: str) -> None:
    assert in_words(Decimal(amount)) == words


def spoken(words: str) -> Decimal:
    """The amount that capital words name, read by the rules of the language and not by those of `in_words`."""
    sign = -1 if words.startswith("负") else 1
    digits = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
    units = {"拾": 10, "佰": 100, "仟": 1000}
    total, group, digit = 0, 0, 0
    cents = 0
    for char in words.removeprefix("负").removesuffix("整"):
        if char in digits:
            digit = digits[char]
        elif char in units:
            group, digit = group + digit * units[char], 0
        elif char in "亿万圆":
            total += (group + digit) * {"亿": 10**8, "万": 10**4, "圆": 1}[char]
            group, digit = 0, 0
        else:
            cents, digit = cents + digit * {"角": 10, "分": 1}[char], 0
    return sign * (Decimal(total) + Decimal(cents) / 100)


@given(st.decimals(min_value=-LIMIT + 1, max_value=LIMIT - 1, places=2))
def test_every_amount_in_words_can_be_read_back(amount: Decimal) -> None:
    words = in_words(amount)
    assert spoken(words) == amount
    assert "零零" not in words
    assert not re.search("零[万亿]", words)
    assert words.endswith(("整", "分"))


def test_an_amount_too_large_for_words_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        in_words(LIMIT)


def test_rates_and_quantities_are_printed_without_needless_zeros() -> None:
    assert [percent(Decimal(rate)) for rate in ("0.06", "0.13", "0.1", "0.015", "0")] == [
        "6%",
        "13%",
        "10%",
        "1.5%",
        "免税",
    ]
    assert [plain(Decimal(value)) for value in ("100", "2.50", "0.333333333333")] == ["100", "2.5", "0.33333333"]


@pytest.mark.parametrize(
    ("tax_no", "place"),
    [("91440300MA5FXT7K2Q", "深圳市"), ("91440101MA5FXT7K2Q", "广东省"), ("9131", "上海市"), ("", "深圳市")],
)
def test_the_seal_names_the_place_in_the_sellers_tax_number(tax_no: str, place: str) -> None:
    assert region(tax_no) == place


@pytest.mark.parametrize(("place", "short"), [("湖北省", "湖北"), ("内蒙古自治区", "内蒙古"), ("深圳市", "深圳")])
def test_the_title_of_an_older_invoice_names_the_place_without_its_rank(place: str, short: str) -> None:
    assert short_name(place) == short


# QR codes


def test_the_qr_code_says_what_the_tax_offices_codes_say() -> None:
    assert re.fullmatch(r"01,31,,25442000000012345678,1288\.00,20250318,,[0-9A-F]{4}", qr.content(DIGITAL))
    classic = r",044031900111,12345678,1220\.08,20250318,12345678901234567890,[0-9A-F]{4}"
    for type_code, kind in (("1", "10"), ("3", "04"), ("4", "01")):
        assert re.fullmatch(f"01,{kind}{classic}", qr.content(replace(CLASSIC, type_code=type_code)))
    assert re.fullmatch(r"01,51,,25429165800000123456,538\.50,20250402,,[0-9A-F]{4}", qr.content(E_TICKET))


@pytest.mark.parametrize("paper", [DIGITAL, CLASSIC, E_TICKET], ids=["digital", "classic", "electronic train ticket"])
def test_the_qr_code_can_be_read_from_every_form(paper: Invoice | TrainTicket) -> None:
    expected = [qr.content(paper)]
    page = pypdfium2.PdfDocument(made(paper, "pdf"))[0]
    assert codes_in(page.render(scale=150 / 72).to_pil()) == expected
    for form in ("png", "scan", "photo", "tiff"):
        assert codes_in(opened(made(paper, form))) == expected, form


@pytest.mark.parametrize("number", ["25442000000000000001", "25442000000000000002"])
def test_the_qr_code_can_be_read_however_the_photo_was_taken(number: str) -> None:
    invoice = replace(SPECIAL, number=number)
    assert codes_in(opened(make(invoice, "photo"))) == [qr.content(invoice)]


# Text and pages


@pytest.mark.parametrize("paper", [DIGITAL, SPECIAL, CLASSIC])
def test_the_text_of_an_invoice_can_be_extracted(paper: Invoice) -> None:
    text = text_of(made(paper, "pdf"))
    for expected in (
        paper.number,
        BUYER.name,
        SELLER.name,
        SELLER.tax_no,
        "¥1288.00",
        "壹仟贰佰捌拾捌圆整",
        "*餐饮服务*餐费",
    ):
        assert expected in text


def test_an_older_invoice_shows_its_code_check_code_address_and_bank() -> None:
    text = text_of(made(CLASSIC, "pdf"))
    for expected in (CLASSIC.code, "12345 67890 12345 67890", SELLER.address_phone, BUYER.bank_account):
        assert expected in text


@pytest.mark.parametrize("ticket", [TICKET, E_TICKET], ids=["paper", "electronic"])
def test_a_train_ticket_names_its_stations_train_and_passenger(ticket: TrainTicket) -> None:
    text = text_of(made(ticket, "pdf"))
    for expected in (ticket.number, "深圳北站", "武汉站", "G1002次", "05车12A号", "李明哲", "538.50"):
        assert expected in text


@pytest.mark.parametrize("receipt", [TAXI, TOLL, MACHINE], ids=["taxi", "toll", "machine-printed"])
def test_a_receipt_shows_what_is_recorded_of_it_and_what_its_machine_prints(receipt: Receipt) -> None:
    text = text_of(made(receipt, "pdf"))
    recorded = (receipt.code, receipt.number, "2025-04-02", "¥41.00元", SELLER.name, SELLER.tax_no)
    for expected in (*recorded, *(value for _, value in receipt.rows)):
        assert expected in text
    assert (BUYER.name in text) == (receipt is MACHINE)


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (8, 1), (9, 2), (28, 2), (29, 3)])
@pytest.mark.parametrize("invoice", [DIGITAL, CLASSIC], ids=["digital", "classic"])
def test_rows_beyond_the_eighth_go_to_pages_of_twenty(invoice: Invoice, lines: int, pages: int) -> None:
    assert pages_of(make(with_lines(invoice, lines), "pdf")) == pages


def test_a_very_long_invoice_has_twenty_four_pages_and_every_row_once() -> None:
    invoice = with_lines(SPECIAL, 8 + 23 * 20)
    pdf = make(invoice, "pdf")
    assert pages_of(pdf) == 24
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    assert "（详见清单）" in texts[0]
    assert "第 24 页 共 24 页" in texts[-1]
    rows = [int(number) for text in texts for number in re.findall(r"打印纸(\d{3})号", text)]
    assert rows == list(range(1, 8 + 23 * 20 + 1))


def test_a_long_itinerary_goes_on_and_ends_with_its_sum() -> None:
    pdf = made(RIDES, "pdf")
    assert pages_of(pdf) == 2
    assert "合计 ¥1056.00" in text_of(pdf, 1)


@pytest.mark.parametrize("pages", [1, 2, 12])
def test_a_contract_has_the_pages_it_says_and_is_signed_on_the_last(pages: int) -> None:
    pdf = make(replace(CONTRACT, pages=pages), "pdf")
    assert pages_of(pdf) == pages
    last = text_of(pdf, pages - 1)
    assert f"第 {pages} 页 共 {pages} 页" in last
    assert f"甲方（盖章）：{BUYER.name}" in last
    assert f"乙方（盖章）：{SELLER.name}" in last


def test_a_contract_can_bring_its_own_clauses() -> None:
    assert "第1条　一式两份。" in text_of(make(replace(CONTRACT, clauses=("一式两份。",)), "pdf"))


def test_the_only_font_that_a_paper_uses_is_embedded() -> None:
    pdf = made(DIGITAL, "pdf")
    fonts = re.findall(rb"/BaseFont /[A-Z]{6}\+(\S+)", pdf)
    assert set(fonts) == {b"NotoSerifSC-Regular"}
    assert len(fonts) == pdf.count(b"/BaseFont") == pdf.count(b"/FontFile2")


# Pixels


@pytest.mark.parametrize("paper", [DIGITAL, CLASSIC, TICKET, CONTRACT])
def test_a_scan_is_an_a4_page_at_300_dpi(paper: Paper) -> None:
    image = opened(made(paper, "scan"))
    assert image.format == "JPEG"
    assert image.size == (2480, 3508)
    assert image.info["dpi"] == (300, 300)


def test_a_pasted_sheet_is_one_a4_scan_of_all_its_papers() -> None:
    image = opened(made(PASTED, "scan"))
    assert (image.format, image.size, image.info["dpi"]) == ("JPEG", (2480, 3508), (300, 300))
    with pytest.raises(TypeError):
        make(PASTED, "pdf")


@pytest.mark.parametrize("piece", PASTED.pieces, ids=["taxi", "machine-printed", "train"])
def test_a_pieces_part_of_the_scan_is_its_own_paper_on_blank_ground(piece: Piece) -> None:
    left, top, width, height = pasting.box(piece)
    part = opened(made(PASTED, "scan")).crop((left, top, left + width, top + height)).convert("L")
    paper = Image.new("L", part.size, 0)
    ImageDraw.Draw(paper).polygon([(x - left, y - top) for x, y in pasting.corners(piece)], fill=255)
    inside = part.histogram(paper)
    around = part.histogram(ImageChops.invert(paper.filter(ImageFilter.MaxFilter(9))))  # the edge's shadow aside
    assert sum(inside[:100]) > 0.01 * sum(inside), "there is print on the paper"
    assert sum(around) > 0.02 * part.width * part.height
    assert sum(around[:200]) == 0, "nothing is around it"


def test_the_print_of_a_pasted_paper_can_be_told_from_a_neighbours() -> None:
    other = replace(TAXI, number="04718264", rows=(("车号", "粤B·T9999"),))
    changed = replace(PASTED, pieces=(replace(PASTED.pieces[0], paper=other), *PASTED.pieces[1:]))
    before, after = (opened(make(sheet, "scan")).convert("L") for sheet in (PASTED, changed))
    for piece, differs in zip(PASTED.pieces, (True, False, False), strict=True):
        left, top, width, height = pasting.box(piece)
        parts = [image.crop((left, top, left + width, top + height)) for image in (before, after)]
        assert any(ImageChops.difference(*parts).histogram()[100:]) == differs


@pytest.mark.parametrize("paper", [DIGITAL, CLASSIC, CONTRACT])
def test_a_photo_has_12_megapixels_that_exif_says_how_to_turn(paper: Paper) -> None:
    image = opened(made(paper, "photo"))
    exif = image.getexif()
    assert image.size == (4032, 3024)
    assert exif[0x0112] in (3, 6, 8)
    assert exif[0x010F]
    assert re.fullmatch(r"\d{4}:\d{2}:\d{2} \d{2}:\d{2}:\d{2}", exif[0x0132])


def test_a_photo_turned_as_exif_says_shows_the_invoice_upright() -> None:
    upright = ImageOps.exif_transpose(opened(made(DIGITAL, "photo")))
    (code,) = zxingcpp.read_barcodes(upright)
    assert abs(code.orientation) < 10
    assert code.position.top_left.x < upright.width / 2


@every_paper
def test_a_screenshot_has_144_dpi(paper: Paper) -> None:
    image = opened(made(paper, "png"))
    assert image.format == "PNG"
    assert round(image.info["dpi"][0]) == 144
    width, height = pypdfium2.PdfDocument(made(paper, "pdf")).get_page_size(0)
    assert image.size == (round(width * 2), round(height * 2))


@pytest.mark.parametrize("paper", [with_lines(DIGITAL, 30), CONTRACT, TICKET])
def test_an_archives_scan_has_every_page_in_black_and_white_at_200_dpi(paper: Paper) -> None:
    image = opened(made(paper, "tiff"))
    document = pypdfium2.PdfDocument(made(paper, "pdf"))
    assert getattr(image, "n_frames", 0) == len(document)
    for number in range(len(document)):
        image.seek(number)
        width, height = document.get_page_size(number)
        assert (image.mode, image.info["compression"], image.info["dpi"]) == ("1", "group4", (200, 200))
        assert image.size == (round(width * 200 / 72), round(height * 200 / 72))
        assert 0.001 < image.convert("L").histogram()[0] / (image.width * image.height) < 0.3


def test_every_form_has_the_media_type_of_its_bytes() -> None:
    assert made(DIGITAL, "pdf").startswith(b"%PDF-")
    for form in get_args(Form):
        if form not in ("pdf", "ofd"):
            assert Image.MIME[str(opened(made(DIGITAL, form)).format)] == media_type(form)
    assert media_type("pdf") == "application/pdf"
    assert media_type("ofd") == "application/ofd"


# The same bytes


@pytest.mark.parametrize("form", get_args(Form))
def test_the_same_paper_gives_the_same_bytes(form: Form) -> None:
    assert make(CLASSIC, form) == made(CLASSIC, form)


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert make(PASTED, "scan") == made(PASTED, "scan")


def test_another_process_makes_the_same_bytes() -> None:
    script = (
        "import hashlib; from tests.unit.gateway.sandbox.test_maker import *;"
        "print(*(hashlib.sha256(make(CLASSIC, form)).hexdigest() for form in get_args(Form)))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == [hashlib.sha256(made(CLASSIC, form)).hexdigest() for form in get_args(Form)]


def test_papers_with_other_numbers_are_skewed_otherwise() -> None:
    assert make(replace(DIGITAL, number="25442000000012345679"), "scan") != made(DIGITAL, "scan")
