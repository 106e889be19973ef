"""The invoice cloud's wire format into our values. Tolerant: unknown fields are kept in `raw`, odd ones are never fatal.

How an invoice names its entry isn't documented anywhere; every spelling met in the vendor's other calls is taken.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from viewer.domain.codes import FINDING_LEVELS
from viewer.domain.dates import parse_date, parse_time
from viewer.domain.keys import USERKEY
from viewer.domain.listing import CROP, BillListing, Finding, ListedAttachment, ListedEntry, ListedFile, ListedInvoice
from viewer.domain.money import parse_amount
from viewer.domain.sheets import Region
from viewer.errors import UpstreamRefused, UpstreamUnreachable
from viewer.gateway.tokens import Granted

SUCCESS = "0000"
LONGEST_ID = 200
"""Longer ids are nobody's; what only names something is cut there."""

BRANCH_FIELDS = ("entryid", "entryId", "branch_id", "branchId")
INVOICE_LISTS = ("invoices", "invoiceList", "list")
ATTACHMENT_LISTS = ("attachList", "attachments")
TELLING = ("invoiceNo", "invoiceCode", "totalAmount", "invoiceFiles", "pdfurl", "downloadUrl", "snapshotUrl")
"""Fields that make an invoice of a row without serial number."""
ORIGINAL = "1"
CONVERTED = "3"
SHEET_EXTENSIONS = frozenset({"jpg", "jpeg", "png", "bmp", "gif", "webp", "tif", "tiff", "heic"})

Raw = Mapping[str, Any]


def open_envelope(envelope: Any) -> dict[str, Any]:
    """The envelope of a successful answer; raises UpstreamRefused with its code otherwise."""
    if not isinstance(envelope, dict) or "errcode" not in envelope:
        raise UpstreamUnreachable(reason="no envelope")
    if str(envelope["errcode"]) != SUCCESS:
        raise UpstreamRefused(
            errcode=str(envelope["errcode"]),
            description=_text(envelope, "description", "message") or "–",
            trace_id=_text(envelope, "traceId") or "",
        )
    return envelope


def parse_userkey(envelope: Raw) -> str:
    """The userkey of a `getUserKey` answer."""
    data = envelope.get("data")
    userkey = data.get("userKey") if isinstance(data, dict) else data
    if not isinstance(userkey, str) or not USERKEY.fullmatch(userkey):
        raise UpstreamUnreachable(reason="no userKey")
    return userkey.lower()


def parse_token(envelope: Raw) -> Granted:
    """The access token of an `oauth/token` answer; one without `expires_in` isn't kept."""
    data = _unwrapped(envelope.get("data"))
    told: Raw = data if isinstance(data, dict) else envelope
    token = _text(told, "access_token")
    if not token:
        raise UpstreamUnreachable(reason="no access_token")
    return Granted(token=token, seconds=float(_whole(told.get("expires_in")) or 0))


@dataclass(frozen=True, kw_only=True)
class Issued:
    """What the cloud says of an issuing: the invoice, or for one that it only took the serial number to ask with."""

    serial_no: str | None
    invoice_code: str | None
    invoice_no: str | None
    invoice_date: date | None
    total_amount: Decimal | None
    files: Mapping[str, str]
    """Addresses by the kind of file: pdf, ofd, xml, snapshot."""
    raw: Raw

    @classmethod
    def of(cls, invoice: ListedInvoice) -> "Issued":
        """The same of an invoice that a detail query gave."""
        return cls(
            serial_no=invoice.serial_no,
            invoice_code=invoice.invoice_code,
            invoice_no=invoice.invoice_no,
            invoice_date=invoice.invoice_date,
            total_amount=invoice.total_amount,
            files={file.extension: file.url for file in invoice.files if file.url},
            raw=invoice.raw,
        )


ISSUED_FILES = {
    "pdf": ("pdfUrl", "pdfurl", "downloadUrl"),
    "ofd": ("ofdUrl", "ofdurl"),
    "xml": ("xmlUrl", "xmlurl"),
    "snapshot": ("snapshotUrl",),
}


