"""The JSON manifest of bills to import. docs/import.md explains it; the classes here are its schema."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from viewer.archive.imports.found import FoundBill, identity_of, made_serial_no
from viewer.domain.dates import parse_date
from viewer.domain.given import Given, problems_of, read_json
from viewer.domain.listing import BillListing, ListedAttachment, ListedEntry, ListedFile, ListedInvoice
from viewer.errors import N_, CommandError


def _date(value: object) -> date | None:
    found = parse_date(value)
    if value is not None and found is None:
        raise PydanticCustomError("date", "")
    return found


OWN_RULES = {"date": N_("must be a date, such as 2026-09-18")}

Text = Field(pattern=r"^[^\x00]*$")
Name = Annotated[str, Text, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(min_length=1, max_length=16)]
Amount = Annotated[Decimal, Field(max_digits=17, decimal_places=2)]


class GivenFile(Given):
    """`path` is relative to the manifest; `resource` as upstream's codes (1 uploaded, 2 tax bureau, 3 converted)."""

    path: Annotated[str, Text, Field(min_length=1, max_length=4096)]
    name: Name | None = None
    original: bool = True
    resource: Literal["1", "2", "3", "4"] | None = "1"


class GivenInvoice(Given):
    """An invoice; the same `serial_no` under two entries is one invoice on both."""

    serial_no: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    branch_ids: tuple[Name, ...] = ()
    invoice_type: Code | None = None
    invoice_code: Annotated[str, Field(max_length=32)] | None = None
    invoice_no: Annotated[str, Field(max_length=64)] | None = None
    invoice_date: Annotated[date | None, BeforeValidator(_date)] = None
    total_amount: Amount | None = None
    tax_amount: Amount | None = None
    amount: Amount | None = None
    currency: Annotated[str, Field(max_length=8)] | None = None
    buyer_name: Name | None = None
    buyer_tax_no: Annotated[str, Field(max_length=64)] | None = None
    seller_name: Name | None = None
    seller_tax_no: Annotated[str, Field(max_length=64)] | None = None
    check_status: Code | None = None
    expend_status: Code | None = None
    invoice_status: Code | None = None
    files: tuple[GivenFile, ...] = ()


class GivenEntry(Given):
    branch_id: Name
    expense_type: Name | None = None
    amount: Amount | None = None
    invoices: tuple[GivenInvoice, ...] = ()


class GivenAttachment(Given):
    attachment_id: Name | None = None
    name: Name
    branch_ids: tuple[Name, ...] = ()
    files: Annotated[tuple[GivenFile, ...], Field(min_length=1)]


class GivenBill(Given):
    """A bill; `invoices` here are the header's, or say their entries in `branch_ids`."""

    bill_id: Name
    bill_no: Name | None = None
    image_number: Name | None = None
    profile: Literal["aws", "eas"] | None = None
    total_amount: Amount | None = None
    currency: Annotated[str, Field(max_length=8)] | None = None
    entries: tuple[GivenEntry, ...] = ()
    invoices: tuple[GivenInvoice, ...] = ()
    attachments: tuple[GivenAttachment, ...] = ()


class Manifest(Given):
    bills: Annotated[tuple[GivenBill, ...], Field(min_length=1)]


def read_manifest(path: Path) -> list[FoundBill]:
    """The bills of a manifest; file paths stay below its folder. Raises CommandError that names what is wrong."""
    try:
        manifest = Manifest.model_validate(read_json(path.read_bytes(), name=path))
    except ValidationError as error:
        first = next(problems_of(error, OWN_RULES))
        raise CommandError(
            N_("The manifest {path} is wrong at {place}: {reason}"),
            path=path,
            place=first.place,
            reason=CommandError(first.message, **first.facts),
        ) from error
    _told_once(path, "bill_id", (bill.bill_id for bill in manifest.bills))
    for bill in manifest.bills:
        _told_once(path, "attachment_id", (paper.attachment_id for paper in bill.attachments if paper.attachment_id))
    return [_Reading(bill, path.resolve().parent).found() for bill in manifest.bills]


