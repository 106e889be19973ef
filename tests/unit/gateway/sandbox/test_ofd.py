"""The sandbox's OFDs are whole packages, and say what their invoices say: in text, data, tags, QR code and seals."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageOps
from reportlab.pdfbase.ttfonts import TTFont

from tests.unit.gateway.sandbox.ofds import OFD, Ofd, boundary, der, digest, distances, local
from tests.unit.gateway.sandbox.test_maker import (
    CLASSIC,
    CONTRACT,
    DIGITAL,
    E_TICKET,
    SPECIAL,
    TICKET,
    made,
    with_lines,
)
from viewer.gateway.sandbox.maker import issue, make, money, qr
from viewer.gateway.sandbox.maker.ofd.data import DATA_NAMESPACE
from viewer.gateway.sandbox.maker.ofd.sm3 import sm3
from viewer.gateway.sandbox.papers import Invoice, Paper

LONG = replace(with_lines(SPECIAL, 50), number="25442000000087650050")
INVOICES = {
    "digital": DIGITAL,
    "special": SPECIAL,
    "classic": CLASSIC,
    "long": LONG,
    "long classic": with_lines(CLASSIC, 50),
}
every_invoice = pytest.mark.parametrize("invoice", INVOICES.values(), ids=INVOICES.keys())
SIGNED = {"digital special": SPECIAL, "classic": CLASSIC}
every_paper = pytest.mark.parametrize("paper", [*INVOICES.values(), E_TICKET], ids=[*INVOICES, "railway ticket"])
every_signed_invoice = pytest.mark.parametrize("invoice", SIGNED.values(), ids=SIGNED.keys())

opened: Callable[[Paper], Ofd] = cache(lambda paper: Ofd(made(paper, "ofd")))


def signatures(ofd: Ofd) -> list[tuple[Any, Any]]:
    """Each signature's description, and its SES_Signature read as ASN.1."""
    listed = [each.attrib["BaseLoc"] for each in ofd.xml["Doc_0/Signs/Signatures.xml"].iter(f"{OFD}Signature")]
    described = [ofd.xml[place.removeprefix("/")] for place in listed]
    values = [ofd.parts[str(each.findtext(f"{OFD}SignedValue")).removeprefix("/")] for each in described]
    return [(each, der(value)) for each, value in zip(described, values, strict=True)]


def seal_of(signature: Any) -> Any:
    """SESeal inside a SES_Signature."""
    ((_, (told, *_)),) = signature
    return told[1][1]


def pictures(ofd: Ofd) -> list[tuple[bytes, bytes]]:
    """Form and content of each seal's picture."""
    found = []
    for _, signature in signatures(ofd):
        _, _, _, (_, picture), *_ = seal_of(signature)[1][0][1]
        found.append((picture[0][1], picture[1][1]))
    return found


# The package


@every_paper
def test_every_part_is_named_and_every_named_part_is_there(paper: Paper) -> None:
    ofd = opened(paper)
    assert ofd.names[0] == "OFD.xml"
    assert sorted(ofd.names) == sorted(ofd.named())


@every_paper
def test_ids_are_unique_and_none_is_above_the_stated_maximum(paper: Paper) -> None:
    ofd = opened(paper)
    numbers = [number for number, _ in ofd.ids()]
    assert len(set(numbers)) == len(numbers)
    assert int(str(ofd.xml["Doc_0/Document.xml"].findtext(f".//{OFD}MaxUnitID"))) == max(numbers)


@every_paper
def test_every_reference_finds_what_it_names(paper: Paper) -> None:
    assert opened(paper).dangling() == []


@every_invoice
def test_pages_have_the_invoices_size_and_nothing_lies_outside(invoice: Invoice) -> None:
    ofd = opened(invoice)
    assert ofd.xml["Doc_0/Document.xml"].findtext(f".//{OFD}PageArea/{OFD}PhysicalBox") == "0 0 210 140"
    for page in ofd.pages() + ofd.templates():
        assert page.findtext(f"{OFD}Area/{OFD}PhysicalBox") == "0 0 210 140"
        for element in page.iter():
            if "Boundary" in element.attrib:
                left, top, right, bottom = boundary(element)
                assert 0 <= left < right <= 210, element.attrib
                assert 0 <= top < bottom <= 140, element.attrib


