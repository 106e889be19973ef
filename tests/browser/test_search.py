"""Searching, filtering and sorting the image view's list in a real browser."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Demo, Watch
from viewer.gateway.sandbox.papers import Invoice

FAQ = "BX-2026-09-000118"
TWENTY_FOUR_PAGES = "BX-2026-10-000204"
SPLIT = "BX-2026-09-000121"
BIG = "BX-2026-11-000300"

ALL_READ = 60_000
"""Milliseconds that reading 200 invoices' texts for the first time may take."""

HEARD = """() => {
  window.heard = [];
  document.addEventListener("searchhits", (event) => window.heard.push([...event.detail]));
}"""
AMOUNTS = "cards => cards.map(card => Number(card.dataset.amount))"


def listed(page: Page) -> Locator:
    return page.locator(".card:not([hidden])")


def shown(page: Page) -> Locator:
    """The page that the stage shows, on its strip."""
    return page.locator("invoice-stage .strip [aria-current]")


def number_of(demo: Demo, bill_no: str, place: int) -> str:
    paper = demo.bills[bill_no].invoices[place].paper
    assert isinstance(paper, Invoice)
    return paper.number


def hit(serial_no: str, *pages: tuple[str, str, int], fields: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "serial_no": serial_no,
        "attachment_id": None,
        "fields": fields,
        "pages": [
            {"file_id": file_id, "page_id": page_id, "number": number, "boxes": [[1, 2, 3, 4]]}
            for file_id, page_id, number in pages
        ],
    }


