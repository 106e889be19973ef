"""Every address that a page holds, made in one place: under the path prefix, with the reader's key and language."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from viewer.domain.size import Size
from viewer.store.models import File, Page

SIDEWAYS = (90, 270)


def shown_size(file: File, page: Page) -> Size:
    """A page's size as its readers see it, turned by the file's rotation."""
    return Size(page.height, page.width) if file.rotation in SIDEWAYS else Size(page.width, page.height)


def size_for(file: File, page: Page, width: int | None) -> str:
    """IIIF's size, which is meant before turning, of a page that shall be so wide as shown, at most as wide as it is."""
    shown = shown_size(file, page).width
    asked = min(width or shown, shown)
    return f",{asked}" if file.rotation in SIDEWAYS else f"{asked},"


@dataclass(frozen=True)
class Addresses:
    """Addresses of one bill. `prefix` is the path below which the viewer lives ("" or "/invoices"), or its whole address."""

    prefix: str
    key: str
    language: str | None = None
    sign: Callable[[File, Page], str] | None = None
    """Makes a page's signed segment; pictures have no address without it."""

    @property
    def bill(self) -> str:
        return f"{self.prefix}/bills/{quote(self.key)}"

    def image_view(self, branch_id: str | None = None, serial_nos: list[str] | None = None) -> str:
        """The whole bill; with `branch_id` an entry is marked, with `serial_nos` EAS's narrowed view."""
        given = [("profile", "eas")] if serial_nos else []
        given += [("branch_id", branch_id)] if branch_id else []
        return self._with(self.bill, [*given, *(("serialNo", each) for each in serial_nos or [])])

    def location_view(self, branch_id: str, serial_no: str | None = None, page: int | None = None) -> str:
        given = [("branch_id", branch_id)]
        given += [("serialNo", serial_no)] if serial_no else []
        given += [("page", str(page))] if page and page > 1 else []
        return self._with(f"{self.bill}/location", given)

    def refresh(self) -> str:
        return self._with(f"{self.bill}/refresh", [])

    def original(self, file: File, *, download: bool = False) -> str:
        address = f"{self.prefix}/api/v1/bills/{quote(self.key)}/files/{file.file_id}"
        return f"{address}?download=1" if download else address

    def image(self, file: File, page: Page, width: int | None = None) -> str:
        """A page, turned as its file is, in a width as shown (its own where that is less or none is asked for)."""
        assert self.sign
        size = size_for(file, page, width)
        return f"{self.prefix}/i/{self.sign(file, page)}/full/{size}/{file.rotation}/default.jpg"

    def image_service(self, page: Page) -> str:
        """The page's IIIF image service; its images and its info.json lie below."""
        return f"{self.bill}/iiif/{page.page_id}"

    def manifest(self, given: list[tuple[str, str]]) -> str:
        """The IIIF manifest of a view, asked for so; it is the same in every language."""
        query = urlencode(given, quote_via=quote)
        return f"{self.bill}/iiif/manifest.json" + (f"?{query}" if query else "")

    def pending_picture(self, file: File, width: int) -> str:
        """The first page of a file that is still on its way: answering waits until it is here."""
        return f"{self.bill}/pictures/{file.file_id}/{width}.jpg"

    def _with(self, address: str, given: list[tuple[str, str]]) -> str:
        query = urlencode([*given, *([("lang", self.language)] if self.language else [])], quote_via=quote)
        return f"{address}?{query}" if query else address
