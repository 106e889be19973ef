"""The FAQ's promise where it matters: in the iframe of a bill-entry page on another origin."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Frame, FrameLocator, Page, Route, expect

from tests.browser.conftest import Demo, Watch
from viewer.gateway.sandbox.catalogue import FAQ_BRANCH_IDS
from viewer.gateway.sandbox.papers import Invoice

FAQ = "BX-2026-09-000118"
EAS = "FYBX-20260925-0037"
THREE_ENTRIES = "BX-2026-10-000204"


@pytest.fixture
def erp(page: Page, demo: Demo) -> Page:
    page.goto(f"{demo.url}/demo/erp?lang=en")
    return page


def viewer(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[name=viewer]")


def viewer_frame(page: Page) -> Frame:
    frame = page.frame("viewer")
    assert frame is not None
    return frame


def test_thumbnails_are_painted_inside_the_frame_of_another_origin(erp: Page) -> None:
    frame = viewer_frame(erp)
    expect(viewer(erp).locator("[data-serial-no]")).to_have_count(2)
    assert urlsplit(frame.url).netloc != urlsplit(erp.url).netloc
    frame.wait_for_function(
        """() => {
          const inView = [...document.querySelectorAll("img.picture")].filter(
            (image) => image.getBoundingClientRect().top < innerHeight,
          );
          return inView.length > 0 && inView.every((image) => image.complete && image.naturalWidth > 0);
        }"""
    )


@pytest.mark.parametrize("row", [0, 1])
def test_a_row_shows_its_entrys_invoice_and_no_trace_of_the_other(erp: Page, demo: Demo, row: int) -> None:
    invoices = demo.bills[FAQ].invoices
    own, other = invoices[row], invoices[1 - row]
    assert isinstance(own.paper, Invoice)
    assert isinstance(other.paper, Invoice)
    loads: list[str] = []
    erp.on("load", lambda _: loads.append("load"))
    erp.click(f"tr[data-branch-id='{FAQ_BRANCH_IDS[row]}'] a.entry")
    expect(viewer(erp).locator("main[data-view=location] [data-serial-no]")).to_have_attribute(
        "data-serial-no", own.serial_no
    )
    expect(viewer(erp).locator("main")).to_contain_text(own.paper.number)
    html = viewer_frame(erp).content()
    for trace in (other.serial_no, other.paper.number, FAQ_BRANCH_IDS[1 - row]):
        assert trace not in html
    expect(erp.locator("tr[aria-current=true]")).to_have_attribute("data-branch-id", FAQ_BRANCH_IDS[row])
    assert loads == []


def test_both_rows_obtain_the_same_userkey(erp: Page, demo: Demo) -> None:
    for branch_id in FAQ_BRANCH_IDS:
        erp.click(f"tr[data-branch-id='{branch_id}'] a.entry")
        expect(erp.locator(f"tr[data-branch-id='{branch_id}'][aria-current=true]")).to_be_visible()
        expect(erp.locator(".key code")).to_have_text(f"userkey={demo.bills[FAQ].userkey}")


def test_the_image_view_of_a_picked_entry_keeps_all_invoices_and_marks_it(erp: Page) -> None:
    erp.click(f"tr[data-branch-id='{FAQ_BRANCH_IDS[1]}'] a.entry")
    expect(viewer(erp).locator("main[data-view=location]")).to_be_visible()
    erp.click("#switch-image")
    expect(viewer(erp).locator("main[data-view=image] [data-serial-no]")).to_have_count(2)
    expect(viewer(erp).locator(".group.marked")).to_have_attribute("data-branch-id", FAQ_BRANCH_IDS[1])
    expect(erp.locator("#switch-image")).to_be_focused()


def test_an_eas_line_opens_the_image_view_narrowed_by_its_serial_numbers(page: Page, demo: Demo) -> None:
    bill = demo.bills[EAS]
    page.goto(f"{demo.url}/demo/erp?lang=en")
    page.click(f".list a:has-text('{EAS}')")
    expect(viewer(page).locator("[data-serial-no]")).to_have_count(len(bill.invoices))
    page.click("#invoices-1")
    expect(viewer(page).locator("main[data-view=image] [data-serial-no]")).to_have_count(2)
    for entry in bill.entries:
        page.click(f"tr[data-branch-id='{entry.branch_id}'] a.entry")
        expect(viewer(page).locator(f"main[data-branch-id='{entry.branch_id}']")).to_be_visible()


def test_the_page_shows_no_sideways_scrolling_on_a_narrow_screen(erp: Page) -> None:
    erp.set_viewport_size({"width": 320, "height": 700})
    assert erp.evaluate("document.documentElement.scrollWidth") <= 320
    assert viewer_frame(erp).evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_javascript_rows_and_switch_are_links(scriptless: Page, demo: Demo) -> None:
    scriptless.goto(f"{demo.url}/demo/erp?lang=en", wait_until="domcontentloaded")
    scriptless.click(f"tr[data-branch-id='{FAQ_BRANCH_IDS[1]}'] a.entry")
    shown = viewer(scriptless).locator("main[data-view=location] [data-serial-no]")
    expect(shown).to_have_attribute("data-serial-no", demo.bills[FAQ].invoices[1].serial_no)
    scriptless.click("#switch-image")
    expect(viewer(scriptless).locator("main[data-view=image] [data-serial-no]")).to_have_count(2)
    expect(viewer(scriptless).locator(".group.marked")).to_have_count(1)


def test_turning_to_the_next_invoice_marks_its_row(erp: Page) -> None:
    erp.click(f"tr[data-branch-id='{FAQ_BRANCH_IDS[0]}'] a.entry")
    expect(viewer(erp).locator(f"main[data-branch-id='{FAQ_BRANCH_IDS[0]}']")).to_be_visible()
    viewer(erp).locator("a[data-entry=next]").click()
    expect(erp.locator("tr[aria-current=true]")).to_have_attribute("data-branch-id", FAQ_BRANCH_IDS[1])
    erp.click("#switch-image")
    expect(viewer(erp).locator(".group.marked")).to_have_attribute("data-branch-id", FAQ_BRANCH_IDS[1])
    viewer(erp).locator(".sheet").press("ArrowLeft")
    expect(erp.locator("tr[aria-current=true]")).to_have_attribute("data-branch-id", FAQ_BRANCH_IDS[0])
    expect(erp.locator("#switch-image")).to_have_attribute("aria-current", "true")


def test_a_click_anywhere_on_a_row_shows_its_invoice(erp: Page, demo: Demo) -> None:
    erp.click(f"tr[data-branch-id='{FAQ_BRANCH_IDS[1]}'] td.amount")
    shown = viewer(erp).locator("main[data-view=location] [data-serial-no]")
    expect(shown).to_have_attribute("data-serial-no", demo.bills[FAQ].invoices[1].serial_no)
    assert demo.bills[FAQ].userkey not in viewer_frame(erp).url


@pytest.mark.parametrize("status", [200, 500])
def test_an_older_click_that_is_answered_last_changes_nothing(
    page: Page, demo: Demo, watch: Watch, status: int
) -> None:
    first, last = open_three_entries(page, demo)
    held: list[Route] = []
    page.route(f"**?*entry={first}*", lambda route: held.append(route))
    page.click(row(first))
    page.click(row(last))
    expect(viewer(page).locator(f"main[data-branch-id='{last}']")).to_be_visible()
    [older] = held
    with page.expect_event("requestfinished", lambda each: each == older.request):
        older.fulfill(status=status, content_type="text/html", body="<main id=older></main>")
    settled(page)
    assert_shown(page, last)
    watch.complaints.clear()  # the browser's own word on the 500


def test_the_newest_click_counts_though_the_reader_turns_the_page_before_its_answer(page: Page, demo: Demo) -> None:
    first, last = open_three_entries(page, demo)
    page.click(row(first))
    expect(viewer(page).locator(f"main[data-branch-id='{first}']")).to_be_visible()
    held: list[Route] = []
    page.route(f"**?*entry={last}*", lambda route: held.append(route))
    page.evaluate("addEventListener('entrychange', () => (window.told = true), true)")
    page.click(row(last))
    viewer(page).locator("a[data-entry=next]").click()
    page.wait_for_function("() => window.told")
    [newest] = held
    newest.continue_()
    expect(viewer(page).locator(f"main[data-branch-id='{last}']")).to_be_visible()
    settled(page)
    assert_shown(page, last)


def open_three_entries(page: Page, demo: Demo) -> tuple[str, str]:
    """Opens a bill of three entries; the first's and the last's id."""
    page.goto(f"{demo.url}/demo/erp?lang=en")
    page.click(f".list a:has-text('{THREE_ENTRIES}')")
    expect(viewer(page).locator("main[data-view=image]")).to_be_visible()
    entries = demo.bills[THREE_ENTRIES].entries
    return entries[0].branch_id, entries[2].branch_id


def row(branch_id: str) -> str:
    return f"tr[data-branch-id='{branch_id}'] a.entry"


def settled(page: Page) -> None:
    """Whatever an answer sets going has had its turn, a navigation too."""
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))")
    page.wait_for_load_state("networkidle")


def assert_shown(page: Page, branch_id: str) -> None:
    """By the marked row, by the address and in the frame."""
    assert page.locator("tr[aria-current=true]").evaluate_all("all => all.map(it => it.dataset.branchId)") == [
        branch_id
    ]
    assert parse_qs(urlsplit(page.url).query)["entry"] == [branch_id]
    expect(viewer(page).locator("main")).to_have_attribute("data-branch-id", branch_id)
