"""Bills 1–4 of the catalogue: the FAQ's own, several invoices on one entry, a split cost, several files."""

from dataclasses import replace
from datetime import date

from viewer.gateway.sandbox import companies as of
from viewer.gateway.sandbox.papers import Contract, Invoice, Line
from viewer.gateway.sandbox.parts import (
    attachment,
    bill,
    converted,
    data_file,
    digital,
    entry,
    guid,
    invoice,
    line,
    original,
    upload,
)
from viewer.gateway.sandbox.shapes import CatalogueBill

FAQ_USERKEY = "dda807c9e4e4b1d86b1921d0e0619e45"
FAQ_BRANCH_IDS = ("AAA14B00-D169-45AB-9331-1FFC9F12B9E5", "38A542F0-896B-42F6-AF14-BB6941B787A0")
"""The example in section 2.1 of the vendor's FAQ: both of these obtain this one userkey."""

LONG_INVOICE_LINES = 8 + 23 * 20
"""Fill 24 pages: 8 lines on the first and 20 on each further one."""


def faq_bill() -> CatalogueBill:
    """Two entries with exactly one invoice each."""
    server = digital("27", 104_236_718, date(2026, 9, 14), of.CLOUD, [line("*信息技术服务*云服务器租赁", "4716.98")])
    meal = digital("26", 88_310_452, date(2026, 9, 16), of.RESTAURANT, [line("*餐饮服务*餐费", "811.32")])
    services = entry(FAQ_BRANCH_IDS[0], "6602.07", "信息技术服务费", server.total, "九月云服务器租赁")
    guests = entry(FAQ_BRANCH_IDS[1], "6602.11", "业务招待费", meal.total, "客户来访工作餐")
    return CatalogueBill(
        userkey=FAQ_USERKEY,
        bill_id="C6D9F3B1-27E4-4B0C-9A58-6E1D40F7A2C3",
        bill_no="BX-2026-09-000118",
        title_zh="九月部门费用报销",
        title_en="Department expenses, September",
        applicant="顾晓岚",
        department="平台研发部",
        date=date(2026, 9, 18),
        entries=(services, guests),
        invoices=(
            invoice(server, [services], original(server)),
            invoice(meal, [guests], upload(meal, "scan", "餐费发票扫描件.jpg")),
        ),
    )


def several_invoices_bill() -> CatalogueBill:
    """An entry with three invoices, one with none, an invoice on the header, and a contract."""
    desks = digital("27", 55_120_907, date(2026, 9, 3), of.AIRY_OFFICE, [
        line("*家具*升降办公桌", "7079.65", "0.13", unit="张", quantity="4", spec="JM-1600"),
        line("*家具*人体工学椅", "3982.30", "0.13", unit="把", quantity="4", spec="JM-C2"),
    ])  # fmt: skip
    paper = digital("26", 55_121_334, date(2026, 9, 4), of.AIRY_OFFICE, [
        line("*纸制品*复印纸", "424.78", "0.13", unit="箱", quantity="4", spec="A4 80g"),
    ])  # fmt: skip
    cards = digital("26", 31_870_226, date(2026, 9, 8), of.PRINTING, [line("*印刷服务*名片印制", "297.03", "0.01")])
    move = digital("27", 72_004_561, date(2026, 9, 9), of.LOGISTICS, [line("*物流辅助服务*搬运费", "1886.79")])
    office = entry(guid("BX-121 1"), "6602.01", "办公费", desks.total + paper.total + cards.total, "新工位办公用品")
    travel = entry(guid("BX-121 2"), "6602.05", "市内交通费", "64.00", "无票交通补贴")
    terms = Contract(
        title="办公家具采购合同",
        parties=(of.BUYER, of.AIRY_OFFICE),
        pages=3,
        clauses=(
            "乙方应于2026年9月2日前将货物送达甲方指定地点并完成安装。",
            "甲方验收合格后十个工作日内，凭乙方开具的增值税专用发票支付全部货款。",
            "货物自验收之日起质保三十六个月，质保期内乙方免费维修或更换。",
            "因本合同发生的争议，双方协商不成的，由甲方所在地人民法院管辖。",
        ),
    )
    contract = attachment(terms, "pdf", "办公家具采购合同.pdf")
    return bill(
        guid("BX-2026-09-000121"),
        "BX-2026-09-000121",
        "办公用品报销（一行多票）",
        "Office supplies: several invoices on one entry",
        applicant="何以沫",
        department="行政部",
        date=date(2026, 9, 11),
        entries=(office, travel),
        invoices=(
            invoice(desks, [office], original(desks), attachments=[contract]),
            invoice(paper, [office], upload(paper, "photo", "IMG_20260904_183012.jpg"), check_status="3"),
            invoice(cards, [office], upload(cards, "png", "屏幕截图 2026-09-08 102233.png"), expend_status="60"),
            invoice(move, [], original(move, bureau=False)),
        ),
        attachments=(contract,),
    )


