"""A view as an IIIF manifest: a canvas for each page, a range for each entry (iiif.io/api/presentation/3.0).

Made of rows and addresses alone, in both languages at once: the reader's viewer picks one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from viewer.domain import codes
from viewer.domain.groups import group_by_entry
from viewer.domain.selection import ImageView, LocationView
from viewer.domain.size import Size
from viewer.errors import N_
from viewer.i18n import LANGUAGES, catalogue
from viewer.imaging.levels import THUMBNAIL
from viewer.store.models import Attachment, Bill, Entry, File, Invoice, Page
from viewer.web.addresses import Addresses
from viewer.web.words import STAGE, money

CONTEXT = "http://iiif.io/api/presentation/3/context.json"

Json = dict[str, Any]
Owner = Invoice | Attachment


@dataclass(frozen=True)
class Part:
    """A range to be: what lies under one entry, on the header, or among the attachments."""

    name: str
    label: Json
    owners: tuple[Owner, ...]


@dataclass(frozen=True)
class Shown:
    """What a view shows, each once and in its order; its parts; and the entry that it opens at."""

    owners: tuple[Owner, ...]
    parts: tuple[Part, ...]
    start: str | None = None


def of_image_view(bill: Bill, view: ImageView[Invoice]) -> Shown:
    """The whole bill (or the asked serial numbers): entries in their order, the header, then the attachments."""
    parts: list[Part] = []
    owners: list[Owner] = []
    for group in group_by_entry(view.invoices, bill.entries, keep_empty=False):
        if group.entry is None:
            parts.append(Part("header", both(N_("On the bill's header")), group.shown))
        else:
            of_entry = {*group.shown, *group.elsewhere}
            parts.append(_entry_part(group.entry, [each for each in view.invoices if each in of_entry]))
        owners += group.shown
    attachments = () if view.narrowed else tuple(bill.attachments)
    if attachments:
        parts.append(Part("attachments", both(N_("Attachments")), attachments))
    start = next(
        (f"entry-{each.seq}" for each in bill.entries if view.marked and each.branch_id == view.branch_id), None
    )
    return Shown((*owners, *attachments), tuple(parts), start)


def of_location_view(bill: Bill, view: LocationView[Invoice]) -> Shown:
    """One entry's single invoice and nothing else of the bill."""
    entry = next(entry for entry in bill.entries if entry.branch_id == view.branch_id)
    owners = (view.invoice,) if view.invoice else ()
    return Shown(owners, (_entry_part(entry, owners),))


def is_complete(shown: Shown) -> bool:
    """Whether nothing of it is still on its way."""
    return not any(owner.picture and owner.picture.state == "pending" for owner in shown.owners)


def build(bill: Bill, shown: Shown, at: Addresses, *, address: str) -> Json:
    """The manifest at this address. Files that aren't ready have no canvas, and what has no canvas no range."""
    canvases = [canvas for owner in shown.owners for canvas in _canvases(owner, at)]
    structures = []
    start: Json = {}
    for part in shown.parts:
        items = [{"id": _canvas_id(page, at), "type": "Canvas"} for owner in part.owners for page in _pages(owner)]
        if items:
            name = f"{at.bill}/iiif/range/{part.name}"
            structures.append({"id": name, "type": "Range", "label": part.label, "items": items})
            if part.name == shown.start:
                start = {"start": items[0]}
    return {
        "@context": CONTEXT,
        "id": address,
        "type": "Manifest",
        "label": {"none": [bill.bill_no or bill.bill_id or "–"]},
        **({"thumbnail": canvases[0]["thumbnail"]} if canvases else {}),
        "behavior": ["individuals"],
        **start,
        "items": canvases,
        **({"structures": structures} if structures else {}),
    }


def both(message: str, **facts: object) -> Json:
    """A sentence in every language of the product."""
    return {tag: [catalogue(tag).gettext(message) % facts] for tag in LANGUAGES}