@every_invoice
def test_a_text_has_one_distance_less_than_characters(invoice: Invoice) -> None:
    codes = [
        code for part in opened(invoice).pages() + opened(invoice).templates() for code in part.iter(f"{OFD}TextCode")
    ]
    assert len(codes) > 30
    for code in codes:
        for name in ("DeltaX", "DeltaY"):
            if name in code.attrib:
                assert len(distances(code.attrib[name])) == len(str(code.text)) - 1, code.text
        assert len(str(code.text)) == 1 or {"DeltaX", "DeltaY"} & set(code.attrib), code.text


def test_only_an_electronic_invoice_is_issued_as_ofd() -> None:
    papers: list[Paper] = [CONTRACT, TICKET, replace(CLASSIC, type_code="3"), replace(CLASSIC, type_code="4")]
    for paper in papers:
        with pytest.raises(TypeError):
            make(paper, "ofd")


# What the pages say


def test_the_form_is_the_template_and_what_fills_it_is_the_page() -> None:
    ofd = opened(DIGITAL)
    ((page,), (template,)) = (ofd.pages(), ofd.templates())
    assert [each.attrib["ZOrder"] for each in page.iter(f"{OFD}Template")] == ["Background"]
    printed = {code.text for code in template.iter(f"{OFD}TextCode")}
    filled = {code.text for code in page.iter(f"{OFD}TextCode")}
    assert {"电子发票（普通发票）", "发票号码：", "购买方信息", "名称："} <= printed
    assert {DIGITAL.number, DIGITAL.buyer.name, DIGITAL.seller.tax_no, "*餐饮服务*餐费"} <= filled
    assert not printed & filled
    assert not re.search(r"\d", "".join(map(str, printed)))
    assert list(page.iter(f"{OFD}PathObject")) == []
    assert len(list(template.iter(f"{OFD}PathObject"))) == 3


def test_all_pages_of_a_list_share_one_template_that_is_not_the_invoices() -> None:
    ofd = opened(LONG)
    used = [page.find(f"{OFD}Template").attrib["TemplateID"] for page in ofd.pages()]  # type: ignore[union-attr]
    first, *others = used
    assert len(others) == 3
    assert len(set(others)) == 1
    assert first not in others
    said = {code.text for page in ofd.pages()[1:] for code in page.iter(f"{OFD}TextCode")}
    assert {"第 2 页 共 4 页", "第 3 页 共 4 页", "第 4 页 共 4 页", "*办公用品*打印纸050号"} <= said


def test_a_vertical_label_is_one_text_that_only_steps_down() -> None:
    (template,) = opened(DIGITAL).templates()
    (label,) = (code for code in template.iter(f"{OFD}TextCode") if code.text == "购买方信息")
    assert "DeltaX" not in label.attrib
    (step,) = set(distances(label.attrib["DeltaY"]))
    assert 3 < step < 6


def test_the_cipher_is_one_text_in_four_rows() -> None:
    (page,) = opened(CLASSIC).pages()
    (cipher,) = (code for code in page.iter(f"{OFD}TextCode") if code.text == "".join(issue.cipher(CLASSIC)))
    down = distances(cipher.attrib["DeltaY"])
    assert [index for index, step in enumerate(down) if step] == [27, 55, 83]
    assert {step for step in down if step} == {5}
    assert {step for step, lower in zip(distances(cipher.attrib["DeltaX"]), down, strict=True) if not lower} == {2.75}


@every_invoice
def test_its_pages_hold_the_same_amounts_as_those_of_the_pdf(invoice: Invoice) -> None:
    document = pypdfium2.PdfDocument(made(invoice, "pdf"))
    amount = re.compile(r"(?<![\d.])\d+\.\d\d(?![\d.])")
    for number, page in enumerate(opened(invoice).pages()):
        printed = document[number].get_textpage().get_text_range()
        said = " ".join(str(code.text) for code in page.iter(f"{OFD}TextCode"))
        assert sorted(amount.findall(said)) == sorted(amount.findall(printed))
        assert len(amount.findall(said)) > 5


