"""Inside frames that allow little: sandboxed, without an origin of its own, without storage, without cookies."""

from collections.abc import Iterator
from html import escape
from urllib.parse import urlencode

import pytest
from flask import Flask, request
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from tests.browser.conftest import STEP
from tests.installations import Installation, installed
from tests.sandboxes import serving, without_pixels
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.server import ServedApp, serve_in_thread
from viewer.gateway.sandbox.state import State

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""A frame without an origin breaks off the scripts that it may not have; the server then leaves a file to the collector."""
USUAL = "allow-scripts allow-same-origin allow-downloads allow-modals"
OPAQUE = "allow-scripts allow-downloads allow-modals"
BILL = without_pixels(demo_bills()[0])
QUERY = "/m4/fpzs/expense/invoices/query"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    kept = State(tmp_path_factory.mktemp("frames-sandbox") / "sandbox.sqlite3")
    kept.put_bill(BILL)
    return kept


@pytest.fixture(scope="module")
def host() -> Iterator[ServedApp]:
    """A page around the viewer, of another origin."""
    app = Flask("host")

    @app.get("/")
    def page() -> str:
        sandbox = request.args.get("sandbox")
        limits = "" if sandbox is None else f' sandbox="{escape(sandbox)}"'
        address = escape(request.args["address"])
        return f'<!doctype html><title>ERP</title><iframe src="{address}"{limits} width="1200" height="800"></iframe>'

    with serve_in_thread(app) as served:
        yield served


@pytest.fixture(scope="module")
def own_site(state: State, host: ServedApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("frames-site")
    with serving(state) as cloud, installed(folder, cloud=cloud.url, frame_ancestors=host.url) as installation:
        yield installation


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(STEP)
    yield made
    made.close()


def framed(page: Page, host: ServedApp, address: str, sandbox: str | None) -> FrameLocator:
    """The address in a frame of a page of another origin."""
    asked = {"address": address} | ({} if sandbox is None else {"sandbox": sandbox})
    page.goto(f"{host.url}/?{urlencode(asked)}")
    return page.frame_locator("iframe")


def painted(frame: FrameLocator) -> None:
    expect(frame.locator(".card[data-serial-no]")).to_have_count(2)
    image = frame.locator(".card img.picture").first
    expect(image).to_be_visible()
    expect(image).not_to_have_js_property("naturalWidth", 0)


def test_a_sandboxed_frame_with_its_origin_works_whole(
    context: BrowserContext, own_site: Installation, host: ServedApp
) -> None:
    own_site.whole(BILL.userkey)
    page = context.new_page()
    frame = framed(page, host, f"{own_site.url}/bills/{BILL.userkey}?lang=en", USUAL)
    painted(frame)
    expect(frame.locator(".card[aria-current]")).to_have_count(1)
    frame.locator("[data-layout-to=grid]").click()
    expect(frame.locator("html")).to_have_attribute("data-layout", "grid")
    frame.locator("body").press("?")
    frame.get_by_role("dialog").get_by_role("button").click()
    expect(frame.get_by_role("dialog")).to_be_hidden()
    frame.locator("form.refresh button").click()
    expect(frame.locator("#announcement")).to_contain_text("Refreshed")
    frame.locator(".views a").nth(1).click()
    expect(frame.locator("main[data-view=location]")).to_be_visible()
    with page.expect_download():
        frame.locator("aside.beside .files a[download]").first.click()


def test_a_frame_without_an_origin_is_readable_as_without_scripts(
    context: BrowserContext, own_site: Installation, host: ServedApp
) -> None:
    own_site.whole(BILL.userkey)
    frame = framed(context.new_page(), host, f"{own_site.url}/bills/{BILL.userkey}?lang=en", OPAQUE)
    painted(frame)
    frame.locator(".card a[data-open]").first.click()
    expect(frame.locator("main[data-view=paper] .sheet img.picture")).to_be_visible()
    frame.locator(".views a").nth(1).click()
    expect(frame.locator("main[data-view=location]")).to_be_visible()
    frame.locator("form.refresh button").click()
    expect(frame.locator("main[data-view=location]")).to_be_visible()


@pytest.mark.parametrize("sandbox", [None, USUAL, OPAQUE, "allow-same-origin", ""])
def test_a_slow_bill_comes_in_every_frame(
    context: BrowserContext, own_site: Installation, host: ServedApp, state: State, sandbox: str | None
) -> None:
    own_site.whole(BILL.userkey)
    own_site.expire(BILL.userkey)
    state.faults.clear()
    state.faults.add(QUERY, "delay", 2, times=1)
    frame = framed(context.new_page(), host, f"{own_site.url}/bills/{BILL.userkey}?lang=en", sandbox)
    if sandbox is not None and "allow-scripts" not in sandbox:
        frame.locator("noscript a").click()  # a sandbox without scripts goes nowhere by itself
    painted(frame)


def test_a_page_works_where_storage_is_forbidden(context: BrowserContext, own_site: Installation) -> None:
    own_site.whole(BILL.userkey)
    context.add_init_script(
        """Object.defineProperty(window, "localStorage", {
          get() { throw new DOMException("denied", "SecurityError"); },
        });"""
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{own_site.url}/bills/{BILL.userkey}?lang=en")
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    page.click("[data-layout-to=grid]")
    expect(page.locator("html")).to_have_attribute("data-layout", "grid")
    page.click(".views a >> nth=1")
    expect(page.locator("main[data-view=location]")).to_be_visible()
    assert errors == []


def test_no_page_sets_or_needs_a_cookie(context: BrowserContext, own_site: Installation, host: ServedApp) -> None:
    own_site.whole(BILL.userkey)
    frame = framed(context.new_page(), host, f"{own_site.url}/bills/{BILL.userkey}?lang=en", None)
    painted(frame)
    frame.locator(".views a").nth(1).click()
    expect(frame.locator("main[data-view=location]")).to_be_visible()
    assert context.cookies() == []


def test_a_page_that_may_not_frame_the_viewer_shows_nothing_of_it(
    context: BrowserContext, own_site: Installation, host: ServedApp
) -> None:
    """The host's other name is another origin, and isn't on the list."""
    own_site.whole(BILL.userkey)
    stranger = host.url.replace("127.0.0.1", "localhost")
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    for path in ("", "/paper?serialNo=" + BILL.invoices[0].serial_no):
        refused.clear()
        page.goto(f"{stranger}/?{urlencode({'address': f'{own_site.url}/bills/{BILL.userkey}{path}'})}")
        assert any("frame-ancestors" in said for said in refused), refused
        frame = page.frames[1]
        assert frame.locator("#view").count() == 0
        assert BILL.userkey not in frame.content()
    framed(page, host, f"{own_site.url}/bills/{BILL.userkey}?lang=en", None)
    painted(page.frame_locator("iframe"))


def test_no_request_tells_where_it_comes_from(context: BrowserContext, own_site: Installation, host: ServedApp) -> None:
    """Neither to the viewer itself nor to whom a page leads: its address holds the key."""
    own_site.whole(BILL.userkey)
    told: list[tuple[str, str | None]] = []
    context.on("request", lambda request: told.append((request.url, request.header_value("referer"))))
    page = context.new_page()
    page.goto(f"{own_site.url}/bills/{BILL.userkey}?lang=en")
    page.locator(".card a[data-open]").nth(1).click()
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    page.locator(".views a").nth(1).click()
    expect(page.locator("main[data-view=location]")).to_be_visible()
    page.evaluate("(address) => location.assign(address)", f"{host.url}/?address=about:blank")
    page.wait_for_url(f"{host.url}/**")
    assert len(told) > 10
    assert {referer for _, referer in told} == {None}