def split_cost_bill() -> CatalogueBill:
    """One invoice on two entries whose amounts make up its total; an older VAT invoice with single-URL fields, whose
    original is an OFD and whose PDF the cloud made."""
    rent = Invoice(
        type_code="1",
        code="033002600211",
        number="47120836",
        check_code="68412 09375 11826 40917".replace(" ", ""),
        issued=date(2026, 8, 31),
        buyer=of.BUYER,
        seller=of.PROPERTY,
        lines=(line("*经营租赁*会议中心场地费", "18867.92"), line("*物业管理服务*保洁服务费", "943.40")),
        remark="2026年8月 平台研发部60% 市场部40%",
        drawer="林嘉禾",
    )
    research = entry(guid("BX-090 1"), "6602.09", "会议费", "12600.00", "平台研发部承担60%")
    market = entry(guid("BX-090 2"), "6601.09", "会议费", rent.total - research.amount, "市场部承担40%")
    ofd = upload(rent, "ofd", "033002600211_47120836.ofd")
    pdf = replace(
        upload(rent, "pdf", "033002600211_47120836.pdf"), original_state="0", resource="3", converted_from=ofd.name
    )
    return bill(
        guid("BX-2026-09-000090"),
        "BX-2026-09-000090",
        "场地费分摊",
        "A cost split between two departments",
        applicant="沈知微",
        department="市场部",
        date=date(2026, 9, 2),
        entries=(research, market),
        invoices=(
            invoice(rent, [research, market], ofd, pdf, converted(rent, pdf), old_style=True, expend_status="65"),
        ),
    )


def several_files_bill() -> CatalogueBill:
    """PDF, XML and generated picture of one invoice; an invoice of 24 pages, whose contract lies in the archive as a TIFF of
    8 pages; a PNG that is recorded as a JPEG."""
    test = digital("27", 20_417_733, date(2026, 10, 12), of.LAB, [line("*研发和技术服务*电磁兼容检测", "28301.89")])
    long = digital("27", 63_908_115, date(2026, 10, 15), of.ELECTRONICS, _components(), remark="销货清单共24页")
    books = digital("26", 17_255_680, date(2026, 10, 16), of.BOOKS, [
        line("*印刷品*技术图书", "642.20", "0.09", unit="册", quantity="9"),
    ])  # fmt: skip
    testing = entry(guid("BX-204 1"), "6604.03", "检测费", test.total, "样机电磁兼容检测")
    parts = entry(guid("BX-204 2"), "6604.01", "研发材料费", long.total, "样机元器件采购")
    reading = entry(guid("BX-204 3"), "6602.15", "图书资料费", books.total, "部门技术图书")
    pdf = original(test)
    terms = Contract(title="电子元器件年度采购合同", parties=(of.BUYER, of.ELECTRONICS), pages=8)
    archived = attachment(terms, "tiff", "扫描归档_电子元器件年度采购合同.tif", parts)
    return bill(
        guid("BX-2026-10-000204"),
        "BX-2026-10-000204",
        "研发费用报销（一票多件）",
        "R&D expenses: several files of one invoice",
        applicant="程立言",
        department="硬件研发部",
        date=date(2026, 10, 20),
        entries=(testing, parts, reading),
        invoices=(
            invoice(test, [testing], pdf, data_file(test), converted(test, pdf)),
            invoice(long, [parts], original(long), attachments=[archived]),
            invoice(books, [reading], upload(books, "png", "图书发票.jpg"), invoice_status="7"),
        ),
        attachments=(archived,),
    )


def _components() -> list[Line]:
    kinds = ("贴片电阻", "贴片电容", "功率电感", "稳压芯片", "连接器", "晶体振荡器")
    return [
        line(
            f"*电子元件*{kinds[number % 6]}",
            f"{12 + number % 37 * 3}.{number % 90 + 10}",
            "0.13",
            unit="盘",
            quantity=str(1 + number % 5),
            spec=f"LX-{1000 + number}",
        )
        for number in range(LONG_INVOICE_LINES)
    ]