def answering(page: Page, *answers: dict[str, Any] | int) -> list[str]:
    """The searches that the page asks for; each is given the next answer (or status), the last one again and again."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        given = answers[min(len(asked), len(answers)) - 1]
        if isinstance(given, int):
            route.fulfill(status=given, body="")
        else:
            route.fulfill(body=json.dumps({"query": "", "pages": 0, "pending": 0} | given))

    page.route("**/search?**", answer)
    return asked


def sorted_by(page: Page, order: str) -> None:
    if page.locator(".narrow[open]").count() == 0:
        page.click(".narrow summary")
    page.select_option("select[name=sort]", order)


def test_a_number_finds_its_invoice_and_says_where_it_stands(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(BIG))
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(number_of(demo, BIG, 65))
    expect(page.locator("#announcement")).to_contain_text("1 of 200 invoices", timeout=ALL_READ)
    expect(listed(page)).to_have_count(1)
    expect(listed(page)).to_have_attribute("data-serial-no", demo.bills[BIG].invoices[65].serial_no)
    expect(listed(page).locator(".found")).to_contain_text("Number")
    expect(listed(page).locator(".found")).to_contain_text("page 1")
    expect(page.locator(".group:not([hidden])")).to_have_count(1)
    expect(page.locator(".listed .count")).to_have_text("1 of 200")


def test_escape_brings_the_whole_list_back_and_leaves_the_box(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(FAQ))
    page.fill("#search", number_of(demo, FAQ, 0))
    expect(listed(page)).to_have_count(1)
    page.press("#search", "Escape")
    expect(listed(page)).to_have_count(2)
    expect(page.locator("#search")).to_have_value("")
    expect(page.locator("#search")).not_to_be_focused()
    expect(page.locator(".found")).to_have_count(0)
    expect(page.locator(".listed")).to_be_hidden()


def test_enter_opens_the_first_hits_page_and_then_the_next_hit(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(TWENTY_FOUR_PAGES))
    bill = demo.bills[TWENTY_FOUR_PAGES]
    long, other = bill.invoices[1].serial_no, bill.invoices[2].serial_no
    file_id = page.locator(f"[data-serial-no='{long}'] a.open").get_attribute("data-file-id") or ""
    pages = [(file_id, f"page-{number}", number) for number in (17, 23)]
    answering(page, {"hits": [hit(long, *pages), hit(other, fields=("seller_name",))], "pages": 36})
    page.fill("#search", "电阻")
    page.press("#search", "Enter")
    expect(shown(page)).to_have_attribute("data-page", "17")
    expect(page.locator("#search")).to_be_focused()
    page.press("#search", "Enter")
    expect(shown(page)).to_have_attribute("data-page", "23")
    page.press("#search", "Enter")
    expect(page.locator(f".card[data-serial-no='{other}']")).to_have_attribute("aria-current", "true")
    page.press("#search", "Enter")
    expect(shown(page)).to_have_attribute("data-page", "17")
    page.click(".found a[data-page='23']")
    expect(shown(page)).to_have_attribute("data-page", "23")


def test_a_hit_in_another_file_of_an_invoice_opens_that_file(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(TWENTY_FOUR_PAGES))
    page.fill("#search", number_of(demo, TWENTY_FOUR_PAGES, 0))
    page.locator(".found a", has_text="PDF").wait_for()
    link = page.locator(".found a", has_text="XML")
    link.click()
    expect(shown(page)).to_have_attribute("data-file-id", link.get_attribute("data-file") or "-")


def test_an_attachment_that_is_found_is_counted_beside_the_invoices(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(TWENTY_FOUR_PAGES))
    page.fill("#search", "采购合同")
    expect(page.locator("#announcement")).to_contain_text("attachments: 1")
    expect(page.locator(".listed .count")).to_have_text("0 of 3 · attachments: 1")
    expect(listed(page).locator(".found")).to_contain_text("Name")


def test_a_search_asks_again_until_all_pages_are_read(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(FAQ))
    first, second = (invoice.serial_no for invoice in demo.bills[FAQ].invoices)
    asked = answering(
        page,
        {"hits": [hit(first, fields=("remark",))], "pages": 200, "pending": 80},
        {"hits": [hit(first, fields=("remark",))], "pages": 200, "pending": 80},
        {"hits": [hit(first, fields=("remark",)), hit(second, fields=("items",))], "pages": 200},
    )
    page.evaluate(
        """() => {
          const state = document.querySelector(".search-state");
          window.states = [];
          new MutationObserver(() => window.states.push(state.textContent)).observe(state, { childList: true });
        }"""
    )
    page.fill("#search", "餐")
    expect(page.locator(".found")).to_have_count(2)
    expect(page.locator(".search-state")).to_be_empty()
    assert "Searched 120 of 200 pages" in page.evaluate("window.states")
    assert len(asked) == 3


def test_what_isnt_found_and_what_fails_is_said_in_words(page: Page, demo: Demo, watch: Watch) -> None:
    page.goto(demo.image_view(FAQ))
    page.fill("#search", "nowhere to be found")
    expect(page.locator(".search-state")).to_have_text("Nothing was found.")
    expect(page.locator("#announcement")).to_have_text("Nothing was found.")
    expect(listed(page)).to_have_count(0)
    page.fill("#search", "¥")
    expect(page.locator(".search-state")).to_contain_text("A search needs a number, a name or another word")
    expect(listed(page)).to_have_count(2)
    answering(page, 500, {"hits": [hit(demo.bills[FAQ].invoices[0].serial_no)]})
    page.fill("#search", "餐")
    expect(page.locator(".search-state")).to_contain_text("The search failed")
    page.press("#search", "Enter")
    expect(listed(page)).to_have_count(1)
    assert len(watch.complaints) == 2, "the browser itself notes each failed answer"
    watch.complaints.clear()


def test_the_hits_boxes_are_told_and_taken_back(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(FAQ))
    page.evaluate(HEARD)
    serial_no = demo.bills[FAQ].invoices[0].serial_no
    answering(page, {"hits": [hit(serial_no, ("file", "page-1", 1))]})
    page.fill("#search", "云")
    expect(listed(page)).to_have_count(1)
    page.press("#search", "Escape")
    assert page.evaluate("window.heard") == [[["page-1", [[1, 2, 3, 4]]]], []]


def test_a_narrowed_view_is_searched_as_it_was_asked_for(page: Page, demo: Demo) -> None:
    bill = demo.bills[SPLIT]
    wanted = [invoice.serial_no for invoice in bill.invoices[:2]]
    page.goto(demo.image_view(SPLIT, "&profile=eas" + "".join(f"&serialNo={each}" for each in wanted)))
    with page.expect_request("**/search?**") as asked:
        page.fill("#search", "发票")
    query = parse_qs(urlsplit(asked.value.url).query)
    assert (query["profile"], query["serialNo"], query["q"]) == (["eas"], wanted, ["发票"])


def test_filters_narrow_the_list_and_its_sum_stands_beside_the_bills(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(BIG))
    page.click(".narrow summary")
    page.select_option("select[name=finding]", "red")
    red = page.locator(".card[data-finding~=red]")
    assert 0 < red.count() < 200
    expect(listed(page)).to_have_count(red.count())
    sums = page.locator(".listed .sum")
    expect(sums).to_have_text(f"¥{sum(red.evaluate_all(AMOUNTS)):,.2f} of ¥280,049.62")
    page.select_option("select[name=status]", "0")
    both = page.locator(".card[data-finding~=red][data-status='0']").count()
    assert both < red.count()
    expect(listed(page)).to_have_count(both)
    expect(page.locator("#announcement")).to_contain_text(
        f"{both} of 200 invoices" if both else "No invoice fits these filters."
    )
    page.click("[data-clear]")
    expect(listed(page)).to_have_count(200)
    expect(page.locator("select[name=finding]")).to_have_value("")


def test_a_search_and_a_filter_hold_together(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(BIG))
    page.fill("#search", "酒店")
    expect(page.locator(".listed .count")).to_have_text("20 of 200")
    page.click(".narrow summary")
    page.select_option("select[name=status]", "3")
    count = page.locator(".card[data-status='3']:not([hidden])").count()
    assert count < 20
    expect(listed(page)).to_have_count(count)


def test_by_amount_the_whole_bill_is_one_list_whose_cards_name_their_entries(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(BIG))
    before = page.locator(".card").evaluate_all("cards => cards.map(card => card.dataset.serialNo)")
    sorted_by(page, "most")
    amounts = page.locator(".card").evaluate_all(AMOUNTS)
    assert amounts == sorted(amounts, reverse=True)
    expect(page.locator(".group:not([hidden])")).to_have_count(1)
    first, second = page.locator(".card").nth(0), page.locator(".card").nth(1)
    first.locator("[data-open]").click()
    expect(first).to_have_attribute("aria-current", "true")
    entry = first.locator(".of-entry a").get_attribute("href") or "-"
    assert entry in (page.locator("[data-view-link=location]").get_attribute("href") or "")
    page.keyboard.press("ArrowRight")
    expect(second).to_have_attribute("aria-current", "true")
    sorted_by(page, "")
    assert page.locator(".card").evaluate_all("cards => cards.map(card => card.dataset.serialNo)") == before
    expect(page.locator(".of-entry")).to_have_count(0)
    expect(page.locator(".group.flat")).to_be_hidden()


def test_hidden_cards_load_no_pictures(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(BIG))
    page.wait_for_load_state("networkidle")
    page.click(".narrow summary")
    page.select_option("select[name=finding]", "red")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.evaluate("() => { const list = document.querySelector('.list'); list.scrollTop = list.scrollHeight; }")
    page.wait_for_load_state("networkidle")
    services = page.locator(".card[hidden] a.open").evaluate_all("links => links.map(link => link.dataset.service)")
    assert len(services) > 100
    assert [path for path in asked if path.startswith(tuple(services))] == []


def test_what_was_set_is_there_again_after_a_look_at_the_other_view(page: Page, demo: Demo) -> None:
    page.goto(demo.image_view(FAQ))
    page.fill("#search", number_of(demo, FAQ, 0))
    expect(listed(page)).to_have_count(1)
    page.click("[data-view-link=location]")
    expect(page.locator("main[data-view=location]")).to_be_visible()
    page.click("[data-view-link=image]")
    expect(page.locator("#search")).to_have_value(number_of(demo, FAQ, 0))
    expect(listed(page)).to_have_count(1)


def test_the_controls_fit_a_narrow_screen(page: Page, demo: Demo) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(demo.image_view(BIG))
    sorted_by(page, "number")
    page.fill("#search", "酒店")
    expect(page.locator(".listed .count")).to_have_text("20 of 200")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_without_javascript_there_are_no_controls(scriptless: Page, demo: Demo) -> None:
    scriptless.goto(demo.image_view(FAQ))
    expect(scriptless.locator("#search")).to_be_hidden()
    expect(scriptless.locator(".narrow")).to_be_hidden()
    expect(scriptless.locator(".card")).to_have_count(2)