def test_a_text_begins_and_ends_where_the_pdf_has_it() -> None:
    document = pypdfium2.PdfDocument(made(DIGITAL, "pdf"))
    (page,) = opened(DIGITAL).pages()
    layer = document[0].get_textpage()
    for wanted in (DIGITAL.number, DIGITAL.seller.name, money.in_words(DIGITAL.total), "1132.08"):
        (text,) = (each for each in page.iter(f"{OFD}TextObject") if each.findtext(f"{OFD}TextCode") == wanted)
        start, count = layer.search(wanted).get_next() or (0, 0)
        left, _, _, _ = layer.get_charbox(start, loose=True)
        _, _, right, _ = layer.get_charbox(start + count - 1, loose=True)
        assert boundary(text)[0] == pytest.approx(left * 25.4 / 72, abs=0.02)
        assert boundary(text)[2] == pytest.approx(right * 25.4 / 72, abs=0.02)


def test_a_text_too_long_for_its_place_is_narrowed_as_in_the_pdf() -> None:
    name = "湖北省武汉市洪山区听涛路街道云栖餐饮管理及会议服务有限责任公司第一分公司"
    (page,) = Ofd(make(replace(DIGITAL, seller=replace(DIGITAL.seller, name=name)), "ofd")).pages()
    (text,) = (each for each in page.iter(f"{OFD}TextObject") if each.findtext(f"{OFD}TextCode") == name)
    scale, size = float(text.attrib["HScale"]), float(text.attrib["Size"])
    assert scale < 1
    (code,) = text.iter(f"{OFD}TextCode")
    assert distances(code.attrib["DeltaX"]) == pytest.approx([size * scale] * (len(name) - 1), abs=0.001)
    assert boundary(text)[2] - boundary(text)[0] == pytest.approx(80, abs=0.001)


@every_invoice
def test_its_qr_picture_says_what_the_pdfs_code_says(invoice: Invoice) -> None:
    ofd = opened(invoice)
    (shown,) = ofd.pages()[0].iter(f"{OFD}ImageObject")
    pictured = list(ofd.xml["Doc_0/DocumentRes.xml"].iter(f"{OFD}MultiMedia"))
    (media,) = (each for each in pictured if each.attrib["ID"] == shown.attrib["ResourceID"])
    picture = Image.open(BytesIO(ofd.parts[f"Doc_0/Res/{media.findtext(f'{OFD}MediaFile')}"]))
    assert picture.format == media.attrib["Format"] == "PNG"
    (code,) = zxingcpp.read_barcodes(ImageOps.expand(picture.convert("L"), 40, 255))
    assert code.text == qr.content(invoice)
    width, *_, height, _, _ = map(float, shown.attrib["CTM"].split())
    assert boundary(shown)[2] - boundary(shown)[0] == width == height


def test_one_kind_brings_the_font_of_most_texts_with_exactly_their_characters() -> None:
    ofd = opened(SPECIAL)
    (font,) = (each for each in ofd.xml["Doc_0/PublicRes.xml"].iter(f"{OFD}Font") if list(each))
    face = TTFont("embedded", BytesIO(ofd.parts[f"Doc_0/Res/{font.findtext(f'{OFD}FontFile')}"])).face
    drawn = [text for part in ofd.pages() + ofd.templates() for text in part.iter(f"{OFD}TextObject")]
    set_in = [text for text in drawn if text.attrib["Font"] == font.attrib["ID"]]
    held = {
        chr(code) for code, glyph in face.charToGlyph.items() if glyph and code != 0xA0
    }  # ReportLab's own for a space
    assert held == {sign for text in set_in for sign in str(text.findtext(f"{OFD}TextCode"))}
    for text in set_in:
        said = str(text.findtext(f"{OFD}TextCode"))
        glyphs = [int(each) for each in str(text.findtext(f"{OFD}CGTransform/{OFD}Glyphs")).split()]
        assert glyphs == [face.charToGlyph[ord(sign)] for sign in said]
        assert 0 not in glyphs
        (code,) = text.iter(f"{OFD}TextCode")
        widths = [face.charWidths[ord(sign)] * float(text.attrib["Size"]) / 1000 for sign in said[:-1]]
        assert distances(code.attrib.get("DeltaX", "")) == pytest.approx(widths, abs=0.01)


