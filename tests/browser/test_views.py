"""The image view and the location view in a real browser."""

import re
from typing import Literal
from urllib.parse import urlsplit

import pypdfium2
import pytest
from playwright.sync_api import Locator, Page, Route, expect
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE as PDF_IMAGE

from tests.browser.conftest import Demo, Watch
from viewer.gateway.sandbox.papers import Invoice

THREE_INVOICES = "BX-2026-09-000121"
FAQ = "BX-2026-09-000118"
TWENTY_FOUR_PAGES = "BX-2026-10-000204"
BIG = "BX-2026-11-000300"
FAILING = "BX-2026-10-000187"
PASTED = "BX-2026-10-000233"

PAINTED = "images => images.filter(image => image.complete && image.naturalWidth > 0).length"


def await_painted(page: Page, count: int) -> None:
    page.wait_for_function(
        "count => [...document.querySelectorAll('img.picture')].filter(image => image.naturalWidth > 0).length >= count",
        arg=count,
    )


def test_the_image_view_shows_every_invoice_with_its_number(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(BIG))
    bill = demo.bills[BIG]
    assert page.locator("[data-serial-no]").count() == len(bill.invoices)
    for invoice in (bill.invoices[0], bill.invoices[-1]):
        assert isinstance(invoice.paper, Invoice)
        expect(page.locator(f"[data-serial-no='{invoice.serial_no}']")).to_contain_text(invoice.paper.number)
    await_painted(page, 4)


def test_the_grid_shows_several_cards_in_a_row_and_the_list_one(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(THREE_INVOICES))
    assert len(set(tops(page))) == 3
    page.click("[data-layout-to=grid]")
    assert len(set(tops(page))) == 1
    page.reload()
    assert len(set(tops(page))) == 1, "the browser remembers it"


def tops(page: Page) -> list[float]:
    """Where the first group's cards begin."""
    found: list[float] = (
        page.locator(".group[data-branch-id]")
        .first.locator(".card")
        .evaluate_all("cards => cards.map(card => card.getBoundingClientRect().top)")
    )
    assert len(found) == 3
    return found


def test_a_marked_entry_comes_into_view_on_a_long_bill(page: Page, demo: Demo) -> None:
    entry = demo.bills[BIG].entries[40]
    page.goto(demo.image_view(BIG, f"&branch_id={entry.branch_id}"))
    group = page.locator(f".group.marked[data-branch-id='{entry.branch_id}']")
    expect(group).to_be_in_viewport()
    expect(group).to_have_attribute("aria-current", "true")
    assert page.locator("[data-serial-no]").count() == len(demo.bills[BIG].invoices)


def test_the_pager_goes_through_the_entrys_own_invoices_by_click_and_by_key(page: Page, demo: Demo) -> None:
    own = demo.bills[THREE_INVOICES].invoices[:3]
    loads: list[str] = []
    page.on("load", lambda _: loads.append("load"))
    page.goto(demo.location_view(THREE_INVOICES, 0))
    shown = page.locator("article[data-serial-no]")
    expect(shown).to_have_attribute("data-serial-no", own[0].serial_no)
    page.click(".pager a[rel=next]")
    expect(shown).to_have_attribute("data-serial-no", own[1].serial_no)
    expect(page.locator("#announcement")).to_contain_text("2 / 3")
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("data-serial-no", own[2].serial_no)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(shown).to_have_attribute("data-serial-no", own[1].serial_no)
    page.go_back()
    expect(shown).to_have_attribute("data-serial-no", own[2].serial_no)
    await_painted(page, 1)
    assert loads == ["load"]


def test_the_view_switch_keeps_the_focus_and_the_history(page: Page, demo: Demo) -> None:
    page.goto(demo.location_view(FAQ, 1))
    switch = page.locator(".views a").first
    switch.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main[data-view=image]")).to_be_visible()
    expect(switch).to_be_focused()
    expect(page.locator(".group.marked")).to_have_count(1)
    page.go_back()
    expect(page.locator("main[data-view=location]")).to_be_visible()


