"""The dialog for print and download, in a real browser: what it asks for, shows, prints, saves and breaks off."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pikepdf
import pytest
from flask import Flask
from playwright.sync_api import Browser, Download, Frame, Page, Request, Route, expect

from tests.bills import new_bill
from tests.browser.conftest import STEP
from tests.browser.looks import violations
from tests.installations import Installation, installed
from tests.sandboxes import serving
from viewer.gateway.sandbox.server import serve_in_thread
from viewer.gateway.sandbox.state import State

BILL = new_bill(2, 1)
PATIENCE = 60_000
"""Milliseconds in which even a busy machine has prepared three invoices."""
PRINTS = "window.print = () => { (window.top.printed = window.top.printed || []).push(document.contentType); };"


@dataclass
class Output:
    """A page with the dialog, and what it asked the server for."""

    page: Page
    frame: Page | Frame
    asked: list[Request] = field(default_factory=list)

    def open(self, key: str) -> None:
        self.frame.locator("main").first.press(key)
        expect(self.frame.get_by_role("dialog")).to_be_visible()

    def previewed(self) -> None:
        expect(self.frame.locator(".sheet-preview[aria-busy=false] img")).to_be_visible(timeout=PATIENCE)
        expect(self.frame.locator(".sheet-preview img")).not_to_have_js_property("naturalWidth", 0)

    def queries(self, path: str) -> list[dict[str, list[str]]]:
        """Of the requests for this file, as they came."""
        return [parse_qs(urlsplit(each.url).query) for each in self.asked if urlsplit(each.url).path.endswith(path)]

    def saved(self, button: str) -> Download:
        with self.page.expect_download(timeout=PATIENCE) as download:
            self.frame.get_by_role("button", name=button, exact=True).click()
        return download.value


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("output")
    state = State(folder / "sandbox.sqlite3")
    state.put_bill(BILL)
    with serving(state) as cloud, installed(folder / "site", cloud=cloud.url, frame_ancestors="*") as found:
        found.whole(BILL.userkey)
        yield found


@pytest.fixture
def opened(browser: Browser, site: Installation) -> Iterator[Callable[..., Output]]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(STEP)
    context.add_init_script(PRINTS)

    def open_page(path: str = "?lang=en") -> Output:
        page = context.new_page()
        shown = Output(page, page)
        page.on("request", lambda each: shown.asked.append(each))
        page.goto(f"{site.url}/bills/{BILL.userkey}{path}")
        return shown

    yield open_page
    context.close()


def serial(number: int) -> str:
    return BILL.invoices[number].serial_no


def pages(path: Path) -> int:
    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


def test_the_preview_is_the_print_and_follows_every_choice(opened: Callable[..., Output]) -> None:
    shown = opened()
    shown.open("p")
    shown.previewed()
    expect(shown.page.locator(".turning .position")).to_have_text("1 / 3")
    shown.page.get_by_role("button", name="Next sheet").click()
    expect(shown.page.locator(".preview img")).to_have_attribute("alt", "Sheet 2 of 3", timeout=PATIENCE)
    shown.page.get_by_label("Two, with a cut line").check()
    expect(shown.page.locator(".preview img")).to_have_attribute("alt", "Sheet 1 of 2", timeout=PATIENCE)
    shown.page.get_by_label("Paper").select_option("240x140")
    shown.page.get_by_label("Binding margin, mm").fill("20")
    shown.page.get_by_label("Binding edge").select_option("top")
    shown.page.get_by_label("In greyscale").check()
    with shown.page.expect_response(lambda each: "/print.pdf/pages/" in each.url, timeout=PATIENCE):
        shown.page.get_by_label("Bill number and page index below").uncheck()
    shown.previewed()
    last = shown.queries("/print.pdf/pages/1")[-1]
    wanted = {"layout": "2up", "paper": "240x140", "binding": "20", "edge": "top", "grey": "1", "footer": "0"}
    assert {name: last[name] for name in wanted} == {name: [value] for name, value in wanted.items()}


def test_printing_hands_the_servers_pdf_to_the_browser(opened: Callable[..., Output]) -> None:
    shown = opened()
    shown.open("p")
    shown.previewed()
    shown.page.get_by_role("button", name="Print", exact=True).click()
    expect(shown.page.locator(".state")).to_have_text("Handed to the browser for printing.", timeout=PATIENCE)
    assert shown.page.evaluate("printed") == ["application/pdf"]


def test_a_print_can_be_saved(opened: Callable[..., Output], tmp_path: Path) -> None:
    shown = opened()
    shown.open("p")
    shown.page.get_by_label("Four (train tickets)").check()
    shown.previewed()
    download = shown.saved("Save as PDF")
    assert download.suggested_filename.endswith(".pdf")
    download.save_as(tmp_path / "print.pdf")
    assert pages(tmp_path / "print.pdf") == 1


@pytest.mark.parametrize(
    ("choice", "query"),
    [
        ("The whole bill", {}),
        ("This one", {"invoice": [serial(0)]}),
        ("Entry 2", {"entry": [BILL.entries[1].branch_id]}),
    ],
)
def test_what_is_chosen_is_what_is_asked_for(
    opened: Callable[..., Output], choice: str, query: dict[str, list[str]]
) -> None:
    shown = opened()
    shown.open("p")
    options = shown.page.get_by_label("What").locator("option")
    name = next(text for text in options.all_inner_texts() if text.startswith(choice))
    shown.page.get_by_label("What").select_option(label=name)
    shown.previewed()
    last = shown.queries("/print.pdf/pages/1")[-1]
    assert {key: last[key] for key in ("invoice", "entry") if key in last} == query


def test_single_invoices_can_be_ticked(opened: Callable[..., Output]) -> None:
    shown = opened()
    shown.open("p")
    shown.page.get_by_label("What").select_option("chosen")
    boxes = shown.page.locator(".chosen input")
    expect(boxes).to_have_count(3)
    boxes.nth(0).uncheck()
    expect(shown.page.locator(".state")).to_have_text("Nothing is chosen yet.")
    boxes.nth(0).check()
    boxes.nth(2).check()
    expect(shown.page.locator(".turning .position")).to_have_text("1 / 2", timeout=PATIENCE)
    assert shown.queries("/print.pdf/pages/1")[-1]["invoice"] == [serial(0), serial(2)]


def test_a_location_view_prints_its_one_invoice(opened: Callable[..., Output]) -> None:
    shown = opened(f"/location?branch_id={BILL.entries[0].branch_id}&serialNo={serial(1)}&lang=en")
    shown.open("p")
    expect(shown.page.get_by_label("What")).to_be_hidden()
    shown.previewed()
    expect(shown.page.locator(".turning .position")).to_have_text("1 / 1")
    last = shown.queries("/print.pdf/pages/1")[-1]
    assert (last["view"], last["serialNo"]) == (["location"], [serial(1)])


def test_the_bundle_is_one_pdf_with_its_cover(opened: Callable[..., Output], tmp_path: Path) -> None:
    shown = opened()
    shown.open("d")
    shown.page.get_by_label("One PDF").check()
    shown.saved("Download").save_as(tmp_path / "bundle.pdf")
    assert pages(tmp_path / "bundle.pdf") == 4
    expect(shown.page.locator(".state")).to_contain_text("Handed to the browser's downloads")
    shown.page.get_by_label("With a cover").uncheck()
    shown.saved("Download").save_as(tmp_path / "bare.pdf")
    assert pages(tmp_path / "bare.pdf") == 3


def test_the_originals_come_as_a_zip_or_one_alone(opened: Callable[..., Output], tmp_path: Path) -> None:
    shown = opened()
    shown.open("d")
    shown.page.get_by_label("ZIP of the originals").check()
    shown.saved("Download").save_as(tmp_path / "bundle.zip")
    names = zipfile.ZipFile(io.BytesIO((tmp_path / "bundle.zip").read_bytes())).namelist()
    assert "index.csv" in names
    assert len(names) == 4
    shown.page.get_by_label("This invoice's original").check()
    shown.saved("Download").save_as(tmp_path / "original.pdf")
    assert (tmp_path / "original.pdf").read_bytes().startswith(b"%PDF")


def test_what_the_reader_set_is_remembered(opened: Callable[..., Output]) -> None:
    shown = opened()
    shown.open("p")
    shown.page.get_by_label("Two, with a cut line").check()
    shown.page.get_by_label("Binding margin, mm").fill("15")
    shown.page.get_by_label("In greyscale").check()
    again = opened()
    again.open("p")
    expect(again.page.get_by_label("Two, with a cut line")).to_be_checked()
    expect(again.page.get_by_label("Binding margin, mm")).to_have_value("15")
    expect(again.page.get_by_label("In greyscale")).to_be_checked()


def hold_back(shown: Output, path: str) -> list[Route]:
    """Requests for this file stay unanswered."""
    held: list[Route] = []
    shown.page.route(f"**/{path}?**", lambda route: held.append(route))
    return held


def test_cancelling_breaks_the_fetching_off(opened: Callable[..., Output]) -> None:
    shown = opened()
    hold_back(shown, "bundle.pdf")
    shown.open("d")
    shown.page.get_by_label("One PDF").check()
    with shown.page.expect_event("requestfailed", lambda each: "/bundle.pdf?" in each.url, timeout=PATIENCE):
        shown.page.get_by_role("button", name="Download", exact=True).click()
        expect(shown.page.get_by_role("progressbar")).to_be_visible()
        shown.page.wait_for_function(
            "() => performance.getEntriesByType('resource').some((each) => each.name.includes('/bundle.pdf/progress'))"
        )
        shown.page.get_by_role("button", name="Cancel").click()
        expect(shown.page.locator(".state")).to_have_text("Cancelled.")
        shown.page.unroute_all(behavior="ignoreErrors")
        shown.page.get_by_role("button", name="Download", exact=True).click()
        hold_back(shown, "bundle.pdf")
        shown.page.keyboard.press("Escape")
    expect(shown.page.get_by_role("dialog")).to_be_hidden()


def test_progress_is_told_while_the_server_prepares(opened: Callable[..., Output]) -> None:
    shown = opened()
    told = {"total": 213, "done": 120, "pending": 4, "failed": 0, "ready": False, "pages": None}
    shown.page.route("**/bundle.pdf/progress?**", lambda route: route.fulfill(json=told))
    shown.open("d")
    shown.page.get_by_label("One PDF").check()
    shown.page.get_by_role("button", name="Download", exact=True).click()
    expect(shown.page.locator(".state")).to_have_text("Preparing: 120 of 213 files; 4 are still on their way")
    expect(shown.page.get_by_role("progressbar")).to_have_js_property("value", 120)


def test_an_error_is_told_in_the_servers_words(opened: Callable[..., Output]) -> None:
    shown = opened()
    problem = {"type": "about:blank", "title": "X", "status": 404, "detail": "It is gone.", "code": "unknown_file"}
    shown.page.route("**/print.pdf/progress?**", lambda route: route.fulfill(status=404, json=problem))
    shown.open("p")
    expect(shown.page.locator(".state")).to_have_text("It is gone.")


def test_where_a_sandbox_forbids_pdfs_the_print_is_saved_and_the_reader_told(
    opened: Callable[..., Output], site: Installation, tmp_path: Path
) -> None:
    host = Flask("host")
    allowed = "allow-scripts allow-same-origin allow-downloads allow-modals"
    address = f"{site.url}/bills/{BILL.userkey}?lang=en"
    page_around = (
        f'<!doctype html><title>ERP</title><iframe src="{address}" sandbox="{allowed}" width="1200" height="850">'
    )
    host.add_url_rule("/", view_func=lambda: page_around)
    with serve_in_thread(host) as served:
        page = opened().page
        page.goto(served.url)
        framed = Output(page, page.frames[1])
        framed.open("p")
        framed.previewed()
        framed.saved("Print").save_as(tmp_path / "print.pdf")
        expect(framed.frame.locator(".state")).to_contain_text("allows no printing here")
    assert pages(tmp_path / "print.pdf") == 3


def test_a_link_that_allows_less_offers_less(opened: Callable[..., Output]) -> None:
    shown = opened()
    shown.page.evaluate("document.getElementById('view').dataset.actions = 'view download'")
    shown.page.locator("main").first.press("p")
    expect(shown.page.get_by_role("dialog")).to_be_hidden()
    expect(shown.page.locator("#announcement")).to_have_text("This link doesn't allow that.")
    shown.open("d")
    expect(shown.page.get_by_label("One PDF")).to_be_visible()
    expect(shown.page.get_by_label("ZIP of the originals")).to_be_hidden()


def test_everything_works_by_keyboard_alone(opened: Callable[..., Output]) -> None:
    shown = opened()
    shown.open("p")
    expect(shown.page.get_by_role("radio", name="Print")).to_be_focused()
    shown.page.keyboard.press("ArrowDown")
    expect(shown.page.get_by_role("radio", name="One PDF")).to_be_checked()
    with shown.page.expect_download(timeout=PATIENCE):
        shown.page.keyboard.press("Enter")
    shown.page.keyboard.press("Escape")
    expect(shown.page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_axe_finds_nothing_and_nothing_sticks_out(opened: Callable[..., Output], language: str, theme: str) -> None:
    shown = opened(f"?lang={language}&theme={theme}")
    shown.open("p")
    shown.previewed()
    shown.page.locator("select[name=what]").select_option("chosen")
    for width in (1280, 320):
        shown.page.set_viewport_size({"width": width, "height": 800})
        assert violations(shown.page) == []
        assert shown.page.evaluate("(it => it.scrollWidth - it.clientWidth)(document.getElementById('output'))") <= 0
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("key", ["p", "d"])
def test_the_dialog_stands_in_the_middle_of_the_window(opened: Callable[..., Output], key: str) -> None:
    shown = opened()
    shown.open(key)
    above, below = shown.page.get_by_role("dialog").evaluate(
        "it => [it.getBoundingClientRect().top, innerHeight - it.getBoundingClientRect().bottom]"
    )
    assert above == pytest.approx(below, abs=1)
    assert above > 10


def test_without_scripts_print_and_download_are_links(scriptless: Page, site: Installation) -> None:
    scriptless.goto(f"{site.url}/bills/{BILL.userkey}?lang=en")
    link = scriptless.locator("a[data-output=download]").get_attribute("href")
    answer = scriptless.request.get(f"{site.url}{link}", timeout=PATIENCE)
    assert answer.body().startswith(b"%PDF")
