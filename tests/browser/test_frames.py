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


ZOOM = """() => {
  const { viewport } = document.querySelector("invoice-stage").viewer;
  return viewport.getZoom() / viewport.getHomeZoom();
}"""
STORAGELESS = """for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
}"""


@pytest.mark.parametrize("storage", [True, False], ids=["with storage", "without storage"])
def test_every_tool_works_in_a_sandboxed_frame(
    context: BrowserContext, own_site: Installation, host: ServedApp, *, storage: bool
) -> None:
    own_site.whole(BILL.userkey)
    if not storage:
        context.add_init_script(STORAGELESS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    view = framed(page, host, f"{own_site.url}/bills/{BILL.userkey}?lang=en", USUAL)
    painted(view)
    inner = page.frames[1]
    view.locator("invoice-stage .sheet").hover()
    expect(view.locator(".sheet.live")).to_be_visible()

    def use(tool: str) -> None:
        view.locator(f".tools [data-do={tool}]").click()

    use("zoom-in")
    inner.wait_for_function(f"() => ({ZOOM})() > 1.3")
    use("zoom-out")
    use("fit-width")
    use("actual")
    use("fit-page")
    inner.wait_for_function(f"() => Math.abs(({ZOOM})() - 1) < 0.01")
    for tool, degrees in (("turn-right", 90), ("turn-left", 0)):
        with page.expect_response("**/rotation") as saved:
            use(tool)
        assert saved.value.ok
        assert saved.value.request.post_data == f'{{"rotation":{degrees}}}'
    use("mirror")
    inner.wait_for_function("() => document.querySelector('invoice-stage').viewer.viewport.getFlip()")
    use("mirror")
    use("adjust")
    view.locator("form.adjust [name=invert]").check()
    expect(view.locator(".sheet")).to_have_css("filter", "brightness(1) contrast(1) invert(1)")
    view.locator("form.adjust [type=reset]").click()
    use("adjust")
    use("loupe")
    view.locator("invoice-stage .sheet").hover()
    expect(view.locator("canvas.lens")).to_be_visible()
    use("loupe")
    expect(view.locator(".words span").first).to_be_attached()
    use("compare")
    expect(view.locator(".sheet.live")).to_have_count(2)
    use("compare")
    expect(view.locator("invoice-stage")).to_have_count(1)
    use("panel")
    expect(view.locator("aside.beside")).to_be_hidden()
    use("panel")
    expect(view.locator("aside.beside")).to_be_visible()
    use("help")
    expect(view.locator("#help")).to_be_visible()
    view.locator("#help button").click()
    expect(view.locator("#help")).to_be_hidden()
    use("fullscreen")
    expect(view.locator("#announcement.seen")).to_contain_text('allow="fullscreen"')
    view.locator("#search").fill("发票号码")
    view.locator("#search").press("Enter")
    inner.wait_for_function("() => document.querySelectorAll('.sheet.live .marks .hit').length > 0")
    expect(view.locator(".card[aria-current]")).to_have_count(1)
    view.locator("#search").fill("没有的字")
    expect(view.locator("#search-state")).to_have_text("Nothing was found.")
    view.locator("[data-clear]").click()
    view.locator(".narrow summary").click()
    view.locator("select[name=sort]").select_option("most")
    expect(view.locator(".group.flat .card")).to_have_count(2)
    inner.evaluate("window.print = () => { window.printed = true; }")
    view.locator("invoice-stage .sheet").focus()
    page.keyboard.press("p")
    assert inner.evaluate("window.printed")
    view.locator("form.refresh button").click()
    expect(view.locator("#announcement")).to_have_text("Refreshed.")
    assert errors == []


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