def parse_issued(envelope: Raw) -> Issued:
    """An issuing from the answer of a push or a query: `data` is the invoice, a list of it, or either as JSON text."""
    data = _unwrapped(envelope.get("data"))
    if isinstance(data, list):
        data = data[0] if data else None
    row: Raw = data if isinstance(data, dict) else {}
    found = {kind: _text(row, *fields) for kind, fields in ISSUED_FILES.items()}
    return Issued(
        serial_no=_text(row, "serialNo", "fid"),
        invoice_code=_text(row, "invoiceCode", "fpdm"),
        invoice_no=_text(row, "invoiceNo", "etaxInvoiceNo", "fphm"),
        invoice_date=parse_date(row.get("invoiceDate")),
        total_amount=parse_amount(row.get("totalAmount")),
        files={kind: url for kind, url in found.items() if url},
        raw=row,
    )


MESSAGE_FIELDS = {
    "serialNo": "fid",
    "invoiceType": "fplx",
    "invoiceCode": "fpdm",
    "invoiceNo": "fphm",
    "totalAmount": "jshj",
    "invoiceDate": "kprq",
    "totalTaxAmount": "se",
}
"""Our names of what the channel's messages abbreviate."""


def parse_message(data: Raw) -> tuple[ListedInvoice, ...]:
    """The invoices of a `saveEntrys` or `saveBill` message: `list` is met as an object and as an array. A row without a serial
    number names no invoice and is left out."""
    listed = _unwrapped(data.get("list"))
    rows = [row for row in (listed if isinstance(listed, list) else [listed]) if isinstance(row, dict)]
    named = [{**row, **{ours: row[theirs] for ours, theirs in MESSAGE_FIELDS.items() if theirs in row}} for row in rows]
    return tuple(_invoices([row for row in named if 0 < len(_text(row, "serialNo") or "") <= LONGEST_ID]))


def parse_listing(envelope: Raw) -> BillListing:
    """A bill from an `invoices/query` answer: `data` is the list of invoices, an object that holds it, one invoice alone,
    or any of these written as JSON text.

    An invoice that stands there several times, once for each entry, becomes one invoice with all its entries. Raises
    UpstreamUnreachable for a success that holds no list at all: that is not the same as an empty one.
    """
    data = _unwrapped(envelope.get("data"))
    beside: Raw = data if isinstance(data, dict) else {}
    rows = data if isinstance(data, list) else _first_list(beside, *INVOICE_LISTS)
    if not isinstance(data, list) and not _lists(beside, INVOICE_LISTS) and not _lists(envelope, ATTACHMENT_LISTS):
        if not any(field in beside for field in ("serialNo", "invoiceNo")):
            raise UpstreamUnreachable(reason="no list")
        rows = [beside]
    rows = [row for row in rows if isinstance(row, dict)]
    papers = _first_list(envelope, *ATTACHMENT_LISTS) or _first_list(beside, *ATTACHMENT_LISTS)
    facts = [beside, *rows]
    return BillListing(
        bill_id=_fact(facts, "bxd_key", "bxdKey", "billId"),
        bill_no=_fact(facts, "billNumber", "billnumber", "billNo"),
        image_number=_fact(facts, "imageNumber", "image_number"),
        entries=tuple(_entries(rows, [paper for paper in papers if isinstance(paper, dict)])),
        invoices=tuple(_invoices(rows)),
        attachments=tuple(_attachments(papers)),
    )


def _entries(rows: list[dict[str, Any]], papers: list[dict[str, Any]]) -> Iterator[ListedEntry]:
    for row in rows:
        for branch_id in _branch_ids(row):
            yield ListedEntry(
                branch_id=branch_id,
                expense_type=_text(row, "costTypeName", "expenseTypeName"),
                amount=parse_amount(row.get("entryAmount")),
            )
    for paper in papers:
        for branch_id in _branch_ids(paper):
            yield ListedEntry(branch_id=branch_id)


def _invoices(rows: list[dict[str, Any]]) -> Iterator[ListedInvoice]:
    together: dict[str, list[dict[str, Any]]] = {}
    for number, row in enumerate(rows):
        serial_no = _text(row, "serialNo", "fid") or ""
        if not serial_no and not any(row.get(field) for field in TELLING):
            continue  # an empty row is no invoice
        if not serial_no or len(serial_no) > LONGEST_ID:
            serial_no = _made_serial_no(row, number)
        together.setdefault(serial_no, []).append(row)
    for serial_no, same in together.items():
        yield _invoice(serial_no, same)


