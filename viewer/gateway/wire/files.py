"""The files of an invoice: where they are, what they are, and which of them are pasted sheets."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from urllib.parse import unquote

from viewer.domain.listing import CROP, ListedFile
from viewer.domain.sheets import NOWHERE, Region
from viewer.gateway.wire.values import LONGEST_ID, Raw, dictionaries, text, whole

ORIGINAL = "1"
CONVERTED = "3"
SHEET_EXTENSIONS = frozenset({"jpg", "jpeg", "png", "bmp", "gif", "webp", "tif", "tiff", "heic"})


def files_of(row: Raw) -> Iterator[ListedFile]:
    """The files of `invoiceFiles`; where there are none, those of the older single-address fields. A pasted sheet comes as
    the invoice's own crop of it and the sheet.

    `snapshotUrl` is met beside both: a picture of one page, made by the cloud, and so the last resort. Beside a sheet it may
    be one of the sheet.
    """
    found: dict[str, ListedFile] = {}
    listed = [listed_file(each, number) for number, each in enumerate(dictionaries(row.get("invoiceFiles")))]
    regions = _regions(listed, row)
    for file in listed:
        for part in _crop_and_sheet(file, regions.get(file.identity)):
            found.setdefault(part.identity, part)
    addresses = {file.url for file in found.values()}
    single = ("snapshotUrl",) if found else ("pdfurl", "downloadUrl", "kdcloudUrl", "snapshotUrl")
    for field in single:
        url = text(row, field)
        if url and url not in addresses:
            addresses.add(url)
            for part in _crop_and_sheet(
                _single_file(row, field, url), _region(row) or next(iter(regions.values()), None)
            ):
                found[part.identity] = part
    yield from found.values()


def sheets_of(files: Iterable[ListedFile]) -> set[str]:
    """What tells the pasted sheets among these files from other contents: their hashes and addresses."""
    return {mark for file in files if file.sheet for mark in _marks(file)}


def kept_apart(files: Iterable[ListedFile], sheets: AbstractSet[str]) -> Iterator[ListedFile]:
    """The same files; where one is a sheet, as other invoices' places on it tell, this invoice's place on it is unknown."""
    for file in files:
        unplaced = not file.sheet and not file.region and not sheets.isdisjoint(_marks(file))
        yield from _crop_and_sheet(file, NOWHERE if unplaced else None)


def _marks(file: ListedFile) -> set[str]:
    return {mark for mark in (text(file.raw, "fileHash"), file.url) if mark}


def _regions(listed: list[ListedFile], row: Raw) -> dict[str, Region]:
    """The files that are pasted sheets, by their identities, with the invoice's place on each.

    `region` and `pixel` are met on the file and on the invoice. There they speak of its image, or of its PDF where it has no
    image. What was converted from a sheet (`pid`), or the sheet from it, is the same sheet.
    """
    images = {file.identity for file in listed if file.extension in SHEET_EXTENSIONS}
    meant = images or {file.identity for file in listed if file.extension == "pdf"}
    of_row = _region(row) if meant else None
    found = {
        file.identity: region
        for file in listed
        if (region := _region(file.raw) or (of_row if file.identity in meant else None))
    }
    kin = [(file.identity, text(file.raw, "pid") or "") for file in listed]
    kin += [(parent, child) for child, parent in kin]
    return {one: found[other] for one, other in kin if other in found} | found


def _region(holder: Raw) -> Region | None:
    return Region.parse(holder.get("region"), holder.get("pixel"))


def _crop_and_sheet(file: ListedFile, region: Region | None) -> Iterator[ListedFile]:
    """The file as it is; a pasted sheet as the invoice's own crop of it and the sheet."""
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


def listed_file(each: Raw, number: int) -> ListedFile:
    """One of `invoiceFiles`, or an attachment; `number`: its place, which names it where nothing else does."""
    name = text(each, "fileName", "name") or ""
    version = text(each, "fileHash") or f"{name}/{text(each, 'fileSize') or ''}/{text(each, 'pixel') or ''}"
    return ListedFile(
        identity=(text(each, "id") or text(each, "fileHash") or f"{number}/{name}")[:LONGEST_ID],
        version=version[:LONGEST_ID],
        name=name,
        extension=_extension(text(each, "fileExtends", "fileExtend", "extName") or name),
        original=text(each, "originalState") == ORIGINAL,
        resource=text(each, "resource"),
        url=text(each, "url", "downloadUrl"),
        size=whole(each.get("fileSize")),
        rotation=_rotation(each),
        raw=each,
    )


def _single_file(row: Raw, field: str, url: str) -> ListedFile:
    path = url.split("?")[0].split("#")[0]
    name = unquote(path.rsplit("/", 1)[-1])[:LONGEST_ID]
    return ListedFile(
        identity=field,
        version=(text(row, "fileHash") or f"{field}/{name}")[:LONGEST_ID],
        name=name,
        extension="pdf" if field == "pdfurl" else _extension(path),
        original=field != "snapshotUrl",
        snapshot=field == "snapshotUrl",
        url=url,
        rotation=_rotation(row),
        raw={field: url},
    )


def _rotation(holder: Raw) -> int:
    """By how much the image has to be turned clockwise: `rotationAngle`, or `orientation` where only that is given.

    What `orientation` counts is documented nowhere; degrees are taken, and anything but quarter turns (EXIF's 1 to 8) is none.
    """
    angle = (text(holder, "rotationAngle", "orientation") or "0").removesuffix(".0")
    return int(angle) % 360 if angle.lstrip("-").isdecimal() and len(angle) < 6 and int(angle) % 90 == 0 else 0


def _extension(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower() if len(name.rsplit(".", 1)[-1]) <= 8 else ""
