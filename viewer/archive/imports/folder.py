"""Bills as folders: a folder per bill, a sub-folder per entry, a file (or several of one name) per invoice."""

import re
from pathlib import Path

from viewer.archive.imports.found import FoundBill, identity_of, made_serial_no
from viewer.domain.listing import BillListing, ListedAttachment, ListedEntry, ListedFile, ListedInvoice
from viewer.errors import N_, CommandError

NUMBER = re.compile(r"(?<!\d)(\d{20}|\d{8})(?!\d)")
"""An invoice's number in a file's name: 20 digits on 数电票, 8 on older ones."""
ATTACHMENT_FOLDERS = frozenset({"attachments", "附件"})
IGNORED = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def scan_folder(path: Path) -> list[FoundBill]:
    """The bills of a folder: `path/bill/entry/file`, or `path/entry/file` where `path` is the one bill itself.

    Files right in a bill's folder belong to its header, those in `attachments` or `附件` are attachments. Files of one
    folder that differ only in their extension are one invoice (its PDF, OFD and XML).
    """
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and _counts(file.relative_to(path))]
    for file in files:
        if not _is_text(str(file)):
            raise CommandError(N_("The name of {path} is not UTF-8; rename it."), path=ascii(str(file)))
    is_root = any(_lies_deep(file.relative_to(path).parts) for file in files)
    folders = sorted({path / file.relative_to(path).parts[0] for file in files}) if is_root else [path]
    bills = [
        _scan_bill(folder, [file for file in files if folder in file.parents]) for folder in folders if folder.is_dir()
    ]
    return [bill for bill in bills if bill.sources]


def _lies_deep(parts: tuple[str, ...]) -> bool:
    """Whether the first part of a file's place is a bill: below it an entry, below that the file."""
    return len(parts) >= 3 and parts[0].lower() not in ATTACHMENT_FOLDERS


def _is_text(name: str) -> bool:
    """Names from archives of other systems may hold bytes that are no text here."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _counts(relative: Path) -> bool:
    return relative.name.lower() not in IGNORED and not any(
        part.startswith((".", "__MACOSX")) for part in relative.parts
    )


def _scan_bill(folder: Path, files: list[Path]) -> FoundBill:
    bill_id = folder.resolve().name
    branch_ids: dict[str, None] = {}
    together: dict[tuple[str, str], list[Path]] = {}
    attachments = []
    for file in files:
        parents = file.relative_to(folder).parts[:-1]
        if parents and parents[0].lower() in ATTACHMENT_FOLDERS:
            attachments.append(file)
            continue
        if parents:
            branch_ids[parents[0]] = None
        together.setdefault((parents[0] if parents else "", file.stem), []).append(file)
    sources = {identity_of(file, folder): file for file in files}
    listing = BillListing(
        bill_id=bill_id,
        bill_no=bill_id,
        entries=tuple(ListedEntry(branch_id=branch_id) for branch_id in branch_ids),
        invoices=tuple(
            ListedInvoice(
                serial_no=made_serial_no(bill_id, branch_id, stem),
                branch_ids=(branch_id,) if branch_id else (),
                invoice_no=found[1] if (found := NUMBER.search(stem)) else stem[:64],
                files=tuple(_listed(file, folder) for file in same),
            )
            for (branch_id, stem), same in together.items()
        ),
        attachments=tuple(
            ListedAttachment(
                attachment_id=made_serial_no(bill_id, file.relative_to(folder).as_posix()),
                name=file.name,
                files=(_listed(file, folder),),
            )
            for file in attachments
        ),
    )
    return FoundBill(listing, sources)


def _listed(file: Path, folder: Path) -> ListedFile:
    return ListedFile(
        identity=identity_of(file, folder),
        version="",
        name=file.name,
        extension=file.suffix.lower().lstrip("."),
        original=True,
        resource="1",
    )
