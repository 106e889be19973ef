"""What a page shows while something is on its way, is old, is missing, or is copied."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import STEP, Demo, Watch
from tests.installations import Installation, installed
from tests.sandboxes import serving, without_pixels
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.papers import Invoice
from viewer.gateway.sandbox.state import State

QUERY = "/m4/fpzs/expense/invoices/query"
DELAY = 3
"""Seconds of a slow cloud: enough to look at what is shown meanwhile."""
UNKNOWN = "0" * 31 + "7"
BIG = "BX-2026-11-000300"
FAQ, SEVERAL, *_ = (without_pixels(bill) for bill in demo_bills())
LONG, DAMAGED = (without_pixels(bill) for bill in demo_bills()[3:5])


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    kept = State(tmp_path_factory.mktemp("states-sandbox") / "sandbox.sqlite3")
    for bill in (FAQ, SEVERAL, LONG, DAMAGED):
        kept.put_bill(bill)
    return kept


@pytest.fixture(scope="module")
def own_site(state: State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation of this module's own, so that its upstream can be spoilt."""
    with (
        serving(state) as cloud,
        installed(tmp_path_factory.mktemp("states-site"), cloud=cloud.url) as installation,
    ):
        yield installation


@pytest.fixture
def cloud(state: State) -> Iterator[State]:
    state.faults.clear()
    yield state
    state.faults.clear()


@pytest.fixture
def slow(own_site: Installation, cloud: State) -> State:
    """The FAQ's stored copy is too old, and the cloud takes long to say it again."""
    own_site.whole(FAQ.userkey)
    own_site.expire(FAQ.userkey)
    cloud.faults.add(QUERY, "delay", DELAY)
    return cloud


def address(site: Installation, path: str, query: str = "") -> str:
    return f"{site.url}/bills/{path}?lang=en{query}"


def test_a_slow_bill_shows_its_shape_and_then_itself_in_place(page: Page, own_site: Installation, slow: State) -> None:
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.goto(address(own_site, FAQ.userkey))
    expect(page.locator("main[aria-busy=true]")).to_be_visible()
    expect(page.locator(".asking")).to_contain_text("The invoice cloud is being asked")
    expect(page.locator(".elapsed")).to_have_text("1 s")
    expect(page.locator(".card[data-serial-no]")).to_have_count(2)
    expect(page.locator("main[aria-busy]")).to_have_count(0)
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.locator("aside.beside h3")).to_have_text(page.locator(".card h3").nth(1).inner_text())
    assert len([url for url in loads if "#" not in url]) == 1


def test_a_slow_entry_that_leads_on_has_the_address_of_where_it_leads(
    page: Page, own_site: Installation, slow: State
) -> None:
    first, second = FAQ.entries[0].branch_id, FAQ.entries[1].branch_id
    page.goto(address(own_site, f"{FAQ.userkey}/location", f"&branch_id={first}&step=next"))
    expect(page.locator(f"main[data-branch-id='{second}']")).to_be_visible()
    assert "step" not in page.url
    assert second in page.url


def test_a_bill_that_fails_after_a_while_says_so_and_is_tried_again(
    page: Page, own_site: Installation, cloud: State, watch: Watch
) -> None:
    cloud.faults.add(QUERY, "delay", 1.5)
    page.goto(address(own_site, UNKNOWN))
    expect(page.locator(".notice h1")).to_have_text("No bill has this userkey")
    expect(page.locator(".notice .code")).to_have_text("404 · unknown_userkey")
    assert page.title() == "No bill has this userkey"
    cloud.faults.clear()
    with page.expect_navigation() as again:
        page.click("button.again")
    assert again.value
    assert again.value.status == 404
    assert all("404" in complaint for complaint in watch.complaints)
    watch.complaints.clear()


