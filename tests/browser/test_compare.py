"""Two pages beside each other, in a real browser."""

import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Demo, Watch
from viewer.gateway.sandbox.papers import Invoice

THREE_INVOICES = "BX-2026-09-000121"
SEVERAL_FILES = "BX-2026-10-000204"

LIVE = """() => {
  const stages = [...document.querySelectorAll("invoice-stage")];
  return stages.length === 2 && stages.every((stage) => stage.sheet.matches(".live") && stage.viewer);
}"""
ZOOMS = """() => [...document.querySelectorAll("invoice-stage")].map(
  ({ viewer: { viewport } }) => Math.round((100 * viewport.getZoom(true)) / viewport.getHomeZoom()))"""


def number_of(demo: Demo, bill_no: str, index: int) -> str:
    paper = demo.bills[bill_no].invoices[index].paper
    assert isinstance(paper, Invoice)
    return paper.number


def await_zooms(page: Page, left: int, right: int) -> None:
    """Until both are enlarged by so many per cent of the fitted page, or nearly so."""
    page.wait_for_function(
        f"wanted => ({ZOOMS})().every((zoom, index) => Math.abs(zoom - wanted[index]) < 2)", arg=[left, right]
    )


@pytest.fixture
def comparing(page: Page, demo: Demo) -> Page:
    """The image view of three invoices, the first and the second compared."""
    page.goto(demo.image_view(THREE_INVOICES))
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    page.keyboard.press("c")
    page.wait_for_function(LIVE)
    return page


def test_comparing_begins_and_ends_although_the_picture_is_just_being_opened(page: Page, demo: Demo) -> None:
    """The moment between making its viewer and its first page, which a mouse over the picture brings about."""
    page.goto(demo.image_view(THREE_INVOICES))
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    press = """async (how) => {
      const stage = document.querySelector("invoice-stage");
      const made = new Promise((resolve) => new MutationObserver(() => {
        if (stage.viewer) resolve();
      }).observe(stage.sheet, { childList: true }));
      if (how === "anew") stage.sleep();
      void stage.live();
      await made;
      const open = stage.viewer.world.getItemCount();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "c", bubbles: true, cancelable: true }));
      return open;
    }"""
    assert page.evaluate(press, "first") == 0
    page.wait_for_function(LIVE)
    page.keyboard.press("+")
    await_zooms(page, 140, 140)
    assert page.evaluate(press, "anew") == 0
    expect(page.locator("invoice-stage")).to_have_count(1)
    page.wait_for_function(f"() => Math.abs(({ZOOMS})()[0] - 140) < 3")


def test_the_next_invoice_comes_beside_the_one_shown(comparing: Page, demo: Demo) -> None:
    left, right = comparing.locator(".pair .who").all()
    expect(left).to_contain_text(number_of(demo, THREE_INVOICES, 0))
    expect(right).to_contain_text(number_of(demo, THREE_INVOICES, 1))
    expect(comparing.locator("aside.beside")).to_be_hidden()
    expect(comparing.locator(".tools [data-do=compare]")).to_have_attribute("aria-pressed", "true")
    boxes = [sheet.bounding_box() for sheet in comparing.locator(".pair .sheet").all()]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["x"] < boxes[1]["x"]
    assert boxes[0]["y"] == boxes[1]["y"]


def test_what_is_picked_goes_to_the_right_and_the_left_one_remains(comparing: Page, demo: Demo) -> None:
    serial_nos = [invoice.serial_no for invoice in demo.bills[THREE_INVOICES].invoices]
    left, right = comparing.locator(".pair .who").all()
    comparing.keyboard.press("ArrowRight")
    expect(right).to_contain_text(number_of(demo, THREE_INVOICES, 2))
    comparing.click(f".card[data-serial-no='{serial_nos[1]}'] a[data-open]")
    expect(right).to_contain_text(number_of(demo, THREE_INVOICES, 1))
    expect(left).to_contain_text(number_of(demo, THREE_INVOICES, 0))
    comparing.keyboard.press("Escape")
    expect(comparing.locator("invoice-stage")).to_have_count(1)
    expect(comparing.locator("aside.beside")).to_contain_text(number_of(demo, THREE_INVOICES, 0))
    expect(comparing.locator(f".card[data-serial-no='{serial_nos[0]}'][aria-current]")).to_have_count(1)
    expect(comparing.locator(".card.compared")).to_have_count(0)