def _told_once(path: Path, field: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise CommandError(
                N_("The manifest {path} has {field} {value} twice."), path=path, field=field, value=value
            )
        seen.add(value)


class _Reading:
    """One bill on its way from the manifest to a listing; collects where its files' bytes lie."""

    def __init__(self, bill: GivenBill, folder: Path) -> None:
        self._bill = bill
        self._folder = folder
        self._sources: dict[str, Path] = {}

    def found(self) -> FoundBill:
        bill = self._bill
        invoices = self._invoices()
        attachments = tuple(self._attachment(paper, number) for number, paper in enumerate(bill.attachments))
        entries = [
            ListedEntry(branch_id=each.branch_id, expense_type=each.expense_type, amount=each.amount)
            for each in bill.entries
        ]
        for branch_ids in (*(each.branch_ids for each in invoices), *(each.branch_ids for each in attachments)):
            entries += [ListedEntry(branch_id=branch_id) for branch_id in branch_ids]
        listing = BillListing(
            bill_id=bill.bill_id,
            bill_no=bill.bill_no,
            image_number=bill.image_number,
            profile=bill.profile,
            total_amount=bill.total_amount,
            currency=bill.currency,
            entries=tuple(entries),
            invoices=tuple(invoices),
            attachments=attachments,
        )
        return FoundBill(listing, self._sources)

    def _invoices(self) -> list[ListedInvoice]:
        together: dict[str, tuple[GivenInvoice, dict[str, None]]] = {}
        placed = [
            (entry.branch_id, number, each)
            for entry in self._bill.entries
            for number, each in enumerate(entry.invoices)
        ]
        headed = [("", number, each) for number, each in enumerate(self._bill.invoices)]
        for branch_id, number, given in (*placed, *headed):
            serial_no = given.serial_no or made_serial_no(self._bill.bill_id, branch_id, str(number))
            first, branch_ids = together.setdefault(serial_no, (given, {}))
            branch_ids |= dict.fromkeys((*((branch_id,) if branch_id else ()), *given.branch_ids))
            together[serial_no] = (first, branch_ids)
        return [self._invoice(serial_no, given, tuple(ids)) for serial_no, (given, ids) in together.items()]

    def _invoice(self, serial_no: str, given: GivenInvoice, branch_ids: tuple[str, ...]) -> ListedInvoice:
        facts = given.model_dump(exclude={"serial_no", "branch_ids", "files"})
        return ListedInvoice(
            serial_no=serial_no,
            branch_ids=branch_ids,
            files=self._files(given.files),
            **facts,
        )

    def _attachment(self, given: GivenAttachment, number: int) -> ListedAttachment:
        return ListedAttachment(
            attachment_id=given.attachment_id or made_serial_no(self._bill.bill_id, given.name, str(number)),
            name=given.name,
            branch_ids=given.branch_ids,
            files=self._files(given.files),
        )

    def _files(self, given: tuple[GivenFile, ...]) -> tuple[ListedFile, ...]:
        files: dict[str, ListedFile] = {}
        for file in map(self._file, given):
            files.setdefault(file.identity, file)
        return tuple(files.values())

    def _file(self, given: GivenFile) -> ListedFile:
        source = (self._folder / given.path).resolve()
        if not source.is_relative_to(self._folder):
            raise CommandError(N_("The file {path} lies outside the manifest's folder."), path=given.path)
        if not source.is_file():
            raise CommandError(N_("There is nothing at {path}."), path=source)
        identity = identity_of(source, self._folder)
        self._sources[identity] = source
        return ListedFile(
            identity=identity,
            version="",
            name=given.name or source.name,
            extension=source.suffix.lower().lstrip("."),
            original=given.original,
            resource=given.resource,
        )