def test_without_javascript_a_slow_bill_comes_by_itself(scriptless: Page, own_site: Installation, slow: State) -> None:
    scriptless.goto(address(own_site, FAQ.userkey), wait_until="commit")
    expect(scriptless.locator(".card[data-serial-no]")).to_have_count(2)
    assert "wait=1" in scriptless.url
    scriptless.click(".views a >> nth=1")
    expect(scriptless.locator("main[data-view=location]")).to_be_visible()
    assert "wait" not in scriptless.url


def test_a_stale_copy_is_refreshed_in_place(page: Page, own_site: Installation, cloud: State) -> None:
    own_site.whole(FAQ.userkey)
    own_site.expire(FAQ.userkey)
    cloud.faults.add(QUERY, "status", 503)
    page.goto(address(own_site, FAQ.userkey))
    banner = page.locator(".banner.stale")
    expect(banner).to_contain_text("This is the copy of")
    expect(page.locator("form.refresh")).to_have_count(1)
    cloud.faults.clear()
    own_site.age(FAQ.userkey, 60)
    page.evaluate("window.same = true")
    banner.locator("button").click()
    expect(banner).to_have_count(0)
    expect(page.locator("#announcement")).to_have_text("Refreshed.")
    assert page.evaluate("window.same")


def test_a_refresh_that_scripts_cant_do_is_an_ordinary_one(page: Page, own_site: Installation, cloud: State) -> None:
    own_site.whole(FAQ.userkey)
    page.goto(address(own_site, FAQ.userkey))
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('broken')); }")
    with page.expect_navigation():
        page.click("form.refresh button")
    expect(page.locator(".card[data-serial-no]")).to_have_count(2)


def test_a_pending_file_turns_ready_in_the_list_and_on_the_stage(
    page: Page, own_site: Installation, cloud: State
) -> None:
    cloud.faults.add("/files", "delay", 2)
    page.goto(address(own_site, LONG.userkey))
    expect(page.locator("invoice-stage pending-picture")).to_have_count(1)
    expect(page.locator(".card pending-picture")).not_to_have_count(0)
    expect(page.locator("pending-picture")).to_have_count(0, timeout=60_000)
    expect(page.locator("invoice-stage .strip")).not_to_have_count(0)
    expect(page.locator("invoice-stage .sheet img.picture")).to_be_visible()
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    page.wait_for_function("() => document.querySelector('invoice-stage .sheet img.picture').naturalWidth > 0")


def test_a_file_that_cant_be_read_says_why_and_can_be_downloaded(
    page: Page, own_site: Installation, cloud: State
) -> None:
    bill = own_site.whole(DAMAGED.userkey)
    unreadable = next(
        invoice for invoice in bill["invoices"] if any(file["state"] == "unreadable" for file in invoice["files"])
    )
    page.goto(address(own_site, f"{DAMAGED.userkey}/paper", f"&serialNo={unreadable['serial_no']}"))
    expect(page.locator(".sheet .no-picture.problem")).to_contain_text("Download the original")
    with page.expect_download():
        page.click(".sheet .instead a")


