"""Which invoices a view shows: the rules that the upstream's FAQ documents (section 2.1), and nothing else.

* Different entry ids of one bill obtain the same userkey, and asking with it returns the invoices of all entries.
* The image view shows the content of the whole bill. A `branch_id` marks an entry there; it never filters.
* The location view shows the single invoice of one entry.
* EAS narrows its image view by invoice serial numbers ("not the entry function"), never by `branch_id`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, cast

from viewer.domain.keys import find_branch_id
from viewer.errors import N_, BadRequest, BranchIdMissing, UnknownBranchId, UnknownSerialNo

Profile = Literal["aws", "eas"]


AnyInvoice = TypeVar("AnyInvoice", bound=Any)
"""Whatever has `serial_no` (text) and `branch_ids` (the entries it hangs on); a protocol can't say so, because type
checkers don't see through the store's mapped attributes."""


@dataclass(frozen=True, kw_only=True)
class ImageView(Generic[AnyInvoice]):
    """The whole bill, or under the EAS profile the asked serial numbers; `narrowed` says which.

    `branch_id` is the asked entry as stored (as asked where the bill has no such entry), `marked` whether it exists.
    """

    profile: Profile
    branch_id: str | None
    marked: bool
    narrowed: bool
    invoices: tuple[AnyInvoice, ...]


@dataclass(frozen=True, kw_only=True)
class LocationView(Generic[AnyInvoice]):
    """One entry's single invoice; `position` counts from 1 within `serial_nos`, the entry's own invoices (0: none)."""

    branch_id: str
    invoice: AnyInvoice | None
    position: int
    serial_nos: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.serial_nos)


def parse_profile(profile: str | None) -> Profile:
    """`aws` by default; anything but `aws` and `eas` is BadRequest."""
    if profile not in (None, "", "aws", "eas"):
        raise BadRequest(N_("The profile “{profile}” doesn't exist; it is aws or eas."), profile=profile)
    return cast(Profile, profile or "aws")


def parse_view(view: str | None) -> Literal["image", "location"]:
    """`image` by default; anything but `image` and `location` is BadRequest."""
    if view not in (None, "", "image", "location"):
        raise BadRequest(N_("The view “{view}” doesn't exist; it is image or location."), view=view)
    return "location" if view == "location" else "image"


def image_view(
    invoices: Sequence[AnyInvoice],
    *,
    branch_ids: Iterable[str],
    branch_id: str | None = None,
    profile: str | None = None,
    serial_nos: Iterable[str] = (),
) -> ImageView[AnyInvoice]:
    """The image view of a bill with these invoices and entries.

    `serial_nos` is ignored under `aws`. Under `eas` none means the whole bill, duplicates collapse, the bill's order is
    kept, and one that is not on the bill raises UnknownSerialNo.
    """
    known_profile = parse_profile(profile)
    stored = find_branch_id(branch_id, branch_ids) if branch_id else None
    wanted = [serial_no for each in serial_nos for serial_no in each.split(",") if serial_no]
    narrowed = known_profile == "eas" and bool(wanted)
    if narrowed:
        on_bill = {invoice.serial_no for invoice in invoices}
        for serial_no in wanted:
            if serial_no not in on_bill:
                raise UnknownSerialNo(serial_no=serial_no)
        invoices = [invoice for invoice in invoices if invoice.serial_no in wanted]
    return ImageView(
        profile=known_profile,
        branch_id=stored or branch_id or None,
        marked=stored is not None,
        narrowed=narrowed,
        invoices=tuple(invoices),
    )


def location_view(
    invoices: Sequence[AnyInvoice],
    *,
    branch_ids: Iterable[str],
    branch_id: str | None,
    serial_no: str | None = None,
) -> LocationView[AnyInvoice]:
    """The single invoice of one entry: the picked one of its own, by default the first in upstream's order.

    Raises BranchIdMissing, UnknownBranchId (never saying whether the entry exists on another bill), and
    UnknownSerialNo for a serial number that isn't one of this entry's.
    """
    if not branch_id:
        raise BranchIdMissing
    stored = find_branch_id(branch_id, branch_ids)
    if stored is None:
        raise UnknownBranchId(branch_id=branch_id)
    own = [invoice for invoice in invoices if stored in invoice.branch_ids]
    serial_nos = tuple(invoice.serial_no for invoice in own)
    if serial_no and serial_no not in serial_nos:
        raise UnknownSerialNo(serial_no=serial_no)
    position = serial_nos.index(serial_no) if serial_no else 0
    return LocationView(
        branch_id=stored,
        invoice=own[position] if own else None,
        position=position + 1 if own else 0,
        serial_nos=serial_nos,
    )