@pytest.mark.parametrize("invoice", [DIGITAL, CLASSIC])
def test_other_fonts_are_left_to_the_reader_by_name(invoice: Invoice) -> None:
    fonts = list(opened(invoice).xml["Doc_0/PublicRes.xml"].iter(f"{OFD}Font"))
    assert {font.attrib["FontName"] for font in fonts} == {"宋体", "楷体", "Courier New"}
    assert not any(list(font) for font in fonts)


# The data


@every_invoice
def test_custom_datas_state_the_records_values(invoice: Invoice) -> None:
    told = opened(invoice).custom_datas()
    assert told["发票号码"] == invoice.number
    assert told.get("发票代码", "") == invoice.code
    assert told.get("校验码", "") == invoice.check_code
    assert told["开票日期"] == f"{invoice.issued:%Y年%m月%d日}"
    assert (told["合计金额"], told["合计税额"]) == (str(invoice.amount), str(invoice.tax))
    assert (told["购买方纳税人识别号"], told["销售方纳税人识别号"]) == (invoice.buyer.tax_no, invoice.seller.tax_no)


@every_invoice
def test_tags_point_at_the_objects_that_show_the_records_values(invoice: Invoice) -> None:
    told = opened(invoice).tagged()
    once = dict(told)
    assert once["InvoiceNo"] == invoice.number
    assert once["IssueDate"] == f"{invoice.issued:%Y年%m月%d日}"
    assert (once["BuyerName"], once["BuyerTaxID"]) == (invoice.buyer.name, invoice.buyer.tax_no)
    assert (once["SellerName"], once["SellerTaxID"]) == (invoice.seller.name, invoice.seller.tax_no)
    assert once["TaxExclusiveTotalAmount"] == f"¥{invoice.amount}"
    assert once["TaxTotalAmount"] == f"¥{invoice.tax}"
    assert once["TaxInclusiveTotalAmount"] == f"¥{invoice.total}"
    assert once["InvoiceClerk"] == invoice.drawer
    assert once["Note"] == invoice.remark
    for name, values in {
        "Item": [line.name for line in invoice.lines],
        "Amount": [str(line.amount) for line in invoice.lines],
        "TaxScheme": [money.percent(line.rate) for line in invoice.lines],
        "TaxAmount": [str(line.tax) if line.rate else "***" for line in invoice.lines],
    }.items():
        assert [value for each, value in told if each == name] == values


def test_a_remark_of_several_lines_is_one_tag() -> None:
    remark = "客户答谢会暨年度服务总结" * 12
    ofd = Ofd(make(replace(DIGITAL, remark=remark), "ofd"))
    assert [value for name, value in ofd.tagged() if name == "Note"] == [remark]


def test_older_tags_keep_an_items_values_together() -> None:
    goods = [each for each in opened(CLASSIC).xml["Doc_0/Tags/CustomTag.xml"].iter() if local(each) == "GoodsInfo"]
    assert [[local(value) for value in each] for each in goods] == [
        ["Item", "MeasurementDimension", "Quantity", "Price", "Amount", "TaxScheme", "TaxAmount"],
        ["Item", "Amount", "TaxScheme", "TaxAmount"],
    ]


def test_an_older_invoice_carries_its_original_data() -> None:
    ofd = opened(CLASSIC)
    root = ofd.xml["Doc_0/Attachs/original_invoice.xml"]
    fp = f"{{{DATA_NAMESPACE}}}"
    assert root.tag == "eInvoice"

    def said(path: str) -> str | None:
        return root.findtext("/".join(fp + step for step in path.split("/")))

    assert (said("InvoiceCode"), said("InvoiceNo")) == (CLASSIC.code, CLASSIC.number)
    assert (said("IssueDate"), said("InvoiceCheckCode")) == ("2025年03月18日", CLASSIC.check_code)
    assert (said("Buyer/BuyerName"), said("Buyer/BuyerTaxID")) == (CLASSIC.buyer.name, CLASSIC.buyer.tax_no)
    assert (said("Seller/SellerAddrTel"), said("Seller/SellerFinancialAccount")) == (
        CLASSIC.seller.address_phone,
        CLASSIC.seller.bank_account,
    )
    assert (said("TaxExclusiveTotalAmount"), said("TaxTotalAmount")) == (str(CLASSIC.amount), str(CLASSIC.tax))
    assert (said("TaxInclusiveTotalAmount"), said("GraphCode")) == (str(CLASSIC.total), qr.content(CLASSIC))
    rows = [{local(value): value.text or "" for value in each} for each in root.iter(f"{fp}GoodsInfo")]
    assert [(row["Item"], row["Amount"], row["TaxScheme"], row["TaxAmount"]) for row in rows] == [
        (line.name, str(line.amount), money.percent(line.rate), str(line.tax)) for line in CLASSIC.lines
    ]
    assert [row["Quantity"] for row in rows] == ["3", ""]
    for name, text in opened(CLASSIC).tagged():
        if name in ("MachineNo", "Payee", "Checker"):
            assert said(name) == text


