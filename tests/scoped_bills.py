"""Bills on which everything has a name of its own, so that one sees at once what an answer holds of which entry."""

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from reportlab.pdfgen.canvas import Canvas

from tests.clouds import ScriptedCloud, row_of
from tests.installations import Installation, files_of
from tests.papers import encoded
from tests.tokens import token
from viewer.domain.grant import whole_bill

OWN, SHARED, OTHER, THIRD, HEADER = "own", "shared", "other", "third", "header"
"""What lies on the first entry, on the first and the second, on the second, on the third, on none."""
LEFT, RIGHT = (200, 30, 30), (30, 30, 200)
"""Colours of the pasted sheet's two parts: the first entry's and the second's."""


@dataclass(frozen=True)
class ScopedBill:
    """A stored bill of three entries; `name` begins every word that is printed or told of it."""

    userkey: str
    name: str
    told: Any
    """The whole bill as the API tells it."""

    def entry(self, number: int) -> str:
        return f"{self.name}-entry-{number}"

    def serial(self, label: str) -> str:
        return f"{self.name}-serial-{label}"

    def attachment(self, label: str) -> str:
        return f"{self.name}-attached-{label}"

    @property
    def words(self) -> dict[str, set[str]]:
        """By label: what an answer that holds some of it has in it, ids included."""
        found: dict[str, set[str]] = {label: set() for label in (OWN, SHARED, OTHER, THIRD, HEADER, "sheet")}
        for owner in (*self.told["invoices"], *self.told["attachments"]):
            number = owner.get("serial_no") or owner["attachment_id"]
            label = number.removesuffix("-pasted").rsplit("-", 1)[-1]
            found[label] |= {number, f"{self.name}-no-{number}", f"{self.name} text {number}"}
            for file in owner["files"]:
                is_sheet = "pasted" in number and not file["picture"]
                ids = {file["file_id"], *(page["page_id"] for page in file["pages"])}
                found["sheet" if is_sheet else label] |= ids | ({file["sha256"]} if is_sheet else set())
        for label, numbers in ((OTHER, (2,)), (THIRD, (3,))):
            found[label] |= {self.entry(number) for number in numbers}
        return found

    def files(self, *labels: str) -> list[Any]:
        """The files that lie under these labels; "sheet" are the pasted ones."""
        known = {each for label in labels for each in self.words[label]}
        return [file for file in files_of(self.told) if file["file_id"] in known]


def put_scoped_bill(cloud: ScriptedCloud, site: Installation, name: str) -> ScopedBill:
    """Such a bill, opened and fetched."""
    bill = ScopedBill("", name, {})
    rows = [
        _row(cloud, bill, OWN, 1),
        _row(cloud, bill, SHARED, 1),
        _row(cloud, bill, OTHER, 2),
        _row(cloud, bill, SHARED, 2),
        _row(cloud, bill, THIRD, 3),
        _row(cloud, bill, HEADER, None),
        *_pasted(cloud, bill),
    ]
    papers = [
        {
            **_file(cloud, bill, bill.attachment(label)),
            "attachSerialNo": bill.attachment(label),
            **({} if number is None else {"branch_id": bill.entry(number)}),
        }
        for label, number in ((OWN, 1), (OTHER, 2), (HEADER, None))
    ]
    rows[0] |= {"bxd_key": f"{name}-id", "billNumber": f"{name}-bill", "imageNumber": f"{name}-image"}
    userkey = cloud.put_list(rows, attachList=papers)
    site.archive.bills.open(whole_bill(userkey))  # so that it is stored, as a bill that some ERP has opened before
    told = site.whole(token(bill_id=f"{name}-id"))
    assert all(file["state"] == "ready" for file in files_of(told)), told
    return ScopedBill(userkey, name, told)


def _row(cloud: ScriptedCloud, bill: ScopedBill, label: str, entry: int | None) -> dict[str, Any]:
    serial = bill.serial(label)
    file = _file(cloud, bill, serial)
    return row_of(
        file["fileName"],
        file["url"],
        serialNo=serial,
        invoiceNo=f"{bill.name}-no-{serial}",
        salerName=f"{bill.name} text {serial}",
        entryid=None if entry is None else bill.entry(entry),
        invoiceFiles=[file],
    )


def _pasted(cloud: ScriptedCloud, bill: ScopedBill) -> list[dict[str, Any]]:
    """Two invoices on one sheet: the first entry's on its left half, the second's on its right."""
    sheet = Image.new("RGB", (600, 300), LEFT)
    sheet.paste(RIGHT, (300, 0, 600, 300))
    name = f"{bill.name}-sheet.png"
    own = PngInfo()
    own.add_text("bill", bill.name)  # no other bill's sheet has the same bytes
    url = cloud.put_file(name, encoded(sheet, "PNG", pnginfo=own), "image/png")
    return [
        row_of(
            name,
            url,
            serialNo=f"{bill.serial(label)}-pasted",
            invoiceNo=f"{bill.name}-no-{bill.serial(label)}-pasted",
            entryid=bill.entry(entry),
            region=f"[{left},0,300,300]",
            pixel="600,300",
        )
        for label, entry, left in ((OWN, 1, 0), (OTHER, 2, 300))
    ]


def _file(cloud: ScriptedCloud, bill: ScopedBill, name: str) -> dict[str, Any]:
    """A PDF whose page says whose it is."""
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=(300, 200))
    canvas.drawString(20, 100, f"{bill.name} text {name}")
    canvas.save()
    url = cloud.put_file(f"{name}.pdf", content.getvalue(), "application/pdf")
    return {
        "id": name,
        "fileName": f"{name}.pdf",
        "fileExtends": "pdf",
        "fileHash": name,
        "originalState": "1",
        "resource": "1",
        "url": url,
    }
