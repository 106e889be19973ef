"""Bills 5–7 of the catalogue: files that fail, EAS's ids, and a journey."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from viewer.gateway.sandbox import companies as of
from viewer.gateway.sandbox.papers import Itinerary, TrainTicket
from viewer.gateway.sandbox.parts import (
    as_ofd,
    attachment,
    bill,
    data_file,
    digital,
    entry,
    guid,
    invoice,
    line,
    original,
    upload,
)
from viewer.gateway.sandbox.shapes import CatalogueBill, Finding

EAS_BILL_ID = "jbYAAAAB8aBnb3TT/x+Q0kgL5R8="
EAS_BRANCH_IDS = (
    "jbYAAAAB8aEq7+mV/4tHnRw2Zc0=",
    "jbYAAAAB8aFK+pXd/9sUvOe3Ym4=",
    "jbYAAAAB8aFk+pXd/9sUvOe3Ym4=",
)
"""Ids as EAS makes them, with `+ / =`; the last two differ in the case of one letter."""


def failing_files_bill() -> CatalogueBill:
    """A damaged PDF, a file whose link has always run out, and a healthy one."""
    fair = digital("27", 41_338_209, date(2026, 10, 9), of.PRINTING, [line("*印刷服务*展会物料印制", "5660.38")])
    phone = digital("26", 90_772_514, date(2026, 10, 10), of.TELECOM, [line("*电信服务*通讯服务费", "366.97", "0.09")])
    courier = digital("26", 72_019_846, date(2026, 10, 13), of.LOGISTICS, [line("*物流辅助服务*快递费", "135.85")])
    printing = entry(guid("BX-187 1"), "6601.05", "展览费", fair.total, "秋季展会物料")
    calls = entry(guid("BX-187 2"), "6602.06", "通讯费", phone.total, "九月通讯费")
    parcels = entry(guid("BX-187 3"), "6602.08", "快递费", courier.total, "展品寄送")
    no_source = Finding(code="3", config="3", message="未找到该发票的源文件")
    return bill(
        guid("BX-2026-10-000187"),
        "BX-2026-10-000187",
        "秋季展会费用（文件异常）",
        "Trade fair: files that fail",
        applicant="陆知行",
        department="市场部",
        date=date(2026, 10, 15),
        entries=(printing, calls, parcels),
        invoices=(
            invoice(fair, [printing], replace(original(fair), broken=True)),
            invoice(phone, [calls], replace(original(phone), link_expired=True), findings=[no_source]),
            invoice(courier, [parcels], replace(original(courier), content_type="application/octet-stream")),
        ),
    )


def eas_bill() -> CatalogueBill:
    """Five invoices over three entries, all with EAS's ids; one came from the tax bureau as PDF and OFD."""
    machine = digital("27", 30_415_882, date(2026, 9, 21), of.MACHINES, [
        line("*通用设备*精密夹具", "15929.20", "0.13", unit="套", quantity="2", spec="HL-J80"),
    ])  # fmt: skip
    repair = digital("27", 30_416_090, date(2026, 9, 22), of.MACHINES, [line("*劳务*设备维修费", "2389.38", "0.13")])
    course = digital("26", 11_906_357, date(2026, 9, 23), of.TRAINING, [line("*教育服务*管理培训", "7524.75", "0.01")])
    folders = digital("26", 55_130_018, date(2026, 9, 23), of.AIRY_OFFICE, [
        line("*文具*文件夹", "176.99", "0.13", unit="个", quantity="40"),
    ])  # fmt: skip
    freight = digital("27", 72_011_274, date(2026, 9, 24), of.LOGISTICS, [line("*运输服务*货物运费", "825.69", "0.09")])
    equipment = entry(EAS_BRANCH_IDS[0], "5101.04", "机物料消耗", machine.total + repair.total, "二车间夹具与维修")
    training = entry(EAS_BRANCH_IDS[1], "6602.13", "职工教育经费", course.total, "班组长培训")
    office = entry(EAS_BRANCH_IDS[2], "6602.01", "办公费", folders.total + freight.total, "车间文具及运费")
    reversed_ = Finding(code="8", config="2", message="该发票已被红冲")
    return bill(
        EAS_BILL_ID,
        "FYBX-20260925-0037",
        "EAS 费用报销单",
        "EAS expense bill",
        applicant="韩江",
        department="二车间",
        date=date(2026, 9, 25),
        entries=(equipment, training, office),
        invoices=(
            invoice(machine, [equipment], original(machine), as_ofd(machine)),
            invoice(repair, [equipment], original(repair)),
            invoice(course, [training], original(course), invoice_status="3", findings=[reversed_]),
            invoice(folders, [office], upload(folders, "scan", "SCAN_0031.jpg"), check_status="3"),
            invoice(freight, [office], original(freight), expend_status="1"),
        ),
    )


def travel_bill() -> CatalogueBill:
    """Train tickets on paper and electronic, a hotel with all three files of the tax bureau, rides whose invoice is an OFD and
    nothing else, and their itinerary."""
    there = TrainTicket(
        type_code="9",
        number="Z42E071835",
        departs=date(2026, 11, 2),
        departure_time="08:14",
        from_station="杭州东",
        to_station="上海虹桥",
        train="G7346",
        seat="06车12F号 二等座",
        passenger="顾晓岚",
        total=Decimal("73.00"),
    )
    back = TrainTicket(
        type_code="29",
        number="26339116882000417265",
        departs=date(2026, 11, 4),
        departure_time="18:32",
        from_station="上海虹桥",
        to_station="杭州东",
        train="G7391",
        seat="11车03A号 二等座",
        passenger="顾晓岚",
        total=Decimal("73.00"),
        buyer=of.BUYER,
    )
    nights = digital("26", 66_204_173, date(2026, 11, 4), of.HOTEL, [
        line("*住宿服务*住宿费", "905.66", unit="天", quantity="2"),
    ])  # fmt: skip
    rides = digital("26", 80_559_321, date(2026, 11, 5), of.RIDES, [line("*运输服务*客运服务费", "126.21", "0.03")])
    itinerary = Itinerary(
        title="捷途出行 行程单",
        passenger="顾晓岚",
        rides=(
            ("2026-11-02 09:21", "上海虹桥站", "浦东新区张江路", Decimal("68.40")),
            ("2026-11-04 17:05", "浦东新区张江路", "上海虹桥站", Decimal("61.60")),
        ),
    )
    traffic = entry(guid("CL-052 1"), "6602.04", "交通费", there.total + back.total + rides.total, "杭州—上海往返")
    lodging = entry(guid("CL-052 2"), "6602.03", "住宿费", nights.total, "上海两晚")
    return bill(
        guid("CL-2026-11-000052"),
        "CL-2026-11-000052",
        "上海出差报销",
        "A journey to Shanghai",
        applicant="顾晓岚",
        department="平台研发部",
        date=date(2026, 11, 6),
        bill_type="Tra",
        entries=(traffic, lodging),
        invoices=(
            invoice(there, [traffic], upload(there, "photo", "IMG_20261102_204155.jpg")),
            invoice(back, [traffic], original(back), as_ofd(back)),
            invoice(rides, [traffic], as_ofd(rides, bureau=False)),
            invoice(nights, [lodging], original(nights), as_ofd(nights), data_file(nights), expend_status="60"),
        ),
        attachments=(attachment(itinerary, "pdf", "捷途出行行程单.pdf", traffic),),
    )
