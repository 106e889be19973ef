"""How the cloud words an invoice, an entry and a bill: the members of a row of `invoices/query`.

Amounts are `Decimal` in `with_amounts` and text where they are stored. (Source: the vendor's interface description,
"查询单据发票". How a row names its entry is described nowhere: the binding calls say `entryid`, and so does
the sandbox. Nor are the members of `verifyResult`, except `config`.)
"""

from decimal import Decimal

from viewer.gateway.sandbox.papers import Invoice, Paper, Receipt, TrainTicket
from viewer.gateway.sandbox.shapes import CatalogueBill, CatalogueEntry, CatalogueInvoice, Finding

Facts = dict[str, object]

AMOUNTS = ("totalAmount", "invoiceAmount", "totalTaxAmount", "entryAmount")

_FINDINGS = {
    "1": "查验不通过",
    "2": "重复",
    "3": "无源文件",
    "4": "抬头",
    "5": "税号",
    "6": "个人",
    "7": "作废",
    "8": "红冲",
    "9": "手工修改",
    "10": "串号",
    "11": "无印章",
    "12": "敏感词",
    "13": "黑名单",
    "14": "报销期限",
    "15": "跨年",
    "16": "连号",
    "18": "监制章",
    "26": "部分红冲",
    "27": "红冲待确认",
}
_SEVEREST_FIRST = "0231"


def invoice_facts(invoice: CatalogueInvoice) -> Facts:
    """What is said of the invoice itself, whatever entries it hangs on; amounts as text."""
    return {
        "serialNo": invoice.serial_no,
        **_paper_facts(invoice.paper),
        "expendStatus": invoice.expend_status,
        "checkStatus": invoice.check_status,
        "invoiceStatus": invoice.invoice_status,
        "checkTime": invoice.checked_at.strftime("%Y-%m-%d %H:%M:%S") if invoice.checked_at else "",
        "errorLevel": min((finding.config for finding in invoice.findings), key=_SEVEREST_FIRST.index, default="1"),
        "verifyResult": [_finding(finding) for finding in invoice.findings],
        "attachSerialNoList": list(invoice.attachment_serial_nos),
        **({"region": invoice.region, "pixel": invoice.pixel} if invoice.region else {}),
    }


def entry_facts(entry: CatalogueEntry) -> Facts:
    """What a row says of the entry that its invoice hangs on."""
    return {
        "entryid": entry.branch_id,
        "costTypeId": entry.expense_type_code,
        "costTypeName": entry.expense_type,
        "entryAmount": f"{entry.amount:.2f}",
    }


def bill_facts(bill: CatalogueBill) -> Facts:
    """What every row says of the bill."""
    return {"bxd_key": bill.bill_id, "billNumber": bill.bill_no}


def with_amounts(facts: Facts) -> Facts:
    """The same with its amounts as numbers."""
    return {name: Decimal(str(value)) if name in AMOUNTS else value for name, value in facts.items()}


def _finding(finding: Finding) -> Facts:
    name = _FINDINGS[finding.code]
    return {"code": finding.code, "name": name, "config": finding.config, "description": finding.message}


def _paper_facts(paper: Paper) -> Facts:
    if isinstance(paper, Invoice):
        return _invoice(paper)
    if isinstance(paper, TrainTicket):
        return _train_ticket(paper)
    if isinstance(paper, Receipt):
        return _receipt(paper)
    raise TypeError(f"A {type(paper).__name__} is an attachment, not an invoice.")


def _invoice(paper: Invoice) -> Facts:
    return {
        "invoiceType": paper.type_code,
        "invoiceCode": paper.code,
        "invoiceNo": paper.number,
        "invoiceDate": paper.issued.isoformat(),
        "totalAmount": f"{paper.total:.2f}",
        "invoiceAmount": f"{paper.amount:.2f}",
        "totalTaxAmount": f"{paper.tax:.2f}",
        "buyerName": paper.buyer.name,
        "buyerTaxNo": paper.buyer.tax_no,
        "salerName": paper.seller.name,
        "salerTaxNo": paper.seller.tax_no,
        "drawer": paper.drawer,
        "remark": paper.remark,
        "checkCode": paper.check_code,
    }


def _train_ticket(paper: TrainTicket) -> Facts:
    """A ticket has no seller. Only the electronic one (29) has a buyer, and counts its tax."""
    return {
        "invoiceType": paper.type_code,
        "invoiceCode": paper.code,
        "invoiceNo": paper.number,
        "invoiceDate": paper.issued.isoformat(),
        "totalAmount": f"{paper.total:.2f}",
        "invoiceAmount": f"{paper.amount:.2f}",
        "totalTaxAmount": f"{paper.tax:.2f}",
        "buyerName": paper.buyer.name if paper.buyer else "",
        "buyerTaxNo": paper.buyer.tax_no if paper.buyer else "",
        "salerName": "",
        "salerTaxNo": "",
        "drawer": "",
        "remark": f"{paper.from_station}-{paper.to_station} {paper.train} {paper.passenger}",
        "checkCode": "",
    }


def _receipt(paper: Receipt) -> Facts:
    """A receipt without tax."""
    return {
        "invoiceType": paper.type_code,
        "invoiceCode": paper.code,
        "invoiceNo": paper.number,
        "invoiceDate": paper.issued.isoformat(),
        "totalAmount": f"{paper.total:.2f}",
        "invoiceAmount": f"{paper.total:.2f}",
        "totalTaxAmount": "0.00",
        "buyerName": paper.buyer.name if paper.buyer else "",
        "buyerTaxNo": paper.buyer.tax_no if paper.buyer else "",
        "salerName": paper.seller.name,
        "salerTaxNo": paper.seller.tax_no,
        "drawer": "",
        "remark": " ".join(value for _, value in paper.rows),
        "checkCode": "",
    }
