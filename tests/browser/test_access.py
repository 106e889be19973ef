"""Every page in every state for every reader: axe finds nothing, and nothing comes from another host."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.bills import new_bill
from tests.browser.conftest import Demo, Watch
from tests.browser.looks import violations
from tests.installations import installed
from tests.sandboxes import serving
from viewer.gateway.sandbox.state import State

LIST = "/m4/fpzs/expense/invoices/query"
FAQ, SEVERAL, SPLIT = "BX-2026-09-000118", "BX-2026-09-000121", "BX-2026-09-000090"
PAGES, FAILING, PASTED, BIG = "BX-2026-10-000204", "BX-2026-10-000187", "BX-2026-10-000233", "BX-2026-11-000300"
EAS = "FYBX-20260925-0037"


Look = tuple[Literal["light", "dark", "forced"], int]
LOOKS: dict[str, tuple[Look, ...]] = {
    "zh-CN": (("light", 390), ("dark", 1280), ("forced", 2560)),
    "en": (("light", 1280), ("dark", 2560), ("forced", 390)),
}
"""Language → the colours and the width in which a reader of it sees each page."""


@dataclass(frozen=True)
class Places:
    """Addresses without their language."""

    demo: Demo
    odd: str
    stale: str
    empty: str

    def bill(self, bill_no: str) -> str:
        return f"{self.demo.url}/bills/{self.demo.bills[bill_no].userkey}?"

    def marked(self, bill_no: str, branch_id: str) -> str:
        return f"{self.bill(bill_no)}branch_id={branch_id}&"

    def entry(self, bill_no: str, entry: int) -> str:
        branch_id = self.demo.bills[bill_no].entries[entry].branch_id
        return self.marked(bill_no, branch_id).replace("?", "/location?")


STATES: dict[str, Callable[[Places], str]] = {
    "look-up": lambda at: f"{at.demo.url}/?",
    "look-up with a problem": lambda at: f"{at.demo.url}/?userkey=nothing&",
    "image view": lambda at: at.bill(SEVERAL),
    "image view, many pages": lambda at: at.bill(PAGES),
    "image view, files that fail": lambda at: at.bill(FAILING),
    "image view, pasted sheet": lambda at: at.bill(PASTED),
    "image view, an invoice on two entries": lambda at: at.bill(SPLIT),
    "image view, an entry marked": lambda at: at.marked(FAQ, at.demo.bills[FAQ].entries[0].branch_id),
    "image view, an entry that isn't there": lambda at: at.marked(FAQ, "nothing"),
    "image view, narrowed": lambda at: (
        f"{at.bill(EAS)}profile=eas&serialNo={at.demo.bills[EAS].invoices[0].serial_no}&"
    ),
    "location view": lambda at: at.entry(FAQ, 0),
    "location view, one of several": lambda at: at.entry(SEVERAL, 0),
    "location view, many pages": lambda at: at.entry(PAGES, 1),
    "location view, a file that fails": lambda at: at.entry(FAILING, 0),
    "location view, no invoice": lambda at: at.entry(SEVERAL, 1),
    "no such address": lambda at: f"{at.demo.url}/nothing?",
    "no such entry": lambda at: at.entry(FAQ, 0).replace("branch_id=", "branch_id=X"),
    "no entry asked for": lambda at: at.bill(FAQ).replace("?", "/location?"),
    "stale bill": lambda at: f"{at.odd}/bills/{at.stale}?",
    "bill without invoice": lambda at: f"{at.odd}/bills/{at.empty}?",
}


@pytest.fixture(scope="module")
def places(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """The demo, and an installation whose cloud has fallen silent."""
    folder = tmp_path_factory.mktemp("odd")
    cloud_state, stale = State(folder / "sandbox.sqlite3"), new_bill(1, 1)
    with serving(cloud_state) as cloud, installed(folder, cloud=cloud.url) as site:
        cloud_state.put_bill(stale)
        site.whole(stale.userkey)
        empty = site.archive.bills.register(bill_id="EMPTY", bill_no="BX-EMPTY", branch_id=None)
        site.whole(empty)
        cloud_state.faults.add(LIST, "errcode", "1101 no")
        site.expire(stale.userkey)
        yield Places(demo, site.url, stale.userkey, empty)


@pytest.fixture(params=LOOKS)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def seen(page: Page, watch: Watch) -> Iterator[Page]:
    """A page that may be an error's: the browser's own note of its status is no complaint."""
    yield page
    watch.complaints[:] = [each for each in watch.complaints if "Failed to load resource" not in each]


def in_every_look(page: Page, language: str) -> list[str]:
    """What axe finds in the looks of this language."""
    assert page.get_attribute("html", "lang") == language
    found = []
    for colours, width in LOOKS[language]:
        page.emulate_media(
            color_scheme="dark" if colours == "dark" else "light",
            forced_colors="active" if colours == "forced" else "none",
        )
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{colours} {width}: {each}" for each in violations(page)]
    return found


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(seen: Page, places: Places, state: str, language: str) -> None:
    seen.goto(f"{STATES[state](places)}lang={language}")
    assert in_every_look(seen, language) == []


def test_axe_finds_nothing_on_a_live_stage(page: Page, places: Places, language: str) -> None:
    page.goto(f"{places.bill(PAGES)}lang={language}")
    page.click(f"[data-serial-no='{places.demo.bills[PAGES].invoices[1].serial_no}'] h3 [data-open]")
    page.keyboard.press("+")
    expect(page.locator(".sheet.live")).to_be_visible()
    page.click("[data-do=adjust]")
    assert in_every_look(page, language) == []


def test_axe_finds_nothing_in_a_searched_location_view(page: Page, places: Places, language: str) -> None:
    page.goto(f"{places.entry(SEVERAL, 0)}lang={language}")
    page.fill("#search", "杭州")
    expect(page.locator(".hits > li")).to_have_count(3)
    assert in_every_look(page, language) == []


def test_axe_finds_nothing_beside_a_compared_invoice(page: Page, places: Places, language: str) -> None:
    page.goto(f"{places.bill(SEVERAL)}lang={language}")
    page.keyboard.press("c")
    expect(page.locator(".sheet.live")).to_have_count(2)
    assert in_every_look(page, language) == []


def test_axe_finds_nothing_in_the_list_of_keys(page: Page, places: Places, language: str) -> None:
    page.goto(f"{places.bill(PAGES)}lang={language}")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert in_every_look(page, language) == []


def test_axe_finds_nothing_in_the_grid(page: Page, places: Places, language: str) -> None:
    page.goto(f"{places.bill(SEVERAL)}lang={language}")
    page.click("[data-layout-to=grid]")
    assert in_every_look(page, language) == []


def test_axe_finds_nothing_on_a_bill_of_two_hundred_invoices(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(BIG))
    assert violations(page) == []


def test_axe_tells_of_what_is_wrong(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/?lang=en")
    page.evaluate("document.querySelector('label').remove()")
    assert violations(page) == ["label: ['#userkey']"]
