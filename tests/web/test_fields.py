"""What files say of themselves, from the fetched bytes to the API and beside the record on the page."""

import io
import re
from typing import Any

import pytest
from PIL import Image

from tests.clouds import ScriptedCloud, row_of
from tests.installations import Installation, files_of
from tests.invoices import DEMO_INVOICES, ofd
from tests.papers import encoded, pdf
from tests.sandboxes import without_pixels
from tests.unit.documents import hostile
from viewer.archive import fetching
from viewer.domain.invoice_fields import NAMES
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.maker import make
from viewer.gateway.sandbox.papers import Invoice
from viewer.gateway.sandbox.xml_invoice import xml_invoice

PAPER = next(paper for paper in DEMO_INVOICES.values() if paper.type_code == "27")
EVERYDAY = [without_pixels(bill) for bill in demo_bills()[:4]]


def said(file: Any) -> dict[str, str]:
    return {name: told["value"] for name, told in file["fields"].items() if told and name != "items"}


def recorded(paper: Invoice, **instead: object) -> dict[str, object]:
    """A row of upstream's list that says all that the paper says, or something else."""
    told = {
        "invoiceType": paper.type_code,
        "invoiceNo": paper.number,
        "invoiceDate": paper.issued.isoformat(),
        "totalAmount": float(paper.total),
        "invoiceAmount": float(paper.amount),
        "totalTaxAmount": float(paper.tax),
        "buyerName": paper.buyer.name,
        "buyerTaxNo": paper.buyer.tax_no,
        "salerName": paper.seller.name,
        "salerTaxNo": paper.seller.tax_no,
    }
    return told | instead


def bill_of(cloud: ScriptedCloud, name: str, content: bytes, **facts: object) -> str:
    return cloud.put_list([row_of(name, cloud.put_file(name, content), content, **facts)])


def location(site: Installation, key: str, lang: str = "en") -> str:
    site.whole(key)
    return site.page(f"/bills/{key}/location", branch_id="E-1", lang=lang)


def test_every_file_of_the_demo_says_what_upstream_recorded(site: Installation) -> None:
    compared = 0
    for made in EVERYDAY:
        for invoice in site.whole(made.userkey)["invoices"]:
            for file in invoice["files"]:
                assert list(file["fields"]) == list(NAMES)
                told = said(file)
                assert {name: invoice[name] for name in told if name in invoice} == {
                    name: value for name, value in told.items() if name in invoice
                }
                assert {"invoice_no", "invoice_date", "total_amount", "buyer_tax_no", "seller_tax_no"} <= told.keys()
                compared += 1
    assert compared >= 12


def test_each_value_has_its_source_and_rows_their_cells(site: Installation) -> None:
    pdf_file, xml, _ = site.whole(EVERYDAY[3].userkey)["invoices"][0]["files"]
    assert pdf_file["fields"]["total_amount"] == {"value": "30000.00", "source": "text"}
    assert xml["fields"]["total_amount"] == {"value": "30000.00", "source": "xml"}
    assert xml["fields"]["invoice_code"] is None
    assert xml["fields"]["items"] == {
        "value": [
            {
                "name": "*研发和技术服务*电磁兼容检测",
                "spec": None,
                "unit": "项",
                "quantity": "1",
                "price": None,
                "amount": "28301.89",
                "tax_rate": "6%",
                "tax": "1698.11",
            }
        ],
        "source": "xml",
    }


def test_the_openapi_document_describes_fields(site: Installation) -> None:
    schemas = site.get("/api/openapi.json").json()["components"]["schemas"]
    assert list(schemas["BillOut.FieldsOut"]["properties"]) == list(NAMES)
    assert set(schemas["BillOut.ToldOut"]["properties"]["source"]["enum"]) >= {"xml", "OFD.xml", "text"}
    assert "fields" in schemas["BillOut.FileOut"]["properties"]


def test_an_ofd_says_what_is_in_it(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"fields.ofd": ofd(custom={"发票号码": "20268041", "合计金额": "510.68"})})
    (file,) = files_of(odd_site.whole(key))
    assert said(file) == {"invoice_no": "20268041", "amount": "510.68"}
    assert file["fields"]["amount"]["source"] == "OFD.xml"


