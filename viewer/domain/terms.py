"""How an invoice of each type names its own fields (message ids; Chinese in the catalogue)."""

from viewer.errors import N_

USUAL = {
    "invoice_code": N_("Code"),
    "invoice_no": N_("Number"),
    "invoice_date": N_("Date"),
    "seller_name": N_("Seller"),
    "seller_tax_no": N_("Seller's tax number"),
    "buyer_name": N_("Buyer"),
    "buyer_tax_no": N_("Buyer's tax number"),
    "amount": N_("Amount without tax"),
    "tax_amount": N_("Tax"),
    "total_amount": N_("Total with tax"),
    "check_code": N_("Check code"),
    "drawer": N_("Issued by"),
    "remark": N_("Remark"),
}

_ISSUED = {"invoice_date": N_("Date of issue")}
_TICKET = {
    "invoice_no": N_("Ticket number"),
    "invoice_date": N_("Date of travel"),
    "total_amount": N_("Fare"),
    "amount": N_("Fare without tax"),
}
_PLAIN = {"invoice_no": N_("Number"), "total_amount": N_("Amount")}
_RECEIPT = {
    "invoice_code": N_("Receipt code"),
    "invoice_no": N_("Receipt number"),
    "seller_name": N_("Payee"),
    "seller_tax_no": N_("Payee's tax number"),
    "buyer_name": N_("Payer"),
    "buyer_tax_no": N_("Payer's tax number"),
    "total_amount": N_("Amount"),
}
_TAX = {
    "invoice_no": N_("Certificate number"),
    "seller_name": N_("Tax authority"),
    "buyer_name": N_("Taxpayer"),
    "buyer_tax_no": N_("Taxpayer's tax number"),
    "total_amount": N_("Tax paid"),
    **_ISSUED,
}

_OWN: dict[str, dict[str, str]] = {
    "7": _PLAIN,
    "8": {"invoice_date": N_("Date of travel"), "total_amount": N_("Fare")},
    "9": _TICKET,
    "10": {**_ISSUED, "invoice_no": N_("E-ticket number"), "total_amount": N_("Total fare")},
    "11": _PLAIN,
    "14": {"total_amount": N_("Amount")},
    "16": _TICKET,
    "17": {"total_amount": N_("Toll")},
    "19": _TAX,
    "20": _TICKET,
    "21": _TAX,
    "24": {**_TICKET, "total_amount": N_("Refund fee")},
    "25": _RECEIPT,
    "28": {**_ISSUED, "total_amount": N_("Total fare"), "amount": N_("Fare without tax")},
    "29": {**_ISSUED, "total_amount": N_("Fare"), "amount": N_("Fare without tax")},
}
"""By type: the names that differ from a VAT invoice's."""

IN_CAPITALS = N_("Total with tax, in capitals")
AMOUNT_IN_CAPITALS = N_("Amount in capitals")


def terms(invoice_type: str | None) -> dict[str, str]:
    """Every field's name on an invoice of this type, and that of its amount in capitals (`capitals`)."""
    own = _OWN.get(invoice_type or "", {})
    return {**USUAL, **own, "capitals": AMOUNT_IN_CAPITALS if "total_amount" in own else IN_CAPITALS}
