"""What the sandbox holds unless it is told otherwise: its credentials and its nine bills."""

from viewer.gateway.sandbox.big_bill import big_bill
from viewer.gateway.sandbox.companies import BUYER
from viewer.gateway.sandbox.everyday_bills import (
    FAQ_BRANCH_IDS,
    FAQ_USERKEY,
    faq_bill,
    several_files_bill,
    several_invoices_bill,
    split_cost_bill,
)
from viewer.gateway.sandbox.pasted_bill import pasted_bill
from viewer.gateway.sandbox.shapes import (
    CatalogueAttachment,
    CatalogueBill,
    CatalogueEntry,
    CatalogueFile,
    CatalogueInvoice,
    Finding,
)
from viewer.gateway.sandbox.special_bills import eas_bill, failing_files_bill, travel_bill

__all__ = [
    "FAQ_BRANCH_IDS",
    "FAQ_USERKEY",
    "SANDBOX_ACCOUNT",
    "SANDBOX_CLIENT_ID",
    "SANDBOX_CLIENT_SECRET",
    "SANDBOX_COMPANY_ID",
    "SANDBOX_COMPANY_SECRET",
    "SANDBOX_TAX_NO",
    "CatalogueAttachment",
    "CatalogueBill",
    "CatalogueEntry",
    "CatalogueFile",
    "CatalogueInvoice",
    "Finding",
    "demo_bills",
]

SANDBOX_CLIENT_ID = "sandbox-tenant"
SANDBOX_CLIENT_SECRET = "sandbox-secret-of-no-value"  # noqa: S105  it opens nothing but the sandbox
SANDBOX_TAX_NO = BUYER.tax_no
SANDBOX_ACCOUNT = "13800138000"
"""The login account under which the tenant's company issues invoices."""
SANDBOX_COMPANY_ID = "sandbox-company"
SANDBOX_COMPANY_SECRET = "another-secret-of-no-value"  # noqa: S105  nor does this one
"""Credentials that sign rightly but are a company's, not a tenant's (FAQ 1.2, the first cause)."""


def demo_bills() -> tuple[CatalogueBill, ...]:
    """The same nine bills every time; the FAQ's own is the first, the big one the last."""
    return (
        faq_bill(),
        several_invoices_bill(),
        split_cost_bill(),
        several_files_bill(),
        failing_files_bill(),
        eas_bill(),
        travel_bill(),
        pasted_bill(),
        big_bill(),
    )