def test_zooming_one_side_zooms_the_other_until_they_are_unlinked(comparing: Page) -> None:
    await_zooms(comparing, 100, 100)
    comparing.keyboard.press("+")
    await_zooms(comparing, 140, 140)
    comparing.locator(".other .sheet").click()
    comparing.keyboard.press("0")
    await_zooms(comparing, 100, 100)
    comparing.keyboard.press("l")
    expect(comparing.locator("[data-do=link]")).to_have_attribute("aria-pressed", "false")
    comparing.click(".tools [data-do=zoom-in]")
    await_zooms(comparing, 100, 140)
    comparing.keyboard.press("l")
    comparing.keyboard.press("0")
    await_zooms(comparing, 71, 100)


def test_panning_one_side_moves_the_other_by_the_same_part_of_the_page(comparing: Page) -> None:
    comparing.keyboard.press("+")
    await_zooms(comparing, 140, 140)
    box = comparing.locator(".other .sheet").bounding_box()
    assert box
    comparing.mouse.move(box["x"] + 200, box["y"] + 200)
    comparing.mouse.down()
    comparing.mouse.move(box["x"] + 140, box["y"] + 200, steps=4)
    comparing.mouse.up()
    comparing.wait_for_function(
        """() => {
          const stages = [...document.querySelectorAll("invoice-stage")];
          const [left, right] = stages.map((stage) => stage.viewer.viewport.getCenter(true).x);
          return right > 0.55 && Math.abs(left - right) < 0.001;
        }"""
    )


def test_turning_one_side_turns_what_is_seen_of_the_other(comparing: Page) -> None:
    degrees = (
        "() => String([...document.querySelectorAll('invoice-stage')].map((one) => one.viewer.viewport.getRotation()))"
    )
    comparing.route("**/rotation", lambda route: route.fulfill(json={}))
    with comparing.expect_response("**/rotation"):
        comparing.keyboard.press("r")
    comparing.wait_for_function(f"() => ({degrees})() === '90,90'")


def test_the_facts_that_differ_are_marked(comparing: Page, demo: Demo) -> None:
    rows = comparing.locator(".differences tr.differs")
    expect(rows.first).to_have_text("Total with tax ≠¥12,500.00¥480.00")
    expect(comparing.locator(".differences summary")).to_contain_text("differ")
    expect(rows.filter(has_text=number_of(demo, THREE_INVOICES, 0))).to_contain_text(number_of(demo, THREE_INVOICES, 1))
    expect(comparing.locator(".differences tr:not(.differs)", has_text="Seller's tax number")).to_have_count(1)


def test_swapped_sides_leave_the_other_invoice(comparing: Page, demo: Demo) -> None:
    second = demo.bills[THREE_INVOICES].invoices[1].serial_no
    comparing.click("[data-do=swap]")
    expect(comparing.locator(".pair .who").first).to_contain_text(number_of(demo, THREE_INVOICES, 1))
    comparing.wait_for_function(LIVE)
    assert urlsplit(comparing.url).fragment == f"serialNo={second}"
    comparing.keyboard.press("c")
    expect(comparing.locator("aside.beside")).to_contain_text(number_of(demo, THREE_INVOICES, 1))
    expect(comparing.locator(f".card[data-serial-no='{second}'][aria-current]")).to_have_count(1)


def test_a_reload_restores_what_was_compared(comparing: Page, demo: Demo) -> None:
    comparing.keyboard.press("ArrowRight")
    expect(comparing.locator(".pair .who").last).to_contain_text(number_of(demo, THREE_INVOICES, 2))
    comparing.reload()
    expect(comparing.locator(".pair .who").first).to_contain_text(number_of(demo, THREE_INVOICES, 0))
    expect(comparing.locator(".pair .who").last).to_contain_text(number_of(demo, THREE_INVOICES, 2))


