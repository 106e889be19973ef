"""Every address that a page holds, made in one place: under the path prefix, with the reader's key and language."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from viewer.domain.keys import HANDED
from viewer.domain.size import Size
from viewer.imaging import levels
from viewer.store.models import Attachment, File, Invoice, Page

SIDEWAYS = (90, 270)
STAGE_LEAST = 1200
"""Width from which on a page is sharp on the stage of a browser that knows no srcset."""
MOST_PIXELS = 16_000_000
"""Of a picture that a page asks for as a whole; what is finer comes in tiles."""


def shown_size(file: File, page: Page) -> Size:
    """A page's size as its readers see it, turned by the file's rotation."""
    return Size(page.height, page.width) if file.rotation in SIDEWAYS else Size(page.width, page.height)


def size_for(file: File, page: Page, width: int | None) -> str:
    """IIIF's size, which is meant before turning, of a page that shall be so wide as shown, at most as wide as it is."""
    shown = shown_size(file, page).width
    asked = min(width or shown, shown)
    return f",{asked}" if file.rotation in SIDEWAYS else f"{asked},"


def level_for(file: File, page: Page, *, least: int) -> Size:
    """The smallest stored size of a page (or its own) that is at least so wide as shown, or the largest."""
    found = _sizes(page)
    return next((size for size in found if _width(file, size) >= least), found[-1])


@dataclass(frozen=True)
class Addresses:
    """Addresses of one bill. `prefix` is the path below which the viewer lives ("" or "/invoices"), or its whole address."""

    prefix: str
    key: str
    carried: tuple[tuple[str, str], ...] = ()
    """What stays in every page's address: the language and the looks that were asked for."""
    sign: Callable[[File, Page], str] | None = None
    """Makes a page's signed segment; pictures have no address without it."""

    @property
    def handed(self) -> bool:
        """Whether the key isn't in the addresses: then only scripts that know it can ask for what lies there."""
        return self.key == HANDED

    @property
    def bill(self) -> str:
        return f"{self.prefix}/bills/{quote(self.key)}"

    @property
    def views(self) -> str:
        """Where the pages are; without the key in it a page can be loaded again and asks for its key."""
        return f"{self.prefix}/embed" if self.handed else self.bill

    def image_view(self, branch_id: str | None = None, serial_nos: list[str] | None = None) -> str:
        """The whole bill; with `branch_id` an entry is marked, with `serial_nos` EAS's narrowed view."""
        given = [("profile", "eas")] if serial_nos else []
        given += [("branch_id", branch_id)] if branch_id else []
        return self._with(self.views, [*given, *(("serialNo", each) for each in serial_nos or [])])

    def location_view(self, branch_id: str, serial_no: str | None = None) -> str:
        given = [("branch_id", branch_id), *([("serialNo", serial_no)] if serial_no else [])]
        return self._with(f"{self.views}/location", given)

    def neighbour(self, branch_id: str, step: str) -> str:
        """The entry before ("previous") or after ("next") this one, whose id the page is not to hold."""
        return self._with(f"{self.views}/location", [("branch_id", branch_id), ("step", step)])

    def api(self) -> str:
        return f"{self.prefix}/api/v1/bills/{quote(self.key)}"

    def search(self, given: list[tuple[str, str]]) -> str:
        """Where a view is searched that was asked for so; the query is still to be added."""
        return self._with(f"{self.api()}/search", given)

    def output(self, name: str, given: list[tuple[str, str]]) -> str:
        """A print or a bundle of a view that was asked for so."""
        return self._with(f"{self.api()}/{name}", given)

    def refresh(self) -> str:
        return self._with(f"{self.views}/refresh", [])

    def original(self, file: File, *, download: bool = False) -> str:
        address = f"{self.api()}/files/{file.file_id}"
        return f"{address}?download=1" if download else address

    def paper(self, owner: Invoice | Attachment) -> str:
        """One invoice or attachment as the image view's stage shows it."""
        if isinstance(owner, Invoice):
            return self._with(f"{self.views}/paper", [("serialNo", owner.serial_no)])
        return self._with(f"{self.views}/paper", [("attachment", owner.attachment_id)])

    def pages(self, file: File, page: Page) -> str:
        """The page's signed image service, under which a reader's browser finds its regions and sizes."""
        assert self.sign
        return f"{self.prefix}/i/{self.sign(file, page)}/"

    def image(self, file: File, page: Page, width: int | None = None) -> str:
        """A page, turned as its file is, in a width as shown (its own where that is less or none is asked for)."""
        return f"{self.pages(file, page)}full/{size_for(file, page, width)}/{file.rotation}/default.jpg"

    def level(self, file: File, page: Page, *, least: int) -> str:
        """The page in the smallest stored size that is at least so wide as shown, or the largest; turned as its file is."""
        return _level(self.pages(file, page), file, level_for(file, page, least=least))

    def levels(self, file: File, page: Page, *, least: int, most: int) -> str:
        """An `<img>`'s srcset: the stored sizes whose width as shown lies between these, or the smallest."""
        service, found = self.pages(file, page), [(_width(file, size), size) for size in _sizes(page)]
        within = [each for each in found if least <= each[0] <= most] or found[:1]
        return ", ".join(f"{_level(service, file, size)} {width}w" for width, size in within)

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
        query = urlencode([*given, *self.carried], quote_via=quote)
        return f"{address}?{query}" if query else address


def _level(service: str, file: File, size: Size) -> str:
    return f"{service}full/{size.width},/{file.rotation}/default.jpg"


def _sizes(page: Page) -> list[Size]:
    """The page's stored sizes and its own, smallest first."""
    return levels.sizes(Size(page.width, page.height), MOST_PIXELS)


def _width(file: File, size: Size) -> int:
    """As shown."""
    return size.height if file.rotation in SIDEWAYS else size.width