def _made_serial_no(row: Raw, number: int) -> str:
    """For an invoice that came without one: the same each time for the same invoice, so that none is left out."""
    told = [_text(row, field) or "" for field in ("serialNo", "fid", "invoiceCode", "invoiceNo", "invoiceDate")]
    return sha256("\n".join(told if any(told) else [str(number)]).encode("utf-8", "replace")).hexdigest()[:32]


def _invoice(serial_no: str, same: list[dict[str, Any]]) -> ListedInvoice:
    row = same[0]
    branch_ids = dict.fromkeys(branch_id for each in same for branch_id in _branch_ids(each))
    return ListedInvoice(
        serial_no=serial_no,
        branch_ids=tuple(branch_ids),
        invoice_type=_text(row, "invoiceType"),
        invoice_code=_text(row, "invoiceCode"),
        invoice_no=_text(row, "invoiceNo"),
        invoice_date=parse_date(row.get("invoiceDate")),
        total_amount=parse_amount(row.get("totalAmount")),
        tax_amount=_amount(row, "totalTaxAmount", "taxAmount"),
        amount=parse_amount(row.get("invoiceAmount")),
        currency=_text(row, "currency"),
        buyer_name=_text(row, "buyerName"),
        buyer_tax_no=_text(row, "buyerTaxNo"),
        seller_name=_text(row, "salerName", "sellerName"),
        seller_tax_no=_text(row, "salerTaxNo", "sellerTaxNo"),
        check_status=_text(row, "checkStatus"),
        expend_status=_text(row, "expendStatus"),
        invoice_status=_text(row, "invoiceStatus"),
        checked_at=parse_time(row.get("checkTime")),
        findings=tuple(_findings(row)),
        files=tuple(_files(row)),
        attachment_ids=tuple(_texts(row.get("attachSerialNoList"))),
        raw=row,
    )


def _branch_ids(row: Raw) -> list[str]:
    found = (text for field in BRANCH_FIELDS for text in _texts(row.get(field)))
    return list(dict.fromkeys(text for text in found if len(text) <= LONGEST_ID))


def _findings(row: Raw) -> Iterator[Finding]:
    """`verifyResult`: objects with the finding's code (`errorLevel` or `code`), its words and its `config` level."""
    results = row.get("verifyResult")
    for result in results if isinstance(results, list) else []:
        if not isinstance(result, dict):
            continue
        if code := _text(result, "errorLevel", "code", "key"):
            level = _text(result, "config") or ""
            yield Finding(
                code=code,
                level=FINDING_LEVELS.get(level, "yellow"),
                message=_text(result, "msg", "message", "errorMsg", "name") or "",
            )


def _files(row: Raw) -> Iterator[ListedFile]:
    """The files of `invoiceFiles`; where there are none, those of the older single-address fields.

    `snapshotUrl` is met beside both: a picture of one page, made by the cloud, and so the last resort.
    """
    found: dict[str, ListedFile] = {}
    listed = (
        [each for each in row.get("invoiceFiles") or [] if isinstance(each, dict)]
        if _is_list(row, "invoiceFiles")
        else []
    )
    for number, each in enumerate(listed):
        for file in _crop_and_sheet(_listed_file(each, number), each, row):
            found.setdefault(file.identity, file)
    addresses = {file.url for file in found.values()}
    single = ("snapshotUrl",) if found else ("pdfurl", "downloadUrl", "kdcloudUrl", "snapshotUrl")
    for field in single:
        url = _text(row, field)
        if url and url not in addresses:
            addresses.add(url)
            for file in _crop_and_sheet(_single_file(row, field, url), row, row):
                found[file.identity] = file
    yield from found.values()


def _crop_and_sheet(file: ListedFile, each: Raw, row: Raw) -> Iterator[ListedFile]:
    """The file as it is; a pasted sheet as the invoice's own crop of it and the sheet.

    `region` and `pixel` are met on the file and on the invoice; there they speak of its image.
    """
    region = Region.parse(each.get("region"), each.get("pixel"))
    if region is None and file.extension in SHEET_EXTENSIONS and not file.snapshot:
        region = Region.parse(row.get("region"), row.get("pixel"))
    if region is None:
        yield file
        return
    yield replace(
        file,
        identity=file.identity + CROP,
        name=f"{file.name.rsplit('.', 1)[0]}.png",
        extension="png",
        version=f"{file.version}{region}",
        original=False,
        resource=CONVERTED,
        size=None,
        region=str(region),
    )
    yield replace(file, sheet=True)