def test_an_invoice_is_compared_with_its_other_files(page: Page, demo: Demo) -> None:
    page.goto(demo.location_view(SEVERAL_FILES, 0))
    page.click(".tools [data-do=compare]")
    page.wait_for_function(LIVE)
    files = "() => [...document.querySelectorAll('invoice-stage')].map((stage) => stage.page.fileId)"
    left, right = page.evaluate(files)
    assert left != right
    options = page.locator(".other select option")
    shown = options.evaluate_all("options => options.map((option) => option.value)")
    assert len(shown) > 1
    page.select_option(".other select", left)
    page.wait_for_function(f"() => new Set(({files})()).size === 1")
    expect(page.locator(".differences")).to_be_hidden()


def test_the_pager_of_the_location_view_changes_only_the_right_side(page: Page, demo: Demo) -> None:
    bill = demo.bills[THREE_INVOICES]
    address = demo.location_view(THREE_INVOICES, 0)
    page.goto(address)
    page.keyboard.press("c")
    left, right = page.locator(".pair .who").all()
    expect(right).to_contain_text(number_of(demo, THREE_INVOICES, 1))
    page.keyboard.press("ArrowRight")
    expect(right).to_contain_text(number_of(demo, THREE_INVOICES, 2))
    expect(page.locator(".pager .position")).to_have_text("3 / 3")
    expect(left).to_contain_text(number_of(demo, THREE_INVOICES, 0))
    assert page.url == address
    assert bill.invoices[3].serial_no not in page.content()
    page.keyboard.press("Escape")
    expect(page.locator(".pager .position")).to_have_text("1 / 3")
    page.keyboard.press("c")
    expect(right).to_contain_text(number_of(demo, THREE_INVOICES, 1))
    page.click("[data-do=swap]")
    page.keyboard.press("Escape")
    expect(page.locator("article[data-serial-no]")).to_have_attribute("data-serial-no", bill.invoices[1].serial_no)


def test_where_nothing_else_is_there_to_compare_the_viewer_says_so(page: Page, demo: Demo) -> None:
    page.goto(demo.location_view(SEVERAL_FILES, 1))
    page.keyboard.press("c")
    expect(page.locator("#announcement.seen")).to_contain_text("nothing here to compare")
    expect(page.locator("invoice-stage")).to_have_count(1)


def test_on_a_narrow_screen_one_stands_above_the_other(page: Page, demo: Demo) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(demo.image_view(THREE_INVOICES))
    page.click(".card a[data-open] >> nth=0")
    page.keyboard.press("c")
    page.wait_for_function(LIVE)
    boxes = [sheet.bounding_box() for sheet in page.locator(".pair .sheet").all()]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
    assert boxes[1]["y"] + boxes[1]["height"] <= 800
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_full_screen_holds_both_sides_and_stays_when_comparing_ends(comparing: Page) -> None:
    comparing.keyboard.press("f")
    comparing.wait_for_function("() => document.fullscreenElement?.id === 'view'")
    expect(comparing.locator("section.list")).to_be_hidden()
    expect(comparing.locator(".pair .sheet").last).to_be_visible()
    comparing.keyboard.press("c")
    expect(comparing.locator("invoice-stage")).to_have_count(1)
    assert comparing.evaluate("document.fullscreenElement?.id") == "view"
    comparing.keyboard.press("f")
    comparing.wait_for_function("() => !document.fullscreenElement")
    expect(comparing.locator("section.list")).to_be_visible()


def rotations(page: Page) -> list[int]:
    """What the page saves, none of which gets to the server."""
    saved: list[int] = []

    def answer(route: Route) -> None:
        saved.append(json.loads(route.request.post_data or "{}")["rotation"])
        route.fulfill(json={})

    page.route("**/rotation", answer)
    return saved


