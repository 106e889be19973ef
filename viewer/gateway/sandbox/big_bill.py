"""Bill 9 of the catalogue: 200 invoices over 60 entries, with every status mixed in."""

from datetime import date, timedelta
from decimal import Decimal

from viewer.gateway.sandbox import companies as of
from viewer.gateway.sandbox.papers import Invoice
from viewer.gateway.sandbox.parts import bill, digital, entry, guid, invoice, line, original, upload
from viewer.gateway.sandbox.shapes import CatalogueBill, CatalogueEntry, CatalogueFile, CatalogueInvoice, Finding

INVOICES = 200
ENTRIES = 60
BILL_NO = "BX-2026-11-000300"

_GOODS = (
    (of.RESTAURANT, "*餐饮服务*餐费", "0.06", "6602.11", "业务招待费"),
    (of.AIRY_OFFICE, "*文具*办公用品", "0.13", "6602.01", "办公费"),
    (of.CLOUD, "*信息技术服务*云存储", "0.06", "6602.07", "信息技术服务费"),
    (of.LOGISTICS, "*物流辅助服务*快递费", "0.06", "6602.08", "快递费"),
    (of.PRINTING, "*印刷服务*资料印刷", "0.06", "6601.05", "宣传费"),
    (of.HOTEL, "*住宿服务*住宿费", "0.06", "6602.03", "住宿费"),
    (of.TELECOM, "*电信服务*通讯服务费", "0.09", "6602.06", "通讯费"),
    (of.BOOKS, "*印刷品*图书", "0.09", "6602.15", "图书资料费"),
    (of.ELECTRONICS, "*电子元件*开发板", "0.13", "6604.01", "研发材料费"),
    (of.TRAINING, "*非学历教育服务*培训费", "0.01", "6602.13", "职工教育经费"),
)
_INVOICE_STATUSES = {5: "3", 11: "2", 17: "7", 23: "8", 29: "6", 31: "1", 37: "4"}
_FINDINGS = {
    "2": Finding(code="7", config="0", message="该发票已作废"),
    "3": Finding(code="8", config="2", message="该发票已被红冲"),
    "6": Finding(code="27", config="3", message="该发票红冲待确认"),
    "7": Finding(code="26", config="3", message="该发票已部分红冲"),
}
_EXPEND_STATUSES = ("30", "30", "30", "30", "60", "30", "65", "30", "30", "1")


def big_bill() -> CatalogueBill:
    """Invoice number n hangs on entry n modulo 60, so that an entry has three or four of one kind of expense."""
    papers = [_paper(number) for number in range(INVOICES)]
    entries = tuple(
        entry(
            guid(f"{BILL_NO} {row}"),
            _GOODS[row % len(_GOODS)][3],
            _GOODS[row % len(_GOODS)][4],
            sum((paper.total for paper in papers[row::ENTRIES]), Decimal(0)),
            f"十月费用明细第{row + 1}行",
        )
        for row in range(ENTRIES)
    )
    return bill(
        guid(BILL_NO),
        BILL_NO,
        "十月集中报销（200张发票）",
        "The big bill: 200 invoices",
        applicant="宋清和",
        department="财务共享中心",
        date=date(2026, 11, 5),
        entries=entries,
        invoices=tuple(_invoice(number, paper, entries[number % ENTRIES]) for number, paper in enumerate(papers)),
    )


def _paper(number: int) -> Invoice:
    seller, goods, rate, _, _ = _GOODS[number % len(_GOODS)]
    type_code = "27" if number % 3 == 0 else "26"
    issued = date(2026, 10, 1) + timedelta(days=number % 31)
    lines = [
        line(goods, f"{80 + (number * 37 + row * 53) % 900}.{(number * 7 + row) % 90 + 10}", rate)
        for row in range(1 + number % 4)
    ]
    return digital(type_code, 300_000_417 + number * 1_307, issued, seller, lines)


def _invoice(number: int, paper: Invoice, hung_on: CatalogueEntry) -> CatalogueInvoice:
    """One in 20 or so isn't normal, one in 17 isn't verified, one in 29 failed."""
    status = _INVOICE_STATUSES.get(number % 41, "0")
    check = "2" if number % 29 == 6 else "3" if number % 17 == 4 else "1"
    findings = [_FINDINGS[status]] if status in _FINDINGS else []
    if check == "2":
        findings.append(Finding(code="1", config="2", message="查验不通过：发票信息与税局不一致"))
    return invoice(
        paper,
        [hung_on],
        _file(number, paper),
        invoice_status=status,
        check_status=check,
        expend_status=_EXPEND_STATUSES[number % len(_EXPEND_STATUSES)],
        findings=findings,
    )


def _file(number: int, paper: Invoice) -> CatalogueFile:
    """20 screenshots, 10 scans, 6 photos; the others are the tax bureau's PDFs."""
    if number % 10 == 3:
        return upload(paper, "png", f"截图_{number:03d}.png")
    if number % 20 == 7:
        return upload(paper, "scan", f"扫描件_{number:03d}.jpg")
    if number % 34 == 2:
        return upload(paper, "photo", f"IMG_20261101_{100000 + number * 41}.jpg")
    return original(paper)
