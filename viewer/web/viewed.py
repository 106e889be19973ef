"""What a request asks to see of a bill: a view, by the same query wherever a view is asked for, and within it a selection."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import request

from viewer.domain import selection
from viewer.domain.grant import Grant
from viewer.domain.keys import find_branch_id
from viewer.errors import N_, BadRequest, NotReady, UnknownBranchId, UnknownFile, UnknownSerialNo
from viewer.store.models import Attachment, Bill, File, Invoice
from viewer.web.manifest import Owner, Shown, of_image_view, of_location_view
from viewer.web.reader import archive


@dataclass(frozen=True)
class Viewed:
    """A bill and what of it is asked for. `branch_ids` are the entries that the view knows; `whole`: it is all of the bill."""

    bill: Bill
    shown: Shown
    branch_ids: tuple[str, ...]
    location: bool
    whole: bool

    @property
    def files(self) -> list[File]:
        """Every file that the view lists of these, once."""
        return list({file.id: file for owner in self.shown.owners for file in self.files_of(owner)}.values())

    def files_of(self, owner: Owner) -> list[File]:
        """A location view lists no pasted sheet, on which there are other invoices."""
        return owner.own_files if self.location and isinstance(owner, Invoice) else owner.files

    @property
    def pending(self) -> list[File]:
        return [file for file in self.files if file.state == "pending"]


def asked_view(bill: Bill, grant: Grant) -> Viewed:
    """The view that the request's query asks for, all of it. Raises what the view's own request raises."""
    given = request.args
    if selection.parse_view(given.get("view")) == "location":
        location = selection.location_view(
            bill.invoices,
            branch_ids=bill.branch_ids,
            branch_id=grant.entry(given.get("branch_id")),
            serial_no=given.get("serialNo"),
        )
        return Viewed(bill, of_location_view(bill, location), (location.branch_id,), location=True, whole=False)
    image = selection.image_view(
        bill.invoices,
        branch_ids=bill.branch_ids,
        branch_id=given.get("branch_id"),
        profile=given.get("profile"),
        serial_nos=given.getlist("serialNo"),
    )
    return Viewed(bill, of_image_view(bill, image), tuple(bill.branch_ids), location=False, whole=not image.narrowed)


def selected(grant: Grant, *, seconds: float) -> Viewed:
    """The asked view of a bill, cut to the request's selection, once its files are here or after so many seconds."""
    bill = archive().bills.open(grant)
    viewed = _cut(asked_view(bill, grant))
    if viewed.pending:
        archive().files.bring_in(bill)
        archive().files.wait_for(bill, viewed.pending, seconds=seconds)
        viewed = _cut(asked_view(archive().bills.stored(grant) or bill, grant))
    return viewed


def complete(grant: Grant, *, seconds: float) -> Viewed:
    """The same without any file that is still on its way. Raises NotReady."""
    viewed = selected(grant, seconds=seconds)
    if viewed.pending:
        raise NotReady(retry_after=5)
    return viewed


def _cut(viewed: Viewed) -> Viewed:
    """What the request selects within the view. Raises UnknownBranchId, UnknownSerialNo, UnknownFile for what isn't in it."""
    entries = [_entry(viewed, each) for each in request.args.getlist("entry") if each]
    invoices = [each for given in request.args.getlist("invoice") for each in given.split(",") if each]
    attachments = [each for each in request.args.getlist("attachment") if each]
    held = set(_names(viewed.shown.owners))
    for serial_no in invoices:
        if (Invoice, serial_no) not in held:
            raise UnknownSerialNo(serial_no=serial_no)
    if any((Attachment, attachment_id) not in held for attachment_id in attachments):
        raise UnknownFile
    with_attachments = request.args.get("attachments") or "1"
    if with_attachments not in ("0", "1"):
        raise BadRequest(N_("{name} is one of {allowed}."), name="attachments", allowed="0, 1")
    every = not (entries or invoices or attachments)
    if every and with_attachments == "1":
        return viewed

    def is_taken(owner: Owner) -> bool:
        if isinstance(owner, Attachment):
            of_entry = every or any(branch_id in entries for branch_id in owner.branch_ids)
            return owner.attachment_id in attachments or (of_entry and with_attachments == "1")
        return every or owner.serial_no in invoices or any(branch_id in entries for branch_id in owner.branch_ids)

    taken = tuple(filter(is_taken, viewed.shown.owners))
    parts = tuple(
        replace(part, owners=tuple(each for each in part.owners if each in taken)) for part in viewed.shown.parts
    )
    return replace(viewed, shown=Shown(taken, tuple(part for part in parts if part.owners)), whole=False)


def _entry(viewed: Viewed, branch_id: str) -> str:
    found = find_branch_id(branch_id, viewed.branch_ids)
    if found is None:
        raise UnknownBranchId(branch_id=branch_id)
    return found


def _names(owners: tuple[Owner, ...]) -> Iterator[tuple[type, str]]:
    for owner in owners:
        yield type(owner), owner.serial_no if isinstance(owner, Invoice) else owner.attachment_id