@pytest.mark.parametrize("invoice", [DIGITAL, SPECIAL])
def test_a_digital_invoice_carries_no_such_file(invoice: Invoice) -> None:
    assert not [name for name in opened(invoice).names if "Attachs" in name]


# The seals


def test_a_railway_ticket_carries_its_facts_as_xbrl_and_no_tags() -> None:
    ofd = opened(E_TICKET)
    facts = {
        each.tag.partition("}")[2]: each.text for each in ofd.xml[f"Doc_0/Attachs/rai_issuer_{E_TICKET.number}.xml"]
    }
    assert E_TICKET.buyer
    wanted = {
        "ElectronicInvoiceRailwayETicketNumber": E_TICKET.number,
        "DateOfIssue": "2025-04-02",
        "DepartureStation": "深圳北",
        "DestinationStation": "武汉",
        "TrainNumber": "G1002",
        "Carriage": "05车",
        "Seat": "12A号",
        "Fare": "538.50",
        "TotalAmountExcludingTax": "494.04",
        "TaxRate": "9%",
        "TaxAmount": "44.46",
        "NameOfPurchaser": E_TICKET.buyer.name,
        "UnifiedSocialCreditCodeOfPurchaser": E_TICKET.buyer.tax_no,
    }
    assert {name: facts.get(name) for name in wanted} == wanted
    assert "SeatLevel" not in facts
    assert not any("Tag" in name for name in ofd.names)
    assert ofd.custom_datas()["发票号码"] == E_TICKET.number


def test_the_digest_is_sm3() -> None:
    """The examples of GM/T 0004-2012, A.1 and A.2."""
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


@every_signed_invoice
def test_a_signature_covers_all_of_the_document_with_right_digests(invoice: Invoice) -> None:
    ofd = opened(invoice)
    document = {name for name in ofd.names if "/Signs/" not in name}
    for described, signature in signatures(ofd):
        covered = {each.attrib["FileRef"].removeprefix("/"): each for each in described.iter(f"{OFD}Reference")}
        assert document <= set(covered)
        for name, reference in covered.items():
            assert digest(reference.findtext(f"{OFD}CheckValue")) == sm3(ofd.parts[name]), name
        ((_, (told, *_)),) = signature
        _, _, _, (_, data_hash), (_, place), *_ = told[1]
        assert data_hash == b"\0" + sm3(ofd.parts[place.decode().removeprefix("/")])


def test_an_older_invoice_is_stamped_by_the_tax_office_and_the_seller() -> None:
    ofd = opened(CLASSIC)
    names = [seal_of(signature)[1][0][1][2][1][1][1].decode() for _, signature in signatures(ofd)]
    assert names == ["国家税务总局湖北省税务局", CLASSIC.seller.name]
    boxes = [boundary(next(described.iter(f"{OFD}StampAnnot"))) for described, _ in signatures(ofd)]
    assert boxes == [(88, 4.4, 120, 26.4), (155, 103.5, 197, 135.5)]


@pytest.mark.parametrize(("invoice", "version", "members"), [(CLASSIC, 4, (4, 4, 7)), (SPECIAL, 1, (2, 2, 6))])
def test_a_seal_has_the_asn1_of_its_version(invoice: Invoice, version: int, members: tuple[int, int, int]) -> None:
    ofd = opened(invoice)
    for described, signature in signatures(ofd):
        ((tag, signed),) = signature
        seal = seal_of(signature)
        header, esid, properties, picture = seal[1][0][1]
        assert (tag, len(signed), len(seal[1]), len(properties[1])) == (0x30, *members)
        assert [value for _, value in header[1]][:2] == [b"ES", bytes((version,))]
        assert esid[0] == 0x16
        assert properties[1][-1][0] == (0x18 if version == 4 else 0x17)
        left, top, right, bottom = boundary(next(described.iter(f"{OFD}StampAnnot")))
        assert [int.from_bytes(value, "big") for _, value in picture[1][2:]] == [right - left, bottom - top]