def test_a_failing_quick_navigation_becomes_an_ordinary_one(page: Page, demo: Demo) -> None:
    page.goto(demo.location_view(FAQ, 1))
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('broken')); }")
    page.click(".views a >> nth=0")
    expect(page.locator("main[data-view=image]")).to_be_visible()
    assert page.evaluate("window.fetch.toString()").endswith("{ [native code] }")


def live(page: Page) -> None:
    """Waits until OpenSeadragon has taken over the stage."""
    page.hover("invoice-stage .sheet")
    expect(page.locator(".sheet.live")).to_have_count(1)


def zoom_of(page: Page) -> float:
    found: float = page.evaluate(
        """() => {
          const { viewport } = document.querySelector("invoice-stage").viewer;
          return viewport.getZoom() / viewport.getHomeZoom();
        }"""
    )
    return found


def test_every_page_of_a_long_file_is_reached_by_key_and_by_strip(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(TWENTY_FOUR_PAGES))
    long = demo.bills[TWENTY_FOUR_PAGES].invoices[1]
    page.click(f"[data-serial-no='{long.serial_no}'] a.open")
    position = page.locator(".strip:not([hidden]) .position")
    expect(position).to_have_text("1 / 24")
    for _ in range(22):
        page.keyboard.press("ArrowDown")
    expect(position).to_have_text("23 / 24")
    page.click(".strip a[data-page='24']")
    expect(position).to_have_text("24 / 24")
    expect(page.locator("#announcement")).to_contain_text("24")
    page.keyboard.press("PageUp")
    expect(position).to_have_text("23 / 24")
    page.wait_for_function("() => document.querySelector('.sheet img.picture')?.naturalWidth > 0")


def test_a_page_is_enlarged_by_key_and_fitted_again(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(FAQ))
    live(page)
    page.keyboard.press("+")
    page.wait_for_function("() => document.querySelector('invoice-stage').viewer.viewport.getZoom() > 1")
    assert zoom_of(page) > 1
    page.keyboard.press("1")
    page.keyboard.press("0")
    assert zoom_of(page) == pytest.approx(1)


def test_a_page_number_of_a_card_opens_that_page(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(TWENTY_FOUR_PAGES))
    page.click(".more-pages summary")
    page.click(".more-pages a[data-page='17']")
    expect(page.locator(".strip:not([hidden]) .position")).to_have_text("17 / 24")


def test_arrows_go_through_the_bill_and_the_address_keeps_the_place(page: Page, demo: Demo) -> None:
    bill = demo.bills[THREE_INVOICES]
    page.goto(demo.image_view(THREE_INVOICES))
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    third = bill.invoices[2].serial_no
    picked = page.locator(".card[aria-current]")
    expect(picked).to_have_attribute("data-serial-no", third)
    expect(page.locator(".beside")).to_contain_text(third)
    page.reload()
    expect(picked).to_have_attribute("data-serial-no", third)
    expect(page.locator(".beside")).to_contain_text(third)
    page.keyboard.press("End")
    expect(picked).to_have_attribute("data-attachment-id", re.compile("."))
    page.keyboard.press("Home")
    expect(picked).to_have_attribute("data-serial-no", bill.invoices[0].serial_no)


def test_g_leads_to_the_picked_invoice_in_its_location_view_and_back(page: Page, demo: Demo) -> None:
    second = demo.bills[THREE_INVOICES].invoices[1].serial_no
    page.goto(demo.image_view(THREE_INVOICES))
    page.keyboard.press("ArrowRight")
    expect(page.locator(".card[aria-current]")).to_have_attribute("data-serial-no", second)
    page.keyboard.press("g")
    expect(page.locator("main[data-view=location] article")).to_have_attribute("data-serial-no", second)
    page.keyboard.press("g")
    expect(page.locator("main[data-view=image]")).to_be_visible()
    expect(page.locator(".card[aria-current]")).to_have_attribute("data-serial-no", second)
    expect(page.locator("aside.beside")).to_contain_text(second)
    assert urlsplit(page.url).fragment == f"serialNo={second}"
    page.go_back()
    expect(page.locator("main[data-view=location] article")).to_have_attribute("data-serial-no", second)