def test_what_is_saved_of_a_turned_side_is_what_its_reader_sees(comparing: Page) -> None:
    saved = rotations(comparing)
    seen = "() => [...document.querySelectorAll('invoice-stage')].map((one) => one.viewer.viewport.getRotation() % 360).join()"
    with comparing.expect_response("**/rotation"):
        comparing.keyboard.press("r")
    comparing.wait_for_function(f"() => ({seen})() === '90,90'")
    comparing.locator(".other .sheet").click()
    with comparing.expect_response("**/rotation"):
        comparing.keyboard.press("r")
    comparing.wait_for_function(f"() => ({seen})() === '180,180'")
    assert saved == [90, 180]
    shown = "() => [...document.querySelectorAll('invoice-stage')].map((one) => one.page.rotation)"
    assert comparing.evaluate(shown) == [90, 180], "the left one was turned by the reader once"


def test_a_turn_is_saved_although_the_next_invoice_is_picked_at_once(page: Page, demo: Demo) -> None:
    saved = rotations(page)
    page.goto(demo.image_view(THREE_INVOICES))
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    files: list[str] = []
    page.on(
        "request", lambda asked: files.append(asked.url.split("/")[-2]) if asked.url.endswith("/rotation") else None
    )
    first, second = page.locator(".card a.open").nth(0), page.locator(".card a.open").nth(1)
    page.keyboard.press("r")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".card").nth(1)).to_have_attribute("aria-current", "true")
    shown = second.get_attribute("data-file-id")
    page.wait_for_function("file => document.querySelector('invoice-stage').page?.fileId === file", arg=shown)
    with page.expect_response(lambda answer: f"{shown}/rotation" in answer.url):
        page.keyboard.press("R")
    assert sorted(zip(files, saved, strict=True)) == sorted(
        [(first.get_attribute("data-file-id") or "", 90), (second.get_attribute("data-file-id") or "", 270)]
    )