def test_losing_the_network_is_said_and_what_is_loaded_stays(
    page: Page, own_site: Installation, cloud: State, watch: Watch
) -> None:
    own_site.whole(FAQ.userkey)
    branch_id = FAQ.entries[0].branch_id
    page.goto(address(own_site, f"{FAQ.userkey}/location", f"&branch_id={branch_id}"))
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    page.click(".views a >> nth=0")
    expect(page.locator("#announcement")).to_contain_text("There is no network, so this can't be shown now.")
    expect(page.locator("main[data-view=location]")).to_be_visible()
    page.click("form.refresh button")
    expect(page.locator("main[data-view=location]")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_have_count(0)
    page.click(".views a >> nth=0")
    expect(page.locator("main[data-view=image]")).to_be_visible()
    assert all("ERR_INTERNET_DISCONNECTED" in complaint for complaint in watch.complaints)
    watch.complaints.clear()


def test_an_invoice_that_the_lost_network_keeps_back_leaves_the_one_shown_with_its_own_data(
    page: Page, demo: Demo, watch: Watch
) -> None:
    page.goto(demo.image_view(BIG))
    card = page.locator(".card[aria-current]")
    first, second, *_ = page.locator(".card").evaluate_all("cards => cards.map((one) => one.dataset.serialNo)")
    page.keyboard.press("ArrowRight")
    expect(page.locator("aside.beside")).to_contain_text(second)
    picture = page.locator("invoice-stage .sheet img.picture").get_attribute("data-page-id")
    page.context.set_offline(True)
    for index in (40, 60):
        page.locator(".card a[data-open]").nth(index).click()
    expect(page.locator("#announcement")).to_contain_text("There is no network, so this can't be shown now.")
    expect(card).to_have_attribute("data-serial-no", second)
    expect(page.locator("aside.beside:not([aria-busy])")).to_contain_text(second)
    expect(page.locator("invoice-stage .sheet img.picture")).to_have_attribute("data-page-id", picture or "")
    assert urlsplit(page.url).fragment == f"serialNo={second}"
    expect(page.locator("invoice-stage .strip a[aria-current]")).to_have_attribute("data-page-id", picture or "")
    page.context.set_offline(False)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("aside.beside")).to_contain_text(first)
    expect(card).to_have_attribute("data-serial-no", first)
    watch.complaints.clear()


@pytest.mark.parametrize("allowed", [True, False])
def test_a_value_is_copied_with_and_without_the_clipboards_leave(
    browser: Browser, own_site: Installation, cloud: State, allowed: bool
) -> None:
    own_site.whole(FAQ.userkey)
    invoice = FAQ.invoices[0].paper
    assert isinstance(invoice, Invoice)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(STEP)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    if not allowed:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(address(own_site, f"{FAQ.userkey}/location", f"&branch_id={FAQ.entries[0].branch_id}"))
    button = page.locator(f".copy[data-copy='{invoice.number}']")
    button.focus()
    expect(button).to_have_css("opacity", "1")
    button.press("Enter")
    expect(page.locator("#announcement")).to_have_text(f"Copied: {invoice.number}")
    expect(button).to_be_focused()
    other = context.new_page()
    other.goto(f"{own_site.url}/?lang=en")
    other.focus("#userkey")
    other.keyboard.press("Control+v")
    expect(other.locator("#userkey")).to_have_value(invoice.number)
    context.close()


def test_an_entry_without_invoices_says_what_to_do(page: Page, own_site: Installation, cloud: State) -> None:
    _, empty = SEVERAL.entries
    own_site.archive.bills.register(bill_id=SEVERAL.bill_id, bill_no=SEVERAL.bill_no, branch_id=empty.branch_id)
    own_site.whole(SEVERAL.userkey)
    page.goto(address(own_site, f"{SEVERAL.userkey}/location", f"&branch_id={empty.branch_id}"))
    expect(page.locator(".nothing")).to_contain_text("Add invoices to it in the ERP")
    page.click(".nothing a")
    expect(page.locator("main[data-view=image]")).to_be_visible()


def test_a_bill_without_invoices_says_what_to_do(page: Page, own_site: Installation, cloud: State) -> None:
    userkey = own_site.archive.bills.register(bill_id="NOTHING-1", bill_no="NOTHING-1", branch_id=None)
    page.goto(address(own_site, userkey))
    expect(page.locator(".nothing")).to_contain_text("This bill has no invoice.")
    expect(page.locator("form.refresh button")).to_be_visible()


def test_the_answer_of_a_slow_bill_may_be_lost_and_says_so(
    page: Page, own_site: Installation, slow: State, watch: Watch
) -> None:
    def lose(route: Route) -> None:
        if route.request.is_navigation_request():
            route.continue_()
        else:
            route.abort()

    page.route(address(own_site, FAQ.userkey), lose)
    page.goto(address(own_site, FAQ.userkey))
    expect(page.locator(".notice h1")).to_have_text("The viewer doesn't answer. Try again in a moment.")
    expect(page.locator("button.again")).to_be_visible()
    watch.complaints.clear()
