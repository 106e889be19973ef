"""Every key where readers press them: in the cross-origin iframe of a bill-entry page, in both views."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Frame, Page, Route, expect

from tests.browser.conftest import Demo
from viewer.gateway.sandbox.papers import Invoice

THREE_INVOICES = "BX-2026-09-000121"
TWENTY_FOUR_PAGES = "BX-2026-10-000204"
BIG = "BX-2026-11-000300"

SHARE = """() => {
  const { viewport } = document.querySelector("invoice-stage").viewer;
  return viewport.getZoom() / viewport.getHomeZoom();
}"""
LIVE = """count => {
  const stages = [...document.querySelectorAll("invoice-stage")];
  return stages.length === count && stages.every((stage) => stage.sheet.matches(".live") && stage.viewer);
}"""


def framed(page: Page, demo: Demo, bill_no: str, entry: int | None = None) -> Frame:
    """The ERP's page with a bill in its frame, whose stage has the focus; with `entry` in that entry's location view."""
    page.goto(f"{demo.url}/demo/erp?lang=en")
    page.click(f".list a:has-text('{bill_no}')")
    inside = page.frame_locator("iframe[name=viewer]")
    expect(inside.locator(".bill-head")).to_contain_text(bill_no)
    if entry is not None:
        branch_id = demo.bills[bill_no].entries[entry].branch_id
        page.click(f"tr[data-branch-id='{branch_id}'] a.entry")
        expect(inside.locator(f"main[data-branch-id='{branch_id}']")).to_be_visible()
    inside.locator("invoice-stage .sheet").hover()
    frame = page.frame("viewer")
    assert frame
    assert urlsplit(frame.url).netloc != urlsplit(page.url).netloc
    frame.wait_for_function(LIVE, arg=1)
    inside.locator("invoice-stage .sheet").focus()
    return frame


def number_of(demo: Demo, bill_no: str, index: int) -> str:
    paper = demo.bills[bill_no].invoices[index].paper
    assert isinstance(paper, Invoice)
    return paper.number


def shown(frame: Frame, number: str) -> None:
    """Until the data beside the stage are this invoice's."""
    expect(frame.locator("aside.beside h3")).to_have_text(number)


def test_arrows_home_and_end_go_through_the_whole_bill_in_the_image_view(page: Page, demo: Demo) -> None:
    frame = framed(page, demo, THREE_INVOICES)
    for key, index in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("Home", 0)):
        page.keyboard.press(key)
        shown(frame, number_of(demo, THREE_INVOICES, index))
    page.keyboard.press("End")
    expect(frame.locator(".card").last).to_have_attribute("aria-current", "true")


def test_arrows_home_and_end_go_through_the_entrys_own_invoices_in_the_location_view(page: Page, demo: Demo) -> None:
    frame = framed(page, demo, THREE_INVOICES, entry=0)
    for key, index in (("ArrowRight", 1), ("End", 2), ("ArrowLeft", 1), ("Home", 0), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        shown(frame, number_of(demo, THREE_INVOICES, index))
        expect(frame.locator(".pager .position")).to_have_text(f"{index + 1} / 3")
    other = demo.bills[THREE_INVOICES].invoices[3].serial_no
    assert other not in frame.content()


@pytest.mark.parametrize("entry", [None, 1], ids=["image view", "location view"])
def test_up_down_and_the_page_keys_turn_pages(page: Page, demo: Demo, entry: int | None) -> None:
    frame = framed(page, demo, TWENTY_FOUR_PAGES, entry)
    if entry is None:
        page.keyboard.press("ArrowRight")
        shown(frame, number_of(demo, TWENTY_FOUR_PAGES, 1))
    position = frame.locator("invoice-stage .strip:not([hidden]) .position")
    expect(position).to_have_text("1 / 24")
    top = page.evaluate("scrollY")
    for key, number in (("ArrowDown", 2), ("PageDown", 3), ("ArrowUp", 2), ("PageUp", 1)):
        page.keyboard.press(key)
        expect(position).to_have_text(f"{number} / 24")
    assert page.evaluate("scrollY") == top, "the host stays where it is"


@pytest.mark.parametrize("entry", [None, 0], ids=["image view", "location view"])
def test_plus_minus_nought_and_one_zoom(page: Page, demo: Demo, entry: int | None) -> None:
    frame = framed(page, demo, THREE_INVOICES, entry)
    page.keyboard.press("+")
    frame.wait_for_function(f"() => Math.abs(({SHARE})() - 1.4) < 0.01")
    page.keyboard.press("-")
    frame.wait_for_function(f"() => Math.abs(({SHARE})() - 1) < 0.01")
    page.keyboard.press("1")
    frame.wait_for_function(
        """() => {
          const { viewport } = document.querySelector("invoice-stage").viewer;
          return Math.abs(viewport.viewportToImageZoom(viewport.getZoom()) * devicePixelRatio - 1) < 0.01;
        }"""
    )
    page.keyboard.press("0")
    frame.wait_for_function(f"() => Math.abs(({SHARE})() - 1) < 0.01")


@pytest.mark.parametrize("entry", [None, 0], ids=["image view", "location view"])
def test_r_turns_to_the_right_and_its_capital_to_the_left(page: Page, demo: Demo, entry: int | None) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.post_data or "")
        route.fulfill(json={})

    page.route("**/rotation", answer)
    frame = framed(page, demo, THREE_INVOICES, entry)
    for key, degrees in (("r", 90), ("R", 0), ("R", 270), ("r", 0)):
        with page.expect_response("**/rotation"):
            page.keyboard.press(key)
        assert asked[-1] == f'{{"rotation":{degrees}}}'
    assert frame.evaluate("document.querySelector('invoice-stage').page.rotation") == 0


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("entry", [None, 0], ids=["image view", "location view"])
def test_f_fills_the_screen_or_says_what_the_frame_lacks(
    page: Page, demo: Demo, entry: int | None, *, allowed: bool
) -> None:
    frame = framed(page, demo, THREE_INVOICES, entry)
    if not allowed:
        frame.evaluate("Object.defineProperty(document, 'fullscreenEnabled', { value: false })")
    page.keyboard.press("f")
    if allowed:
        frame.wait_for_function("() => Boolean(document.fullscreenElement)")
        page.keyboard.press("f")
        frame.wait_for_function("() => !document.fullscreenElement")
    else:
        expect(frame.locator("#announcement.seen")).to_contain_text('allow="fullscreen"')