def test_files_that_say_nothing_have_no_fields(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    picture = encoded(Image.new("RGB", (20, 20)), "PNG")
    key = odd_cloud.put_bill(
        {"blank.pdf": pdf(), "some.png": picture, "bad.pdf": pdf()[:200], "other.xml": b"<?xml ?><a/>"}
    )
    files = files_of(odd_site.whole(key))
    assert [file["state"] for file in files] == ["ready", "ready", "unreadable", "ready"]
    assert [file["fields"] for file in files] == [None] * 4


def test_no_file_has_fields_before_it_is_here(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = bill_of(odd_cloud, "later.xml", xml_invoice(PAPER))
    assert odd_site.json(f"/bills/{key}")["invoices"][0]["files"][0]["fields"] is None
    assert said(files_of(odd_site.whole(key))[0])["invoice_no"] == PAPER.number


def test_other_bytes_under_the_same_name_say_something_else(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    first, second = list(DEMO_INVOICES.values())[:2]
    key = bill_of(odd_cloud, "changing.xml", xml_invoice(first))
    odd_site.whole(key)
    changed = bill_of(odd_cloud, "changing.xml", xml_invoice(second))
    odd_cloud.lists[key] = odd_cloud.lists[changed]
    odd_site.expire(key)
    assert said(files_of(odd_site.whole(key))[0])["invoice_no"] == second.number


@pytest.mark.parametrize("task", [hostile.crash, hostile.hang])
def test_a_file_whose_fields_cannot_be_read_is_shown_all_the_same(
    odd_site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch, task: Any
) -> None:
    monkeypatch.setattr(fetching, "invoice_fields", task)
    if task is hostile.hang:
        monkeypatch.setattr(odd_site.archive.files._fetching._decoders, "_seconds", 1)
    key = bill_of(odd_cloud, f"{task.__name__}.pdf", make(PAPER, "pdf"))
    (file,) = files_of(odd_site.whole(key))
    assert (file["state"], len(file["pages"]), file["fields"]) == ("ready", 1, None)


# The page of a 数电票 that came as XML


def test_an_xml_alone_is_shown_as_a_page(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = bill_of(odd_cloud, "alone.xml", xml_invoice(PAPER))
    (file,) = files_of(odd_site.whole(key))
    (page,) = file["pages"]
    assert file["picture"]
    answer = odd_site.get(f"/bills/{key}/iiif/{page['page_id']}/full/620,/0/default.png")
    assert answer.status_code == 200
    picture = Image.open(io.BytesIO(answer.content)).convert("L")
    assert (picture.width, picture.getpixel((2, 2))) == (620, 255)
    text = "".join(
        word["text"] for word in odd_site.get(f"/bills/{key}/iiif/{page['page_id']}/text.json").json()["words"]
    )
    assert PAPER.number in text
    assert page["page_id"] in location(odd_site, key)


def test_an_xml_beside_a_file_with_a_look_is_not_the_picture(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    xml, scan = xml_invoice(PAPER), encoded(Image.new("RGB", (20, 20)), "PNG")
    row = row_of("with.xml", odd_cloud.put_file("with.xml", xml), xml)
    snapshot = row_of("with.png", odd_cloud.put_file("with.png", scan), scan)["invoiceFiles"][0]
    row["invoiceFiles"].append(snapshot | {"originalState": "0", "resource": "3"})
    files = files_of(odd_site.whole(odd_cloud.put_list([row])))
    assert [(file["name"], file["picture"], len(file["pages"])) for file in files] == [
        ("with.xml", False, 1),
        ("with.png", True, 1),
    ]


def test_an_xml_beside_a_damaged_file_is_the_picture(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    xml, damaged = xml_invoice(PAPER), pdf()[:200]
    row = row_of("spoiled.pdf", odd_cloud.put_file("spoiled.pdf", damaged), damaged)
    row["invoiceFiles"] += row_of("sound.xml", odd_cloud.put_file("sound.xml", xml), xml)["invoiceFiles"]
    files = files_of(odd_site.whole(odd_cloud.put_list([row])))
    assert [(file["state"], file["picture"]) for file in files] == [("unreadable", False), ("ready", True)]


def test_an_xml_that_is_no_invoice_can_only_be_downloaded(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    content = b"<?xml version='1.0'?><note/>"
    key = bill_of(odd_cloud, "note.xml", content)
    (file,) = files_of(odd_site.whole(key))
    assert (file["state"], file["pages"], file["picture"]) == ("ready", [], True)
    assert odd_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}").content == content


# The data panel


def marks(page: str) -> dict[str, str]:
    """What the page says that files say, by field, without markup."""
    found = re.findall(r'data-said="(\w+)">(.*?)</span>\s*(?=<span class="said|<button|</p>|</dd>)', page, re.DOTALL)
    return {name: " ".join(re.sub("<[^>]*>", " ", text).split()) for name, text in found}


def test_a_file_that_says_the_same_is_ticked(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    page = location(odd_site, bill_of(odd_cloud, "same.pdf", make(PAPER, "pdf"), **recorded(PAPER)))
    assert page.count('class="same"') == 9
    assert "finding red differing" not in page
    assert marks(page) == {"drawer": f"{PAPER.drawer} PDF"}


@pytest.mark.parametrize(
    ("lang", "words", "sign"), [("en", "2 places", "≠ The file says"), ("zh-CN", "有 2 处与记录不符", "≠ 文件所载")]
)
def test_where_a_file_says_something_else_the_panel_marks_it(
    odd_site: Installation, odd_cloud: ScriptedCloud, lang: str, words: str, sign: str
) -> None:
    facts = recorded(PAPER, totalAmount=100.0, salerName="别的公司")
    page = location(odd_site, bill_of(odd_cloud, f"other-{lang}.xml", xml_invoice(PAPER), **facts), lang)
    assert words in page
    assert "¥100.00" in page
    assert marks(page)["total_amount"] == f"{sign} ¥{PAPER.total:,.2f} XML"
    assert marks(page)["seller_name"] == f"{sign} {PAPER.seller.name} XML"
    assert page.count('class="differs"') == 1  # the total stands above the list
    assert page.count('class="same"') == 7


def test_what_upstream_left_out_is_shown_as_the_files_words(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    page = location(odd_site, bill_of(odd_cloud, "bare.xml", xml_invoice(PAPER), invoiceNo=""))
    told = marks(page)
    assert told["invoice_no"] == f"{PAPER.number} XML"
    assert told["seller_tax_no"] == f"{PAPER.seller.tax_no} XML"
    assert told["total_amount"] == f"¥{PAPER.total:,.2f} XML"
    assert "finding red differing" not in page
    assert PAPER.lines[0].name in page


def test_files_that_disagree_are_each_told(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    other = xml_invoice(PAPER).replace(PAPER.seller.name.encode(), "第三家公司".encode())
    row = row_of("two.pdf", odd_cloud.put_file("two.pdf", make(PAPER, "pdf")), b"1", **recorded(PAPER))
    row["invoiceFiles"] += row_of("two.xml", odd_cloud.put_file("two.xml", other), other)["invoiceFiles"]
    page = location(odd_site, odd_cloud.put_list([row]))
    assert marks(page)["seller_name"] == "≠ The file says 第三家公司 XML"
    assert "1 place" in page


def test_the_image_view_says_it_beside_the_stage(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = bill_of(odd_cloud, "image.xml", xml_invoice(PAPER), **recorded(PAPER, totalAmount=100.0))
    odd_site.whole(key)
    page = odd_site.page(f"/bills/{key}", lang="en")
    assert page.index('class="stage"') < page.index("data-said")


def test_a_hostile_text_in_a_file_is_text_on_the_page(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    content = xml_invoice(PAPER).replace(PAPER.seller.name.encode(), b"&lt;script&gt;alert(1)&lt;/script&gt;")
    page = location(odd_site, bill_of(odd_cloud, "hostile.xml", content))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_what_is_recorded_besides_stands_in_the_invoices_own_terms(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    facts = {
        "invoiceType": "9",
        "totalAmount": 553.5,
        "checkCode": "12345678901234567890",
        "remark": "杭州东-上海虹桥",
        "trainNum": "G7306",
        "costTypeName": "差旅费",
        "snapshotUrl": "",
        "link": "https://elsewhere.example/",
    }
    key = odd_cloud.put_list([row_of("ticket.txt", odd_cloud.put_file("ticket.txt", b"x"), b"x", **facts)])
    page = location(odd_site, key)
    for words in (
        "Ticket number",
        "Fare",
        "伍佰伍拾叁圆伍角整",
        "12345678901234567890",
        "杭州东-上海虹桥",
        "trainNum",
        "G7306",
    ):
        assert words in page
    assert "elsewhere.example" not in page
    assert 'data-copy="553.50"' in page


@pytest.mark.parametrize(("lang", "day"), [("zh-CN", "2026年9月14日"), ("en", "2026-09-14")])
def test_the_panel_writes_dates_as_the_readers_invoices_do(
    odd_site: Installation, odd_cloud: ScriptedCloud, lang: str, day: str
) -> None:
    key = bill_of(odd_cloud, f"day-{lang}.xml", xml_invoice(PAPER), invoiceDate="2026-09-14")
    assert day in location(odd_site, key, lang)


@pytest.mark.parametrize(
    ("config", "lang", "words"), [("0", "zh-CN", "禁止报销"), ("2", "en", "Warning"), ("3", "en", "Notice")]
)
def test_a_findings_level_is_named(
    odd_site: Installation, odd_cloud: ScriptedCloud, config: str, lang: str, words: str
) -> None:
    facts = {"verifyResult": [{"code": "2", "config": config, "name": "重复"}]}
    key = bill_of(odd_cloud, f"level-{config}.xml", xml_invoice(PAPER), **facts)
    assert f'<b class="level">{words}</b>' in location(odd_site, key, lang)