def test_an_invoice_that_was_turned_is_so_when_its_reader_comes_back(page: Page, demo: Demo) -> None:
    rotations(page)
    page.goto(demo.image_view(THREE_INVOICES))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".card").nth(0)).to_have_attribute("aria-current", "true")
    with page.expect_response("**/rotation"):
        page.keyboard.press("r")
    serial_nos = [invoice.serial_no for invoice in demo.bills[THREE_INVOICES].invoices]
    for key, index in (("ArrowRight", 1), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        expect(page.locator("aside.beside")).to_contain_text(serial_nos[index])
    assert page.evaluate("() => document.querySelector('invoice-stage').page.rotation") == 90


def test_both_sides_get_new_addresses_although_the_page_doesnt_hold_the_right_one(
    page: Page, demo: Demo, watch: Watch
) -> None:
    page.goto(demo.location_view(THREE_INVOICES, 0))
    page.keyboard.press("c")
    page.wait_for_function(LIVE)
    service = "() => document.querySelector('invoice-stage.other .strip [aria-current]').dataset.service"
    page.evaluate(
        """() => {
          for (const link of document.querySelectorAll("invoice-stage .strip a")) {
            link.dataset.service = link.dataset.service.replace(/\\/i\\/.{8}/, "/i/outdated");
          }
          const stage = document.querySelector("invoice-stage.other");
          stage.paint(stage.page);
        }"""
    )
    page.wait_for_function(f"() => !({service})().includes('outdated')")
    page.wait_for_function("() => document.querySelector('invoice-stage.other .sheet img.picture')?.naturalWidth > 0")
    assert watch.complaints
    assert all("401" in complaint for complaint in watch.complaints)
    watch.complaints.clear()


def test_a_compared_card_that_is_exchanged_stays_what_it_is(comparing: Page, demo: Demo, watch: Watch) -> None:
    serial_no = demo.bills[THREE_INVOICES].invoices[1].serial_no
    comparing.route("**/pictures/**", lambda route: route.fulfill(status=422, body=""))
    comparing.evaluate(
        """serialNo => {
          const card = document.querySelector(`.card[data-serial-no="${serialNo}"]`);
          card.dataset.old = "";
          const waiting = document.createElement("pending-picture");
          waiting.innerHTML = `<img class="picture pending" src="${location.pathname}/pictures/1/320.jpg">`;
          card.querySelector(".open").replaceWith(waiting);
          card.querySelector("a[data-open]").focus();
        }""",
        serial_no,
    )
    card = comparing.locator(f".card[data-serial-no='{serial_no}']")
    expect(comparing.locator("pending-picture")).to_have_count(1)
    expect(comparing.locator("pending-picture")).to_have_count(0)
    expect(comparing.locator(".card[data-old]")).to_have_count(0)
    expect(card).to_have_class("card compared")
    expect(card.locator("a[data-open]")).to_be_focused()
    comparing.click("[data-do=swap]")
    expect(card).to_have_attribute("aria-current", "true")
    expect(comparing.locator(".card[aria-current]")).to_have_count(1)
    watch.complaints[:] = [each for each in watch.complaints if "422" not in each]


def test_the_location_views_other_invoices_are_its_entrys_own_alone(page: Page, demo: Demo) -> None:
    bill = demo.bills[THREE_INVOICES]
    asked: list[str] = []
    page.on("response", lambda answer: asked.append(answer.url))
    page.goto(demo.location_view(THREE_INVOICES, 0))
    page.keyboard.press("c")
    page.wait_for_function(LIVE)
    right = page.locator(".pair .who").last
    for index in (2, 1):
        page.keyboard.press("End" if index == 2 else "ArrowLeft")
        expect(right).to_contain_text(number_of(demo, THREE_INVOICES, index))
    page.keyboard.press("Home")
    expect(right).to_contain_text(number_of(demo, THREE_INVOICES, 0))
    for trace in (bill.invoices[3].serial_no, number_of(demo, THREE_INVOICES, 3)):
        assert trace not in page.content()
        assert not any(trace in url for url in asked)


@pytest.mark.parametrize("status", [503, 0])
def test_an_invoice_that_cant_be_had_takes_no_place_under_the_number_of_another(
    page: Page, demo: Demo, watch: Watch, status: int
) -> None:
    page.goto(demo.image_view(SEVERAL_FILES))
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    page.keyboard.press("c")
    page.wait_for_function(LIVE)
    who = page.locator(".other .who").inner_text()
    pages = "() => [...document.querySelectorAll('invoice-stage')].map((stage) => stage.page.id)"
    before = page.evaluate(pages)
    page.route("**/paper?**", lambda route: route.fulfill(status=status) if status else route.abort())
    page.locator(".card a[data-open]").nth(2).click()
    expect(page.locator("#announcement.seen")).to_be_visible()
    assert page.evaluate(pages) == before
    expect(page.locator(".other .who")).to_have_text(who)
    expect(page.locator(".other .sheet img.picture")).to_have_attribute("data-page-id", before[1])
    watch.complaints.clear()


def test_sides_are_not_swapped_before_there_is_another_invoice(page: Page, demo: Demo) -> None:
    page.route("**/paper?**", lambda route: None)
    page.goto(demo.image_view(THREE_INVOICES))
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    shown = page.locator("invoice-stage .sheet img.picture")
    before = shown.get_attribute("data-page-id")
    assert before
    page.keyboard.press("c")
    page.click("[data-do=swap]")
    expect(shown).to_have_count(1)
    expect(shown).to_have_attribute("data-page-id", before)
    page.keyboard.press("Escape")
    expect(shown).to_have_attribute("data-page-id", before)


def test_where_no_other_invoice_can_be_had_nothing_is_compared(page: Page, demo: Demo, watch: Watch) -> None:
    page.route("**/paper?**", lambda route: route.fulfill(status=503))
    page.goto(demo.image_view(THREE_INVOICES))
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    page.keyboard.press("c")
    expect(page.locator("#announcement.seen")).to_be_visible()
    expect(page.locator("invoice-stage")).to_have_count(1)
    expect(page.locator("aside.beside")).to_contain_text(number_of(demo, THREE_INVOICES, 0))
    watch.complaints.clear()