def _entry_part(entry: Entry, invoices: Sequence[Invoice]) -> Part:
    label = both(N_("Entry %(seq)s"), seq=entry.seq)
    if entry.expense_type:
        label = {tag: [f"{words} {entry.expense_type}"] for tag, (words,) in label.items()}
    return Part(f"entry-{entry.seq}", label, tuple(invoices))


def _pages(owner: Owner) -> list[Page]:
    picture = owner.picture
    return picture.pages if picture and picture.state == "ready" else []


def _canvas_id(page: Page, at: Addresses) -> str:
    return f"{at.image_service(page)}/canvas"


def _canvases(owner: Owner, at: Addresses) -> Iterator[Json]:
    picture, metadata = owner.picture, list(_metadata(owner))
    for page in _pages(owner):
        assert picture
        canvas = _canvas_id(page, at)
        painting = {
            "id": f"{canvas}/painting",
            "type": "Annotation",
            "motivation": "painting",
            "body": _image(page, at, STAGE),
            "target": canvas,
        }
        yield {
            "id": canvas,
            "type": "Canvas",
            "label": _label(owner, picture, page),
            "width": page.width,
            "height": page.height,
            "thumbnail": [_image(page, at, THUMBNAIL)],
            "metadata": metadata,
            "items": [{"id": f"{canvas}/annotations", "type": "AnnotationPage", "items": [painting]}],
        }


def _label(owner: Owner, picture: File, page: Page) -> Json:
    name = owner.name if isinstance(owner, Attachment) else owner.invoice_no or owner.serial_no
    if len(picture.pages) == 1:
        return {"none": [name]}
    return both(N_("%(name)s, page %(number)s"), name=name, number=page.number)


def _image(page: Page, at: Addresses, edge: int) -> Json:
    """A page no larger than `edge`, with the service that gives any other size (section 5.7)."""
    whole = Size(page.width, page.height)
    size = whole.within(edge=edge)
    service = at.image_service(page)
    asked = "max" if size == whole else f"{size.width},{size.height}"
    return {
        "id": f"{service}/full/{asked}/0/default.jpg",
        "type": "Image",
        "format": "image/jpeg",
        "width": size.width,
        "height": size.height,
        "service": [{"id": service, "type": "ImageService3", "profile": "level2"}],
    }


def _metadata(owner: Owner) -> Iterator[Json]:
    """What is known of an invoice, a line for each fact; nothing of the other entries that it hangs on."""
    if isinstance(owner, Attachment):
        return
    currency = owner.currency
    amounts = {N_("Total"): owner.total_amount, N_("Tax"): owner.tax_amount, N_("Amount without tax"): owner.amount}
    facts: dict[str, str | None] = {
        N_("Number"): owner.invoice_no,
        N_("Code"): owner.invoice_code,
        N_("Date"): owner.invoice_date.isoformat() if owner.invoice_date else None,
        **{label: None if amount is None else money(amount, currency) for label, amount in amounts.items()},
        N_("Seller"): owner.seller_name,
        N_("Seller's tax number"): owner.seller_tax_no,
        N_("Buyer"): owner.buyer_name,
        N_("Buyer's tax number"): owner.buyer_tax_no,
        N_("Serial number"): owner.serial_no,
    }
    coded = (
        (N_("Type"), codes.INVOICE_TYPES, owner.invoice_type),
        (N_("Invoice status"), codes.INVOICE_STATUSES, owner.invoice_status),
        (N_("Verification"), codes.CHECK_STATUSES, owner.check_status),
        (N_("Use"), codes.EXPEND_STATUSES, owner.expend_status),
    )
    for label, names, code in coded:
        if code:
            yield {"label": both(label), "value": both(names[code]) if code in names else {"none": [code]}}
    for label, fact in facts.items():
        if fact:
            yield {"label": both(label), "value": {"none": [fact]}}
