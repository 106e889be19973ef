"""Fingers on the stage, the stage over the list, and full screen, in a real browser."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Route, expect

from tests.browser.conftest import STEP, Demo

THREE_INVOICES = "BX-2026-09-000121"
TWENTY_FOUR_PAGES = "BX-2026-10-000204"
FAILING = "BX-2026-10-000187"

LIVE = "() => document.querySelector('invoice-stage')?.sheet.matches('.live')"
ZOOM = """() => {
  const { viewport } = document.querySelector("invoice-stage").viewer;
  return viewport.getZoom() / viewport.getHomeZoom();
}"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A narrow page that fingers touch."""
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, reduced_motion="reduce")
    context.set_default_timeout(STEP)
    yield context.new_page()
    context.close()


def touch(session: CDPSession, kind: str, *points: tuple[float, float], at: float | None = None) -> None:
    """`at`: when it happened (Unix seconds), else now."""
    touched = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    when = {} if at is None else {"timestamp": at}
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched, **when})


def swipe(page: Page, across: int, along: int) -> None:
    """One quick stroke of a finger from the sheet's middle, of 60 ms however busy the machine is."""
    box = page.locator("invoice-stage .sheet").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session, begun = page.context.new_cdp_session(page), time.time() - 0.06
    touch(session, "touchStart", (x, y), at=begun)
    for part in (1, 2):
        touch(session, "touchMove", (x + across * part / 2, y + along * part / 2), at=begun + 0.02 * part)
    touch(session, "touchEnd", at=begun + 0.06)
    session.detach()


def pinch(page: Page, start: int, end: int) -> None:
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", (195 - start, 400), (195 + start, 400))
    for part in range(1, 6):
        apart = start + (end - start) * part / 5
        touch(session, "touchMove", (195 - apart, 400), (195 + apart, 400))
    touch(session, "touchEnd")
    session.detach()


def open_card(page: Page, index: int) -> None:
    page.locator(".card a[data-open]").nth(index).tap()
    page.wait_for_function(LIVE)


def test_a_stroke_sideways_turns_to_the_next_invoice_and_back(phone: Page, demo: Demo) -> None:
    phone.goto(demo.image_view(THREE_INVOICES))
    open_card(phone, 0)
    cards = phone.locator(".card")
    swipe(phone, -160, 5)
    expect(cards.nth(1)).to_have_attribute("aria-current", "true")
    phone.wait_for_function(LIVE)
    swipe(phone, 160, 5)
    expect(cards.nth(0)).to_have_attribute("aria-current", "true")


def test_a_stroke_upwards_turns_to_the_files_next_page_and_down_to_the_one_before(phone: Page, demo: Demo) -> None:
    phone.goto(demo.image_view(TWENTY_FOUR_PAGES))
    open_card(phone, 1)
    position = phone.locator("invoice-stage .strip:not([hidden]) .position")
    expect(position).to_have_text("1 / 24")
    swipe(phone, 5, -160)
    expect(position).to_have_text("2 / 24")
    phone.wait_for_function(LIVE)
    swipe(phone, 5, 160)
    expect(position).to_have_text("1 / 24")


def test_an_enlarged_page_is_moved_by_a_stroke_and_not_turned(phone: Page, demo: Demo) -> None:
    phone.goto(demo.image_view(THREE_INVOICES))
    open_card(phone, 0)
    pinch(phone, 40, 120)
    phone.wait_for_function(f"() => ({ZOOM})() > 1.5")
    swipe(phone, -160, 5)
    phone.wait_for_function("() => document.querySelector('invoice-stage').viewer.viewport.getCenter().x > 0.55")
    expect(phone.locator(".card").nth(0)).to_have_attribute("aria-current", "true")


def test_a_double_tap_enlarges_the_page(phone: Page, demo: Demo) -> None:
    phone.goto(demo.image_view(THREE_INVOICES))
    open_card(phone, 0)
    phone.touchscreen.tap(195, 430)
    phone.touchscreen.tap(195, 430)
    phone.wait_for_function(f"() => ({ZOOM})() > 1.2")


def test_a_stroke_leads_on_from_a_file_without_a_picture(phone: Page, demo: Demo) -> None:
    phone.goto(demo.image_view(FAILING))
    broken = phone.locator(".card", has=phone.locator(".no-picture")).first
    broken.locator("a[data-open]").tap()
    expect(phone.locator("invoice-stage .no-picture")).to_be_visible()
    cards = phone.locator(".card")
    index = broken.evaluate("card => [...document.querySelectorAll('.card')].indexOf(card)")
    step = 1 if index + 1 < cards.count() else -1
    swipe(phone, -160 * step, 5)
    expect(cards.nth(index + step)).to_have_attribute("aria-current", "true")