def test_g_changes_the_view_and_keeps_the_invoice(page: Page, demo: Demo) -> None:
    frame = framed(page, demo, THREE_INVOICES)
    page.keyboard.press("ArrowRight")
    shown(frame, number_of(demo, THREE_INVOICES, 1))
    page.keyboard.press("g")
    expect(frame.locator("main[data-view=location]")).to_be_visible()
    shown(frame, number_of(demo, THREE_INVOICES, 1))
    page.keyboard.press("g")
    expect(frame.locator("main[data-view=image]")).to_be_visible()


@pytest.mark.parametrize("entry", [None, 0], ids=["image view", "location view"])
def test_slash_searches_and_what_is_typed_there_does_nothing_else(page: Page, demo: Demo, entry: int | None) -> None:
    frame = framed(page, demo, THREE_INVOICES, entry)
    page.keyboard.press("/")
    box = frame.locator("#search")
    expect(box).to_be_focused()
    page.keyboard.type("rcgf?/10+-pd")
    expect(box).to_have_value("rcgf?/10+-pd")
    expect(frame.locator("#help")).to_be_hidden()
    expect(frame.locator("invoice-stage")).to_have_count(1)
    assert frame.evaluate("document.querySelector('invoice-stage').page.rotation") == 0
    page.keyboard.press("Control+a")
    page.keyboard.type(number_of(demo, THREE_INVOICES, 0))
    page.keyboard.press("Enter")
    frame.wait_for_function("() => document.querySelectorAll('.sheet.live .marks .hit').length > 0")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    expect(box).not_to_be_focused()


@pytest.mark.parametrize("entry", [None, 0], ids=["image view", "location view"])
def test_p_offers_the_print_and_d_the_download(page: Page, demo: Demo, entry: int | None) -> None:
    frame = framed(page, demo, THREE_INVOICES, entry)
    dialog, kind = frame.locator("#output"), frame.locator("#output input[name=kind]:checked")
    page.keyboard.press("p")
    expect(dialog).to_be_visible()
    expect(kind).to_have_value("print")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("d")
    expect(kind).to_have_value("pdf")
    frame.locator("#output input[value=original]").check()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    wanted = frame.locator("aside.beside .files a[download]").first.get_attribute("title")
    assert download.value.suggested_filename == wanted


