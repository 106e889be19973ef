"""What lies over a page on the stage: its words, what a search hit, an invoice's part of a pasted sheet, the magnifier."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Demo
from viewer.domain.sheets import Region
from viewer.domain.size import Size
from viewer.gateway.sandbox.papers import Invoice

THREE_INVOICES = "BX-2026-09-000121"
TWENTY_FOUR_PAGES = "BX-2026-10-000204"
PASTED = "BX-2026-10-000233"

TOLERANCE = 1.5
"""CSS pixels by which a word may lie beside its place."""
Box = dict[str, float]

SELECTED = "() => document.getSelection().toString()"
ZOOM = "() => document.querySelector('invoice-stage').viewer.viewport.getZoom()"
CENTRE = "() => document.querySelector('invoice-stage').viewer.viewport.getCenter().x"
AT_REST = """() => {
    const { viewer } = document.querySelector('invoice-stage');
    const { viewport } = viewer ?? {};
    const same = name => Math.abs(viewport[name](true) - viewport[name](false)) < 1e-4;
    return viewport && document.querySelector('.sheet.live .words:not(.resting) span')
        && same('getZoom') && same('getRotation') && viewport.getCenter(true).distanceTo(viewport.getCenter(false)) < 1e-4;
}"""
RECTANGLE = """(element, length) => {
    const range = document.createRange();
    range.setStart(element.firstChild, 0);
    range.setEnd(element.firstChild, length);
    const { x, y, width, height } = range.getBoundingClientRect();
    return { x, y, width, height };
}"""
HIT = """([pageId, boxes]) => {
    document.dispatchEvent(new CustomEvent('searchhits', { detail: new Map([[pageId, boxes]]) }));
}"""
INK = """lens => {
    const { data } = lens.getContext('2d').getImageData(0, 0, lens.width, lens.height);
    let dark = 0;
    for (let index = 0; index < data.length; index += 4) if (data[index + 3] && data[index] + data[index + 1] < 200) dark++;
    return dark;
}"""


def number_of_first(demo: Demo) -> str:
    paper = demo.bills[THREE_INVOICES].invoices[0].paper
    assert isinstance(paper, Invoice)
    return paper.number


def opened(page: Page, demo: Demo, query: str = "") -> None:
    """The first invoice on the stage, its words over it."""
    page.goto(demo.image_view(THREE_INVOICES, query))
    page.hover(".sheet")
    page.wait_for_function(AT_REST)


def word(page: Page, text: str) -> Locator:
    return page.locator(".words span", has_text=text).first


def box_of(locator: Locator) -> Box:
    box = locator.bounding_box()
    assert box
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def shown_page(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("() => ({ ...document.querySelector('invoice-stage').page })")
    return found


def told_words(page: Page) -> list[dict[str, Any]]:
    iiif = page.get_attribute("#view", "data-iiif")
    answer = page.request.get(f"{page.url.split('/bills/')[0]}{iiif}{shown_page(page)['id']}/text.json")
    words: list[dict[str, Any]] = answer.json()["words"]
    return words


def expected(page: Page, told: dict[str, Any], turned: int, mirrored: bool) -> Box:
    """Where a word of the whole page has to be, in the window's pixels."""
    size, sheet = shown_page(page), box_of(page.locator(".sheet"))
    x, y, w, h, width, height = told["x"], told["y"], told["w"], told["h"], size["width"], size["height"]
    for _ in range(turned // 90):
        x, y, w, h, width, height = height - y - h, x, h, w, height, width
    if mirrored:
        x = width - x - w
    scale = min(sheet["width"] / width, sheet["height"] / height)
    left = sheet["x"] + (sheet["width"] - width * scale) / 2
    top = sheet["y"] + (sheet["height"] - height * scale) / 2
    return {"x": left + x * scale, "y": top + y * scale, "width": w * scale, "height": h * scale}


def assert_words_lie_on_their_boxes(page: Page, turned: int = 0, mirrored: bool = False) -> None:
    words = told_words(page)
    spans = page.locator(".words span")
    assert spans.count() == len(words)
    for index in (0, len(words) // 3, len(words) // 2, len(words) - 1):
        span, told = spans.nth(index), words[index]
        place = span.evaluate(RECTANGLE, len(told["text"]))
        assert place == pytest.approx(expected(page, told, turned, mirrored), abs=TOLERANCE), told["text"]


def test_dragging_over_an_invoice_number_selects_it(page: Page, demo: Demo) -> None:
    opened(page, demo)
    number = number_of_first(demo)
    box = box_of(word(page, number))
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 1, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.move(box["x"] + box["width"] + 8, middle)
    page.mouse.up()
    assert page.evaluate(SELECTED).strip() == number


def test_a_label_is_copied_with_its_number_and_without_a_space(page: Page, demo: Demo) -> None:
    opened(page, demo)
    number = number_of_first(demo)
    label, box = box_of(word(page, "发票号码：")), box_of(word(page, number))
    middle = box["y"] + box["height"] / 2
    page.mouse.move(label["x"] + 1, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, middle, steps=4)
    page.mouse.up()
    assert page.evaluate(SELECTED) == f"发票号码：{number}"


def test_a_double_click_on_a_word_selects_it_and_leaves_the_zoom(page: Page, demo: Demo) -> None:
    opened(page, demo)
    number = number_of_first(demo)
    before = page.evaluate(ZOOM)
    box = box_of(word(page, number))
    page.mouse.dblclick(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    assert page.evaluate(SELECTED) == number
    assert page.evaluate(ZOOM) == before


def test_dragging_empty_paper_pans_and_the_wheel_zooms_over_words_too(page: Page, demo: Demo) -> None:
    opened(page, demo)
    box = box_of(word(page, number_of_first(demo)))
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    before = page.evaluate(ZOOM)
    page.mouse.wheel(0, -300)
    page.wait_for_function(f"before => ({ZOOM})() > before * 1.2", arg=before)
    page.wait_for_function(AT_REST)
    sheet, centre = box_of(page.locator(".sheet")), page.evaluate(CENTRE)
    left, top = sheet["x"] + sheet["width"] / 2, sheet["y"] + sheet["height"] - 20
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left - 150, top, steps=5)
    page.mouse.up()
    page.wait_for_function(f"before => ({CENTRE})() > before + 0.01", arg=centre)
    assert page.evaluate(SELECTED) == ""


def test_words_lie_on_their_boxes_also_turned_and_mirrored(page: Page, demo: Demo) -> None:
    opened(page, demo)
    assert_words_lie_on_their_boxes(page)
    page.click("[data-do=mirror]")
    page.wait_for_function(AT_REST)
    assert_words_lie_on_their_boxes(page, mirrored=True)
    page.click("[data-do=mirror]")
    for key, turned in (("r", 90), ("R", 0)):
        with page.expect_response("**/rotation"):
            page.keyboard.press(key)
        page.keyboard.press("0")
        page.wait_for_function(AT_REST)
        assert_words_lie_on_their_boxes(page, turned=turned)


def test_words_lie_on_their_boxes_on_a_dense_screen(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, device_scale_factor=2)
    try:
        page = context.new_page()
        opened(page, demo)
        assert_words_lie_on_their_boxes(page)
    finally:
        context.close()


def test_the_browsers_own_search_finds_a_word_that_is_out_of_sight(page: Page, demo: Demo) -> None:
    opened(page, demo)
    page.click("[data-do=actual]")
    page.wait_for_function(AT_REST)
    issuer = word(page, "开票人：")
    expect(issuer).not_to_be_in_viewport()
    assert page.evaluate("() => window.find('开票人：')")
    expect(issuer).to_be_in_viewport()
    assert page.locator(".sheet, .sheet div").evaluate_all(
        "all => all.every(each => !each.scrollLeft && !each.scrollTop)"
    )


def test_hits_are_outlined_where_they_are_and_come_into_view(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(THREE_INVOICES))
    told = next(each for each in told_words(page) if each["text"] == number_of_first(demo))
    hit = [shown_page(page)["id"], [[told[name] for name in "xywh"]]]
    page.evaluate(HIT, hit)
    outlined = page.locator(".marks .hit")
    expect(outlined).to_have_count(1)
    assert box_of(outlined) == pytest.approx(expected(page, told, 0, False), abs=TOLERANCE)
    page.click("[data-do=actual]")
    page.wait_for_function(AT_REST)
    page.evaluate(HIT, hit)
    expect(outlined).to_be_in_viewport(ratio=1)
    page.evaluate(HIT, [hit[0], []])
    expect(outlined).to_have_count(0)


def test_hits_of_another_page_appear_when_it_is_turned_to(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(TWENTY_FOUR_PAGES))
    page.click(f"[data-serial-no='{demo.bills[TWENTY_FOUR_PAGES].invoices[1].serial_no}'] a[data-open]")
    expect(page.locator(".strip:not([hidden]) .position")).to_have_text("1 / 24")
    second = page.get_attribute(".strip:not([hidden]) a[data-page='2']", "data-page-id")
    page.evaluate(HIT, [second, [[100, 100, 200, 50], [100, 300, 200, 50]]])
    expect(page.locator(".marks .hit")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator(".marks .hit")).to_have_count(2)
    page.keyboard.press("ArrowUp")
    expect(page.locator(".marks .hit")).to_have_count(0)


def test_the_magnifier_shows_what_is_under_the_mouse_until_escape(page: Page, demo: Demo) -> None:
    opened(page, demo)
    box, sheet = box_of(word(page, number_of_first(demo))), box_of(page.locator(".sheet"))
    page.keyboard.press("m")
    expect(page.locator("[data-do=loupe]")).to_have_attribute("aria-pressed", "true")
    lens = page.locator(".lens")
    left, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(left, top)
    page.wait_for_function(f"() => ({INK})(document.querySelector('.lens')) > 500")
    place = box_of(lens)
    assert (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2) == pytest.approx((left, top), abs=3)
    page.mouse.move(sheet["x"] + sheet["width"] / 2, sheet["y"] + 5)
    page.wait_for_function(f"() => ({INK})(document.querySelector('.lens')) === 0")
    page.mouse.move(sheet["x"] - 50, sheet["y"] + 50)
    expect(lens).to_be_hidden()
    page.keyboard.press("Escape")
    expect(lens).to_have_count(0)
    expect(page.locator("[data-do=loupe]")).to_have_attribute("aria-pressed", "false")


def test_the_magnifier_works_over_the_plain_picture(page: Page, demo: Demo) -> None:
    page.route("**/openseadragon.min.js", lambda route: route.fulfill(status=200, body="throw null"))
    page.goto(demo.image_view(THREE_INVOICES))
    page.evaluate("() => document.querySelector('invoice-stage').live = () => Promise.resolve(null)")
    told = next(each for each in told_words(page) if each["text"] == number_of_first(demo))
    place = expected(page, told, 0, False)
    page.keyboard.press("m")
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.wait_for_function(f"() => ({INK})(document.querySelector('.lens')) > 500")
    assert page.locator(".sheet.live").count() == 0


def test_on_the_whole_sheet_an_invoices_own_part_is_outlined(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(PASTED))
    invoice = demo.bills[PASTED].invoices[0]
    strip = page.locator(".strip[data-region]")
    size = Size(*(int(strip.locator("a").first.get_attribute(f"data-{name}") or 0) for name in ("width", "height")))
    region = Region.parse(invoice.region, invoice.pixel)
    assert region
    own = region.within(size)
    assert own
    assert strip.get_attribute("data-region") == f"{own.left},{own.top},{own.width},{own.height}"
    assert page.locator(".marks .own").count() == 0
    page.click(f"[data-show-file='{strip.get_attribute('data-file-id')}']")
    outlined = page.locator(".marks .own")
    expect(outlined).to_have_count(1)
    told = {"x": own.left, "y": own.top, "w": own.width, "h": own.height}
    assert box_of(outlined) == pytest.approx(expected(page, told, 0, False), abs=TOLERANCE)


def test_the_location_view_knows_no_region(page: Page, demo: Demo) -> None:
    page.goto(demo.location_view(PASTED, 0))
    expect(page.locator("invoice-stage img.picture")).to_be_visible()
    assert "data-region" not in page.content()