def _listed_file(each: Raw, number: int) -> ListedFile:
    name = _text(each, "fileName", "name") or ""
    version = _text(each, "fileHash") or f"{name}/{_text(each, 'fileSize') or ''}/{_text(each, 'pixel') or ''}"
    return ListedFile(
        identity=(_text(each, "id") or _text(each, "fileHash") or f"{number}/{name}")[:LONGEST_ID],
        version=version[:LONGEST_ID],
        name=name,
        extension=_extension(_text(each, "fileExtends", "fileExtend", "extName") or name),
        original=_text(each, "originalState") == ORIGINAL,
        resource=_text(each, "resource"),
        url=_text(each, "url", "downloadUrl"),
        size=_whole(each.get("fileSize")),
        rotation=_rotation(each),
        raw=each,
    )


def _rotation(holder: Raw) -> int:
    """By how much the image has to be turned clockwise: `rotationAngle`, or `orientation` where only that is given.

    What `orientation` counts is documented nowhere; degrees are taken, and anything but quarter turns (EXIF's 1 to 8) is none.
    """
    angle = (_text(holder, "rotationAngle", "orientation") or "0").removesuffix(".0")
    return int(angle) % 360 if angle.lstrip("-").isdecimal() and len(angle) < 6 and int(angle) % 90 == 0 else 0


def _single_file(row: Raw, field: str, url: str) -> ListedFile:
    path = url.split("?")[0].split("#")[0]
    name = unquote(path.rsplit("/", 1)[-1])[:LONGEST_ID]
    return ListedFile(
        identity=field,
        version=(_text(row, "fileHash") or f"{field}/{name}")[:LONGEST_ID],
        name=name,
        extension="pdf" if field == "pdfurl" else _extension(path),
        original=field != "snapshotUrl",
        snapshot=field == "snapshotUrl",
        url=url,
        rotation=_rotation(row),
        raw={field: url},
    )


def _attachments(papers: list[Any]) -> Iterator[ListedAttachment]:
    seen: set[str] = set()
    for number, paper in enumerate(papers):
        if not isinstance(paper, dict):
            continue
        file = _listed_file(paper, number)
        attachment_id = (_text(paper, "attachSerialNo", "serialNo", "billSerialNo") or file.identity)[:LONGEST_ID]
        if attachment_id not in seen:
            seen.add(attachment_id)
            yield ListedAttachment(
                attachment_id=attachment_id,
                name=file.name or attachment_id,
                branch_ids=tuple(_branch_ids(paper)),
                files=(file,),
                raw=paper,
            )


def _extension(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower() if len(name.rsplit(".", 1)[-1]) <= 8 else ""


def _unwrapped(data: Any) -> Any:
    """What a text holds where `data` is JSON written as text."""
    if not isinstance(data, str):
        return data
    try:
        return json.loads(data, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _lists(holder: Raw, fields: tuple[str, ...]) -> bool:
    return any(isinstance(holder.get(field), list) for field in fields)


def _first_list(holder: Raw, *fields: str) -> list[Any]:
    return next((holder[field] for field in fields if isinstance(holder.get(field), list)), [])


def _is_list(row: Raw, field: str) -> bool:
    return isinstance(row.get(field), list)


def _fact(rows: list[Raw], *fields: str) -> str | None:
    return next((text for row in rows if (text := _text(row, *fields))), None)


def _text(row: Raw, *fields: str) -> str | None:
    """The first of the fields that holds a non-empty text or number, as text."""
    for field in fields:
        value = row.get(field)
        if text := _clean(value):
            return text
    return None


def _amount(row: Raw, *fields: str) -> Decimal | None:
    """The first of the fields that holds an amount."""
    return next((amount for field in fields if (amount := parse_amount(row.get(field))) is not None), None)


def _texts(value: object) -> Iterator[str]:
    """The texts of a text, a list of texts, or a JSON list written as text."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    for each in value if isinstance(value, list) else [value]:
        if text := _clean(each):
            yield text


def _clean(value: object) -> str:
    """A text or number as text; what UTF-8 or a database can't hold (half of a surrogate pair, NUL) is replaced."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode("utf-8", "replace").decode().replace("\0", "?").strip()


def _whole(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