@pytest.mark.parametrize("layout", ["list", "grid"])
def test_full_screen_shows_the_stage_on_the_whole_screen(page: Page, demo: Demo, layout: str) -> None:
    whole = """() => {
      const { left, width, height } = document.querySelector("#view .stage").getBoundingClientRect();
      return document.fullscreenElement?.id === "view" && left === 0 && width === innerWidth && height === innerHeight;
    }"""
    page.goto(demo.image_view(THREE_INVOICES))
    page.click(f"[data-layout-to={layout}]")
    page.locator(".card a[data-open]").first.click()
    expect(page.locator("invoice-stage .sheet")).to_be_visible()
    page.keyboard.press("f")
    page.wait_for_function(whole)
    page.keyboard.press("c")
    expect(page.locator("invoice-stage")).to_have_count(2)
    page.wait_for_function(whole)


@pytest.mark.parametrize(("width", "layout"), [(390, "list"), (820, "grid"), (1000, "list"), (1280, "grid")])
def test_the_data_lie_over_the_stage_where_there_is_no_room_and_are_closed_again(
    page: Page, demo: Demo, width: int, layout: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(demo.image_view(THREE_INVOICES))
    page.click(f"[data-layout-to={layout}]")
    if (width, layout) != (1000, "list"):
        page.locator(".card a[data-open]").first.click()
    data, stage = page.locator("aside.beside"), page.locator("invoice-stage .sheet")
    expect(stage).to_be_visible()
    expect(data).to_be_hidden()
    button = page.locator(".tools [data-do=panel]")
    button.click()
    expect(data).to_be_in_viewport()
    assert data.evaluate("data => getComputedStyle(data).backgroundColor") != "rgba(0, 0, 0, 0)"
    data.get_by_role("button", name="Close").click()
    expect(data).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("i")
    expect(data).to_be_visible()
    page.keyboard.press("Escape")
    expect(data).to_be_hidden()
    expect(stage).to_be_visible()
    if (width, layout) != (1000, "list"):
        page.keyboard.press("Escape")
        expect(stage).to_be_hidden()


def test_a_turned_file_stays_turned_for_the_next_reader(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(FAQ))
    image = page.locator(".sheet img.picture")
    before = image.evaluate("image => Number(image.getAttribute('width')) > Number(image.getAttribute('height'))")
    try:
        with page.expect_response("**/rotation") as saved:
            page.keyboard.press("r")
        assert saved.value.ok
        page.reload()
        assert (
            image.evaluate("image => Number(image.getAttribute('width')) > Number(image.getAttribute('height'))")
            is not before
        )
        await_painted(page, 3)
        assert (
            page.locator(".card img.picture").first.evaluate("image => image.naturalWidth > image.naturalHeight")
            is not before
        )
    finally:
        with page.expect_response("**/rotation"):
            page.keyboard.press("R")


def test_a_page_that_cant_be_loaded_says_so(page: Page, demo: Demo) -> None:
    page.route("**/i/**", lambda route: route.fulfill(status=200, body="", content_type="image/jpeg"))
    page.goto(demo.location_view(FAQ, 0))
    expect(page.locator(".sheet .note")).not_to_be_empty()


def test_the_next_entry_is_one_click_away(page: Page, demo: Demo) -> None:
    page.goto(demo.location_view(FAQ, 0))
    page.click("[data-entry=next]")
    expect(page.locator("main")).to_have_attribute("data-branch-id", demo.bills[FAQ].entries[1].branch_id)
    expect(page.locator("[data-entry=next]")).to_have_count(0)
    page.go_back()
    expect(page.locator("main")).to_have_attribute("data-branch-id", demo.bills[FAQ].entries[0].branch_id)


def test_every_key_is_told_in_the_help(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(FAQ))
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()


def test_a_pending_picture_is_asked_again_until_the_card_can_be_exchanged(page: Page, demo: Demo, watch: Watch) -> None:
    serial_no = demo.bills[FAQ].invoices[0].serial_no
    asked: list[str] = []

    def answer(route: Route) -> None:
        """Not ready twice, then "unreadable", so that the card which the server shows by now is fetched."""
        asked.append(route.request.url)
        route.fulfill(status=503 if len(asked) < 3 else 422, body="")

    page.route("**/pictures/**", answer)
    page.goto(demo.image_view(FAQ))
    page.evaluate(
        """serialNo => {
          const link = document.querySelector(`[data-serial-no="${serialNo}"] .open`);
          const waiting = document.createElement("pending-picture");
          waiting.innerHTML = `<img class="picture pending" src="${location.pathname}/pictures/1/320.jpg">`;
          link.replaceWith(waiting);
        }""",
        serial_no,
    )
    expect(page.locator("pending-picture")).to_have_count(1)
    expect(page.locator(f"[data-serial-no='{serial_no}'] a.open")).to_be_visible()
    expect(page.locator("pending-picture")).to_have_count(0)
    assert len(asked) == 3
    assert len(watch.complaints) == 3, "the browser itself notes each failed answer"
    watch.complaints.clear()


def test_a_pending_card_that_is_sorted_asks_no_more_often(page: Page, demo: Demo, watch: Watch) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=503 if len(asked) < 4 else 422, body="")

    page.route("**/pictures/**", answer)
    page.goto(demo.image_view(THREE_INVOICES))
    page.evaluate(
        """() => {
          const waiting = document.createElement("pending-picture");
          waiting.innerHTML = `<img class="picture pending" src="${location.pathname}/pictures/1/320.jpg">`;
          document.querySelector(".card .open").replaceWith(waiting);
        }"""
    )
    page.wait_for_function("() => document.querySelector('pending-picture img').complete")
    page.click(".narrow summary")
    for order in ("most", "least", "date", ""):
        page.select_option("select[name=sort]", order)
    expect(page.locator("pending-picture")).to_have_count(0, timeout=30_000)
    assert len(asked) == 4
    watch.complaints.clear()