def test_the_seal_beside_a_signature_is_the_one_inside_it() -> None:
    for invoice, beside in ((CLASSIC, "Doc_0/Signs/Sign_1/Seal.esl"), (SPECIAL, "Doc_0/Signs/Sign_0/Seal.esl")):
        assert der(opened(invoice).parts[beside]) == [seal_of(signatures(opened(invoice))[-1][1])]


def test_a_vector_seal_is_a_whole_ofd_of_its_own() -> None:
    for (form, content), (width, height) in zip(pictures(opened(CLASSIC)), ((32, 22), (42, 32)), strict=True):
        nested = Ofd(content)
        assert form == b"ofd"
        assert sorted(nested.names) == sorted(nested.named())
        assert nested.dangling() == []
        (page,) = nested.pages()
        assert page.findtext(f"{OFD}Area/{OFD}PhysicalBox") == f"0 0 {width} {height}"
        for element in page.iter():
            if "Boundary" in element.attrib:
                left, top, right, bottom = boundary(element)
                assert 0 <= left < right <= width
                assert 0 <= top < bottom <= height
    said = "".join(Ofd(pictures(opened(CLASSIC))[1][1]).texts().values())
    assert said == CLASSIC.seller.name + CLASSIC.seller.tax_no + "发票专用章"


def test_a_character_on_a_seals_rim_is_turned_and_not_stretched() -> None:
    (page,) = Ofd(pictures(opened(CLASSIC))[0][1]).pages()
    turned = [
        tuple(map(float, text.attrib["CTM"].split())) for text in page.iter(f"{OFD}TextObject") if "CTM" in text.attrib
    ]
    assert len(turned) == len("全国统一发票监制章")
    for a, b, c, d, _, _ in turned:
        assert (a, b) == (d, -c)
        assert a * d - b * c == pytest.approx(1, abs=0.001)
    assert turned[0][1] == pytest.approx(-turned[-1][1], abs=0.01), (
        "to the left at the beginning, to the right at the end"
    )
    assert turned[0][1] < -0.5


@pytest.mark.parametrize("invoice", [DIGITAL, SPECIAL])
def test_a_seals_picture_is_red_on_no_ground(invoice: Invoice) -> None:
    ofd = opened(invoice)
    if invoice is SPECIAL:
        ((form, content),) = pictures(ofd)
        assert form == b"png"
    else:
        (page,) = (part for name, part in ofd.xml.items() if name.startswith("Doc_0/Annots/Page_"))
        (shown,) = page.iter(f"{OFD}ImageObject")
        content = ofd.parts[f"Doc_0/Res/image_{shown.attrib['ResourceID']}.png"]
    picture = Image.open(BytesIO(content))
    assert (picture.format, picture.mode, picture.width * 22) == ("PNG", "RGBA", picture.height * 32)
    opacity = picture.getchannel("A")
    assert opacity.getextrema() == (0, 209)
    assert 0.03 < sum(opacity.histogram()[100:]) / (picture.width * picture.height) < 0.3
    assert picture.getpixel((0, 0))[:3] == (217, 20, 20)  # type: ignore[index]


def test_the_plain_digital_invoice_has_its_seal_in_an_annotation_and_no_signature() -> None:
    ofd = opened(DIGITAL)
    assert not [name for name in ofd.names if "Signs" in name]
    assert ofd.xml["OFD.xml"].find(f".//{OFD}Signatures") is None
    (page,) = (part for name, part in ofd.xml.items() if name.startswith("Doc_0/Annots/Page_"))
    (look,) = page.iter(f"{OFD}Appearance")
    assert boundary(look) == (89, 4, 121, 26)


def test_seals_of_another_year_are_other_seals() -> None:
    other = opened(replace(CLASSIC, issued=date(2024, 3, 18)))
    assert signatures(other)[0][1] != signatures(opened(CLASSIC))[0][1]