@pytest.mark.parametrize("entry", [None, 0], ids=["image view", "location view"])
def test_c_compares_arrows_change_the_right_side_and_escape_ends_it(page: Page, demo: Demo, entry: int | None) -> None:
    frame = framed(page, demo, THREE_INVOICES, entry)
    page.keyboard.press("c")
    frame.wait_for_function(LIVE, arg=2)
    left, right = frame.locator(".pair .who").all()
    expect(right).to_contain_text(number_of(demo, THREE_INVOICES, 1))
    page.keyboard.press("ArrowRight")
    expect(right).to_contain_text(number_of(demo, THREE_INVOICES, 2))
    expect(left).to_contain_text(number_of(demo, THREE_INVOICES, 0))
    page.keyboard.press("+")
    frame.wait_for_function(
        """() => [...document.querySelectorAll("invoice-stage")].every(({ viewer }) =>
          viewer && Math.abs(viewer.viewport.getZoom(true) / viewer.viewport.getHomeZoom() - 1.4) < 0.01)"""
    )
    page.keyboard.press("l")
    expect(frame.locator("[data-do=link]")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(frame.locator("invoice-stage")).to_have_count(1)
    shown(frame, number_of(demo, THREE_INVOICES, 0))


@pytest.mark.parametrize("entry", [None, 0], ids=["image view", "location view"])
def test_a_question_mark_tells_the_keys_and_no_key_acts_behind_them(page: Page, demo: Demo, entry: int | None) -> None:
    frame = framed(page, demo, THREE_INVOICES, entry)
    page.keyboard.press("?")
    expect(frame.locator("#help")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    shown(frame, number_of(demo, THREE_INVOICES, 0))
    expect(frame.locator("invoice-stage")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(frame.locator("#help")).to_be_hidden()


def test_escape_closes_the_stage_over_the_list_of_a_narrow_frame(page: Page, demo: Demo) -> None:
    page.set_viewport_size({"width": 700, "height": 900})
    page.goto(f"{demo.url}/demo/erp?lang=en")
    inside = page.frame_locator("iframe[name=viewer]")
    inside.locator(".card a[data-open]").first.click()
    expect(inside.locator("invoice-stage .sheet")).to_be_focused()
    page.keyboard.press("Escape")
    expect(inside.locator("invoice-stage")).to_be_hidden()
    expect(inside.locator("section.list")).to_be_visible()


@pytest.mark.parametrize("key", ["Control+ArrowRight", "Alt+c", "Control+p", "Meta+r", "Control+g"])
def test_a_key_with_a_modifier_is_the_hosts_or_the_browsers(page: Page, demo: Demo, key: str) -> None:
    frame = framed(page, demo, THREE_INVOICES)
    frame.evaluate(
        """() => {
          window.print = () => { window.printed = true; };
          window.taken = [];
          addEventListener("keydown", (event) => window.taken.push(event.defaultPrevented));
          addEventListener("keydown", (event) => event.preventDefault());
        }"""
    )
    page.keyboard.press(key)
    assert True not in frame.evaluate("window.taken")
    assert not frame.evaluate("Boolean(window.printed)")
    expect(frame.locator("main[data-view=image]")).to_be_visible()
    expect(frame.locator("invoice-stage")).to_have_count(1)
    shown(frame, number_of(demo, THREE_INVOICES, 0))


def test_what_is_typed_in_the_host_stays_there_and_the_viewers_keys_dont_reach_it(page: Page, demo: Demo) -> None:
    frame = framed(page, demo, THREE_INVOICES)
    page.evaluate(
        """() => {
          window.heard = [];
          addEventListener("keydown", (event) => window.heard.push(event.key));
          const field = document.createElement("input");
          field.id = "field";
          document.querySelector("main").prepend(field);
        }"""
    )
    page.keyboard.press("ArrowRight")
    shown(frame, number_of(demo, THREE_INVOICES, 1))
    assert page.evaluate("window.heard") == []
    page.focus("#field")
    page.keyboard.type("rcg/?+0")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#field")).to_have_value("rcg/?+0")
    shown(frame, number_of(demo, THREE_INVOICES, 1))
    expect(frame.locator("invoice-stage")).to_have_count(1)


def test_arrows_in_a_choice_of_the_list_change_the_choice(page: Page, demo: Demo) -> None:
    frame = framed(page, demo, THREE_INVOICES)
    frame.click(".narrow summary")
    frame.focus("select[name=sort]")
    page.keyboard.press("ArrowDown")
    expect(frame.locator("select[name=sort]")).to_have_value("most")
    shown(frame, number_of(demo, THREE_INVOICES, 0))


OUT_OF_SIGHT = """() => {
  document.querySelector("#bill").style.display = "none";
  document.body.style.paddingTop = "500px";
  scrollTo(0, 0);
}"""


def test_the_host_is_never_scrolled_by_pages_that_come_into_view(page: Page, demo: Demo) -> None:
    frame = framed(page, demo, TWENTY_FOUR_PAGES)
    page.evaluate(OUT_OF_SIGHT)
    page.keyboard.press("ArrowRight")
    shown(frame, number_of(demo, TWENTY_FOUR_PAGES, 1))
    page.keyboard.press("ArrowDown")
    expect(frame.locator("invoice-stage .strip:not([hidden]) .position")).to_have_text("2 / 24")
    assert page.evaluate("scrollY") == 0


def test_the_host_is_never_scrolled_by_an_entry_that_comes_into_view(page: Page, demo: Demo) -> None:
    framed(page, demo, BIG)
    page.evaluate(OUT_OF_SIGHT)
    branch_id = demo.bills[BIG].entries[40].branch_id
    page.evaluate("id => document.querySelector('bill-viewer').showEntry(id, 'image')", branch_id)
    inside = page.frame_locator("iframe[name=viewer]")
    expect(inside.locator(".group.marked")).to_have_attribute("data-branch-id", branch_id)
    marked = page.frame("viewer")
    assert marked
    marked.wait_for_function(
        """() => {
          const [list, group] = [".list", ".group.marked"].map((name) => document.querySelector(name).getBoundingClientRect());
          return Math.abs(group.top - list.top) < 2;
        }"""
    )
    assert page.evaluate("scrollY") == 0