def test_files_that_fail_are_marked_and_the_rest_is_shown(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(FAILING))
    expect(page.locator(".card .no-picture.problem")).to_have_count(2)
    expect(page.locator(".sheet .no-picture.problem")).to_have_count(1)
    await_painted(page, 1)


def test_each_receipt_on_a_pasted_sheet_has_a_picture_of_its_own_shape(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(PASTED))
    await_painted(page, 4 + 1)
    shapes = page.locator("img.picture").evaluate_all(
        "images => images.map(each => each.naturalWidth > each.naturalHeight)"
    )
    assert shapes == [True, True, False, False, False], (
        "the train ticket, which lies, on the stage; then it and the receipts, which stand"
    )
    page.goto(demo.location_view(PASTED, 1))
    await_painted(page, 1)
    assert page.locator("img.picture").count() == 1
    assert page.locator(".files li").count() == 1


@pytest.mark.parametrize("bill_no", [THREE_INVOICES, TWENTY_FOUR_PAGES, FAILING, PASTED])
def test_no_page_scrolls_sideways_on_a_narrow_screen(page: Page, demo: Demo, bill_no: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    for address in (demo.image_view(bill_no), demo.location_view(bill_no, 0)):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("width", [320, 340, 390])
def test_an_invoice_number_of_twenty_digits_is_on_one_line_of_the_list(page: Page, demo: Demo, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(demo.image_view(THREE_INVOICES))
    number = page.locator(".card .number a").first
    assert len(number.inner_text()) == 20
    assert lines(number) == 1


@pytest.mark.parametrize("width", [390, 1280])
def test_an_english_label_beside_the_page_takes_two_lines_at_most(page: Page, demo: Demo, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(demo.location_view(THREE_INVOICES, 0))
    labels = page.locator(".beside .record dt").all()
    assert len(labels) > 5
    assert [label.inner_text() for label in labels if lines(label) > 2] == []


def lines(text: Locator) -> int:
    """On how many lines its words stand."""
    found: int = text.evaluate(
        """it => {
          const range = document.createRange();
          range.selectNodeContents(it);
          return new Set([...range.getClientRects()].map(each => Math.round(each.bottom))).size;
        }"""
    )
    return found


def test_an_entrys_id_is_whole_where_there_is_room_and_costs_no_line_where_there_is_none(
    page: Page, demo: Demo
) -> None:
    page.set_viewport_size({"width": 1600, "height": 900})
    page.goto(demo.location_view(THREE_INVOICES, 1))
    identity, head = page.locator(".entry-head .branch-id"), page.locator(".entry-head")
    assert identity.evaluate("it => it.scrollWidth <= it.clientWidth")
    high = head.evaluate("it => it.clientHeight")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(demo.location_view(THREE_INVOICES, 0))
    assert head.evaluate("it => it.clientHeight") < 1.5 * high


@pytest.mark.parametrize("width", [390, 1280])
def test_the_entries_numbers_stand_in_whole_rows(page: Page, demo: Demo, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(demo.image_view(BIG))
    page.click("[data-layout-to=grid]")
    edges = page.locator(".jump").evaluate(
        """jump => {
          const end = jump.getBoundingClientRect().bottom;
          const boxes = [...jump.children].map(each => each.getBoundingClientRect());
          return boxes.map(({ top, bottom }) => [top - end, bottom - end]);
        }"""
    )
    assert any(top > 0 for top, _ in edges), "there are more than are seen"
    assert not [edge for edge in edges if edge[0] < -0.5 and edge[1] > 0.5]


@pytest.mark.parametrize("width", [390, 1280])
def test_what_stands_alone_is_high_enough_for_a_finger(page: Page, demo: Demo, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    serial_no = demo.bills[THREE_INVOICES].invoices[0].serial_no
    whole, one = demo.image_view(THREE_INVOICES), demo.image_view(THREE_INVOICES, f"&serialNo={serial_no}")
    seen: set[str] = set()
    for address in (whole, one, demo.location_view(THREE_INVOICES, 1), f"{demo.url}/?lang=en"):
        page.goto(address)
        for target in ALONE:
            heights = page.locator(target).evaluate_all(
                "all => all.filter(it => it.getClientRects().length).map(it => it.getBoundingClientRect().height)"
            )
            seen |= {target} if heights else set()
            assert min(heights, default=24) >= 24, (address, target)
    assert {".outputs a", ".narrow summary", ".lead", ".entries a"} <= seen


ALONE = [
    *(".outputs a", ".languages a", ".foot a", ".entries a", ".group h2 a", ".summary p a", ".narrow summary"),
    *(".files a", ".lead"),
]


def test_the_look_up_page_opens_a_bill_and_says_what_is_wrong(page: Page, demo: Demo) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{demo.url}/?lang=en")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.fill("#userkey", demo.bills[FAQ].userkey.upper())
    page.keyboard.press("Enter")
    expect(page.locator("[data-serial-no]")).to_have_count(2)


def test_without_javascript_the_image_view_holds_all_invoices_and_pictures(scriptless: Page, demo: Demo) -> None:
    scriptless.goto(demo.image_view(TWENTY_FOUR_PAGES))
    assert scriptless.locator("[data-serial-no]").count() == 3
    assert scriptless.locator(".card a[data-page]").count() == 1 + 24 + 1 + 8
    scriptless.wait_for_load_state("networkidle")
    assert scriptless.locator("img.picture").evaluate_all(PAINTED) == 3 + 1 + 1


def test_without_javascript_a_card_leads_to_every_page_of_its_invoice(scriptless: Page, demo: Demo) -> None:
    scriptless.goto(demo.image_view(TWENTY_FOUR_PAGES))
    long = demo.bills[TWENTY_FOUR_PAGES].invoices[1].serial_no
    scriptless.click(f"[data-serial-no='{long}'] a.open")
    expect(scriptless.locator(".beside")).to_contain_text(long)
    scriptless.click(".strip a[data-page='24']")
    expect(scriptless.locator(".strip:not([hidden]) .position")).to_have_text("24 / 24")
    scriptless.wait_for_load_state("networkidle")
    assert scriptless.locator(".sheet img.picture").evaluate_all(PAINTED) == 1


def test_the_api_page_lists_its_operations(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/api/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    assert page.locator(".opblock").count() >= 5


def test_pictures_whose_addresses_are_refused_get_new_ones(page: Page, demo: Demo, watch: Watch) -> None:
    address = demo.image_view(THREE_INVOICES)
    asked: list[str] = []

    def outdated(route: Route) -> None:
        asked.append(route.request.url)
        answer = route.fetch()
        old = answer.text() if len(asked) > 1 else re.sub(r"/i/[\w-]{8}", "/i/outdated", answer.text())
        route.fulfill(response=answer, body=old)

    page.route(address, outdated)
    page.goto(address)
    await_painted(page, 3)
    assert len(asked) > 1
    assert watch.complaints
    assert all("401" in complaint for complaint in watch.complaints)
    watch.complaints.clear()


def test_a_page_that_stays_open_asks_for_new_addresses_before_the_old_ones_end(page: Page, demo: Demo) -> None:
    page.clock.install()
    page.goto(demo.location_view(THREE_INVOICES, 0))
    await_painted(page, 1)
    page.clock.fast_forward("00:50:00")
    with page.expect_response(page.url) as again:
        page.clock.fast_forward("01:10:00")
    assert again.value.ok


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_the_browsers_own_print_of_an_upright_sheet_shows_what_the_stage_shows(
    page: Page, demo: Demo, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(demo.image_view(THREE_INVOICES))
    page.wait_for_function(STAGE_PAINTED)
    assert printed(page) == (1, True, False)
    second = page.locator(".card a[data-open]").nth(1)
    number = second.inner_text()
    second.click()
    expect(page.locator("main.showing .beside:not([aria-busy]) .number").first).to_have_text(number)
    page.wait_for_function(STAGE_PAINTED)
    assert printed(page) == (1, True, False)


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_the_browsers_own_print_of_the_grid_is_the_list_until_a_page_lies_over_it(
    page: Page, demo: Demo, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(demo.image_view(THREE_INVOICES))
    page.click("[data-layout-to=grid]")
    await_painted(page, 3)
    assert printed(page)[1:] == (False, True)
    page.locator(".card a[data-open]").nth(1).click()
    page.wait_for_function(STAGE_PAINTED)
    assert printed(page) == (1, True, False)


STAGE_PAINTED = "() => document.querySelector('.sheet > img.picture')?.naturalWidth > 0"


def printed(page: Page) -> tuple[int, bool, bool]:
    """The browser's own print on A4: its sheets; whether a picture takes up most of the first one's width; whether the
    list is on it. The bill's number is there in any case, and no link to another print."""
    with pypdfium2.PdfDocument(page.pdf(format="A4")) as pdf:
        sheet = pdf[0]
        text = sheet.get_textpage().get_text_range()
        assert THREE_INVOICES in text
        assert "Download" not in text
        widths = [right - left for left, _, right, _ in (each.get_bounds() for each in sheet.get_objects([PDF_IMAGE]))]
        return len(pdf), max(widths, default=0) > sheet.get_width() / 2, "Entry 1" in text


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize(
    ("theme", "wanted"), [("light", "light"), ("dark", "dark"), ("contrast", "light"), ("", "light dark")]
)
def test_the_theme_decides_for_the_browsers_own_controls_too(
    page: Page, demo: Demo, system: Literal["light", "dark"], theme: str, wanted: str
) -> None:
    page.emulate_media(color_scheme=system)
    page.goto(demo.image_view(FAQ, f"&theme={theme}" if theme else ""))
    for control in ("#output select", "#output [name=binding]", "#output [type=radio]", ".search input"):
        scheme = page.locator(control).first.evaluate("it => getComputedStyle(it).colorScheme")
        assert scheme == wanted, control
    expect(page.locator("meta[name=color-scheme]")).to_have_attribute("content", wanted)
    of_the_page = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    assert of_the_page == "normal", "so that the meta tag decides for the window"
