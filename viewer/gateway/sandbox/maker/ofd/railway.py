"""The data inside the OFD of a 铁路电子客票: an XBRL instance, as the Ministry of Finance's standard for vouchers words it."""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from viewer.gateway.sandbox.maker import money
from viewer.gateway.sandbox.maker.ofd.document import PRODUCER
from viewer.gateway.sandbox.papers import RAILWAY_TAX, TrainTicket

XBRL = "http://www.xbrl.org/2003/instance"
TAXONOMY = "http://xbrl.mof.gov.cn/taxonomy/2021-11-30/rai"
KIND = "电子发票（铁路电子客票）"
_SEAT = re.compile(r"(\d+车)?(\d+[A-F]号)?\s*(.*)")
_AMOUNTS = frozenset({"Fare", "TotalAmountExcludingTax", "TaxAmount"})


def attachment_name(ticket: TrainTicket) -> str:
    return f"rai_issuer_{ticket.number}"


def custom_datas(ticket: TrainTicket) -> dict[str, str]:
    """Name and value of what OFD.xml states."""
    return {
        "template-version": "1.0",
        "native-producer": PRODUCER,
        "发票号码": ticket.number,
        "合计税额": money.figures(ticket.tax),
        "合计金额": money.figures(ticket.amount),
        "开票日期": f"{ticket.issued:%Y年%m月%d日}",
        **({"购买方纳税人识别号": ticket.buyer.tax_no} if ticket.buyer else {}),
    }


def instance(ticket: TrainTicket) -> bytes:
    """A flat list of facts, of which amounts name their currency."""
    whole = Element("xbrl", {"xmlns": XBRL, "xmlns:rai": TAXONOMY, "xmlns:iso4217": "http://www.xbrl.org/2003/iso4217"})
    context = SubElement(whole, "context", id="issued")
    SubElement(SubElement(context, "entity"), "identifier", scheme="number").text = ticket.number
    SubElement(SubElement(context, "period"), "instant").text = ticket.issued.isoformat()
    SubElement(SubElement(whole, "unit", id="CNY"), "measure").text = "iso4217:CNY"
    for name, value in _facts(ticket).items():
        unit = {"unitRef": "CNY", "decimals": "2"} if name in _AMOUNTS else {}
        SubElement(whole, f"rai:{name}", {"contextRef": "issued", **unit}).text = value
    content: bytes = tostring(whole, encoding="UTF-8", xml_declaration=True)
    return content


def _facts(ticket: TrainTicket) -> dict[str, str]:
    seat = _SEAT.fullmatch(ticket.seat)
    carriage, place, level = seat.groups("") if seat else ("", "", "")
    facts = {
        "TypeOfVoucher": KIND,
        "ElectronicInvoiceRailwayETicketNumber": ticket.number,
        "DateOfIssue": ticket.issued.isoformat(),
        "TypeOfBusiness": "售",
        "DepartureStation": ticket.from_station,
        "DestinationStation": ticket.to_station,
        "TrainNumber": ticket.train,
        "TravelDate": ticket.departs.isoformat(),
        "DepartureTime": ticket.departure_time,
        "SeatLevel": level,
        "Carriage": carriage,
        "Seat": place,
        "Fare": money.figures(ticket.total),
        "Name": ticket.passenger,
        "TotalAmountExcludingTax": money.figures(ticket.amount),
        "TaxRate": money.percent(RAILWAY_TAX),
        "TaxAmount": money.figures(ticket.tax),
        "NameOfPurchaser": ticket.buyer.name if ticket.buyer else "",
        "UnifiedSocialCreditCodeOfPurchaser": ticket.buyer.tax_no if ticket.buyer else "",
    }
    return {name: value for name, value in facts.items() if value}