def test_a_stroke_counts_though_what_lies_under_the_finger_is_replaced_meanwhile(phone: Page, demo: Demo) -> None:
    held: list[Route] = []
    phone.goto(demo.image_view(FAILING))
    phone.route("**/*serialNo=*", lambda route: held.append(route))
    cards = phone.locator(".card")
    cards.nth(0).locator("a[data-open]").tap()
    sheet = phone.locator("invoice-stage .sheet > .no-picture")
    expect(sheet).to_be_visible()
    sheet.evaluate("element => element.dataset.old = 'true'")
    session, begun = phone.context.new_cdp_session(phone), time.time()
    touch(session, "touchStart", (300, 400), at=begun)
    assert held
    for route in held:
        route.continue_()
    expect(phone.locator("invoice-stage .sheet > .no-picture:not([data-old])")).to_be_visible()
    touch(session, "touchMove", (140, 405), at=begun + 0.03)
    touch(session, "touchEnd", at=begun + 0.06)
    expect(cards.nth(1)).to_have_attribute("aria-current", "true")


def test_fingers_on_either_of_two_compared_pages_move_both(phone: Page, demo: Demo) -> None:
    phone.goto(demo.image_view(THREE_INVOICES))
    open_card(phone, 0)
    phone.locator(".tools [data-do=compare]").tap()
    phone.wait_for_function("() => document.querySelectorAll('invoice-stage .sheet.live').length === 2")
    pinch(phone, 40, 100)
    phone.wait_for_function(
        """() => {
          const [left, right] = [...document.querySelectorAll("invoice-stage")].map(
            ({ viewer: { viewport } }) => viewport.getZoom() / viewport.getHomeZoom());
          return left > 1.3 && Math.abs(left - right) < 0.01;
        }"""
    )


def test_the_stage_over_the_list_takes_the_focus_and_its_close_button_gives_it_back(phone: Page, demo: Demo) -> None:
    phone.goto(demo.image_view(THREE_INVOICES))
    link = phone.locator(".card a[data-open]").nth(1)
    link.tap()
    expect(phone.locator("invoice-stage .sheet")).to_be_focused()
    assert phone.locator("section.list").evaluate("list => getComputedStyle(list).visibility") == "hidden"
    phone.locator(".tools [data-do=close]").tap()
    expect(phone.locator("invoice-stage")).to_be_hidden()
    expect(link).to_be_focused()
    assert phone.evaluate("history.state?.showing ?? null") is None
    serial_no = demo.bills[THREE_INVOICES].invoices[1].serial_no
    assert phone.url.endswith(f"#serialNo={serial_no}")


def test_beside_the_list_there_is_nothing_to_close(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(THREE_INVOICES))
    page.click(".card a[data-open] >> nth=1")
    expect(page.locator(".tools [data-do=close]")).to_be_hidden()
    expect(page.locator("section.list")).to_be_visible()


def test_full_screen_shows_the_stage_alone_and_the_pager_still_works(page: Page, demo: Demo) -> None:
    page.goto(demo.location_view(THREE_INVOICES, 0))
    page.keyboard.press("f")
    page.wait_for_function("() => Boolean(document.fullscreenElement)")
    expect(page.locator("aside.beside")).to_be_hidden()
    box = page.locator("invoice-stage").bounding_box()
    assert box
    assert box["height"] == page.evaluate("innerHeight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("article[data-serial-no]")).to_have_attribute(
        "data-serial-no", demo.bills[THREE_INVOICES].invoices[1].serial_no
    )
    assert page.evaluate("Boolean(document.fullscreenElement)")


@pytest.mark.parametrize("allowed", [False, True])
def test_a_frame_of_another_origin_says_when_it_isnt_allowed_full_screen(
    page: Page, demo: Demo, *, allowed: bool
) -> None:
    page.goto(f"{demo.url}/demo/erp?lang=en")
    if not allowed:
        with page.expect_event("framenavigated", lambda frame: frame.name == "viewer"):
            page.locator("iframe[name=viewer]").evaluate(
                "frame => { frame.removeAttribute('allow'); frame.src = frame.src; }"
            )
    page.frame_locator("iframe[name=viewer]").locator(".card a[data-open] >> nth=0").click()
    viewer = page.frame_locator("iframe[name=viewer]")
    viewer.locator(".tools [data-do=fullscreen]").click()
    if allowed:
        inner = page.frame("viewer")
        assert inner
        inner.wait_for_function("() => Boolean(document.fullscreenElement)")
    else:
        expect(viewer.locator("#announcement.seen")).to_contain_text('allow="fullscreen"')
