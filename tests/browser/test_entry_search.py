"""Searching in the location view: an entry's own invoices, in a real browser."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Demo
from viewer.gateway.sandbox.papers import Invoice

THREE_INVOICES = "BX-2026-09-000121"
TWENTY_FOUR_PAGES = "BX-2026-10-000204"
MARKS = "() => document.querySelectorAll('invoice-stage .sheet.live .marks .hit').length"


def paper_of(demo: Demo, bill_no: str, place: int) -> Invoice:
    paper = demo.bills[bill_no].invoices[place].paper
    assert isinstance(paper, Invoice)
    return paper


def hits(page: Page) -> Locator:
    return page.locator(".hits > li")


def typed(page: Page, query: str) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(query)


def test_a_hit_in_the_shown_invoice_is_outlined_on_its_page(page: Page, demo: Demo) -> None:
    page.goto(demo.location_view(THREE_INVOICES, 0))
    number = paper_of(demo, THREE_INVOICES, 0).number
    typed(page, number)
    expect(hits(page)).to_have_count(1)
    expect(hits(page)).to_contain_text(number)
    expect(hits(page).locator("[aria-current]")).to_have_text(number)
    page.wait_for_function(f"() => ({MARKS})() === 1")
    expect(page.locator("#announcement")).to_have_text("Found in invoices: 1")
    page.keyboard.press("Escape")
    expect(hits(page)).to_have_count(0)
    expect(page.locator("#search")).not_to_be_focused()
    page.wait_for_function(f"() => ({MARKS})() === 0")


def test_another_invoice_of_the_entry_is_found_and_enter_leads_there_and_on(page: Page, demo: Demo) -> None:
    loads: list[str] = []
    page.on("load", lambda _: loads.append("load"))
    own = demo.bills[THREE_INVOICES].invoices[:3]
    page.goto(demo.location_view(THREE_INVOICES, 0))
    typed(page, "杭州")
    expect(hits(page)).to_have_count(3)
    shown = page.locator("article[data-serial-no]")
    places = page.locator(".hits > li").evaluate_all(
        "rows => rows.map(row => row.querySelectorAll('.found a').length || 1)"
    )
    steps = [invoice.serial_no for invoice, count in zip(own, places, strict=True) for _ in range(count)]
    for expected in (*steps, own[0].serial_no):
        page.keyboard.press("Enter")
        expect(shown).to_have_attribute("data-serial-no", expected)
        expect(hits(page)).to_have_count(3)
        expect(page.locator("#search")).to_be_focused()
        expect(page.locator("#search")).to_have_value("杭州")
    page.locator(".hits > li", has_text=paper_of(demo, THREE_INVOICES, 2).number).locator("a").first.click()
    expect(shown).to_have_attribute("data-serial-no", own[2].serial_no)
    page.go_back()
    expect(shown).to_have_attribute("data-serial-no", own[0].serial_no)
    expect(hits(page)).to_have_count(3)
    assert loads == ["load"]


def test_nothing_of_another_entry_is_found_or_in_the_page(page: Page, demo: Demo) -> None:
    other = paper_of(demo, THREE_INVOICES, 3)
    page.goto(demo.image_view(THREE_INVOICES))
    page.fill("#search", other.number)
    expect(page.locator(".card:not([hidden])")).to_have_count(1)
    page.goto(demo.location_view(THREE_INVOICES, 0))
    answers: list[str] = []
    page.on("response", lambda answer: answers.append(answer.text()) if "/search?" in answer.url else None)
    typed(page, other.number)
    expect(page.locator("#search-state")).to_have_text("Nothing was found.")
    expect(hits(page)).to_have_count(0)
    serial_no = demo.bills[THREE_INVOICES].invoices[3].serial_no
    assert answers
    assert all(serial_no not in answer for answer in answers)
    assert serial_no not in page.content()


def test_a_hit_on_a_later_page_turns_to_it(page: Page, demo: Demo) -> None:
    page.goto(demo.location_view(TWENTY_FOUR_PAGES, 1))
    position = page.locator(".strip:not([hidden]) .position")
    expect(position).to_have_text("1 / 24")
    typed(page, paper_of(demo, TWENTY_FOUR_PAGES, 1).number)
    last = page.locator(".hits .found a").last
    number = last.get_attribute("data-page")
    assert number
    assert number != "1"
    last.click()
    expect(position).to_have_text(f"{number} / 24")
    page.wait_for_function(f"() => ({MARKS})() > 0")


def test_while_two_are_compared_a_hit_in_another_invoice_comes_to_the_right(page: Page, demo: Demo) -> None:
    address = demo.location_view(THREE_INVOICES, 0)
    page.goto(address)
    page.keyboard.press("c")
    left, right = page.locator(".pair .who").all()
    third = paper_of(demo, THREE_INVOICES, 2).number
    expect(right).to_contain_text(paper_of(demo, THREE_INVOICES, 1).number)
    typed(page, third)
    page.locator(".hits a").first.click()
    expect(right).to_contain_text(third)
    expect(left).to_contain_text(paper_of(demo, THREE_INVOICES, 0).number)
    assert page.url == address


def test_without_a_script_there_is_no_box(scriptless: Page, demo: Demo) -> None:
    scriptless.goto(demo.location_view(THREE_INVOICES, 0))
    expect(scriptless.locator("#search")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_box_and_its_hits_fit_the_page(page: Page, demo: Demo, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(demo.location_view(TWENTY_FOUR_PAGES, 1))
    page.fill("#search", paper_of(demo, TWENTY_FOUR_PAGES, 1).number)
    expect(hits(page)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
