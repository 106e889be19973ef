"""The embed kit in a page of another origin: what it shows and tells, whom it trusts, and that no address holds the key."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Request, expect

from tests.bills import new_bill
from tests.browser.conftest import STEP
from tests.installations import Installation, installed
from tests.sandboxes import serving
from viewer.gateway.sandbox.server import ServedApp, serve_in_thread
from viewer.gateway.sandbox.shapes import CatalogueBill
from viewer.gateway.sandbox.state import State

BILL = new_bill(2, 1, header=1)
OTHER = new_bill(1)
EMPTY_ROW = new_bill(0, 1)
LIST = "/m4/fpzs/expense/invoices/query"
EVENTS = ("ready", "entrychange", "invoicechange", "error", "tokenexpiring")
LISTENING = f"""
  window.told = [];
  addEventListener("DOMContentLoaded", () => {{
    for (const name of {list(EVENTS)})
      document.querySelector("bill-viewer")?.addEventListener(name, ({{ type, detail }}) => told.push([type, detail]));
  }});
"""


@dataclass
class Host:
    """A site whose pages hold the viewer; `pages` are its documents by path."""

    served: ServedApp
    pages: dict[str, str] = field(default_factory=dict)

    def put(self, path: str, body: str) -> str:
        """The address of a page with this body."""
        self.pages[path] = f'<!doctype html><title>ERP</title><link rel="icon" href="data:,"><body>{body}</body>'
        return f"{self.served.url}/{path}"


@dataclass
class Embedded:
    """A page with the kit in it."""

    page: Page
    asked: list[Request]

    @property
    def viewer(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    @property
    def told(self) -> list[Any]:
        found: list[Any] = self.page.evaluate("told")
        return found

    def await_told(self, kind: str, **members: object) -> None:
        """Until the kit has told this."""
        self.page.wait_for_function(
            """([kind, members]) => told.some(([type, detail]) => type === kind
              && Object.entries(members).every(([name, value]) => detail[name] === value))""",
            arg=[kind, members],
        )

    def call(self, method: str, *given: object) -> None:
        self.page.evaluate(
            "([method, given]) => document.querySelector('bill-viewer')[method](...given)", [method, list(given)]
        )

    def say(self, message: object) -> None:
        """From the host page itself to the viewer's frame."""
        self.page.evaluate(
            """(message) => document.querySelector("bill-viewer").shadowRoot.querySelector("iframe")
              .contentWindow.postMessage(message, "*")""",
            message,
        )


def hosting() -> Iterator[Host]:
    app = Flask("host")
    with serve_in_thread(app) as served:
        host = Host(served)
        app.add_url_rule("/<path:path>", view_func=lambda path: host.pages[path])
        yield host


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """A site that VIEWER_FRAME_ANCESTORS names."""
    yield from hosting()


@pytest.fixture(scope="module")
def stranger() -> Iterator[Host]:
    """A site that it doesn't name."""
    yield from hosting()


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    kept = State(tmp_path_factory.mktemp("embed-sandbox") / "sandbox.sqlite3")
    for bill in (BILL, OTHER, EMPTY_ROW):
        kept.put_bill(bill)
    return kept


@pytest.fixture(scope="module")
def site(state: State, host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("embed-site")
    with serving(state) as cloud, installed(folder, cloud=cloud.url, frame_ancestors=host.served.url) as found:
        for bill in (BILL, OTHER, EMPTY_ROW):
            for each in bill.entries:
                found.archive.bills.register(bill_id=bill.bill_id, bill_no=bill.bill_no, branch_id=each.branch_id)
            found.whole(bill.userkey)
        yield found


@pytest.fixture(scope="module")
def open_site(site: Installation) -> Iterator[Installation]:
    """The same installation, which everybody may frame."""
    with installed(site.settings.instance, cloud=str(site.settings.gateway_url), frame_ancestors="*") as found:
        yield found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(STEP)
    yield made
    assert made.cookies() == []
    made.close()


@pytest.fixture
def embed(context: BrowserContext, host: Host, site: Installation) -> Callable[..., Embedded]:
    """Opens a host page with `<bill-viewer>` of these attributes."""

    def open_page(bill: CatalogueBill = BILL, *, at: Host = host, of: Installation = site, **given: str) -> Embedded:
        attributes = {"key": bill.userkey, "lang": "en"} | {
            name.replace("_", "-"): text for name, text in given.items()
        }
        address = at.put("kit", element(of, attributes))
        page, asked = context.new_page(), list[Request]()
        context.on("request", lambda each: asked.append(each))
        page.add_init_script(LISTENING)
        page.goto(address)
        return Embedded(page, asked)

    return open_page


def element(site: Installation, attributes: dict[str, str]) -> str:
    words = " ".join(f'{name}="{text}"' for name, text in attributes.items() if text)
    return f'<script type="module" src="{site.url}/embed.js"></script>\n<bill-viewer {words}></bill-viewer>'


def entry(row: int, bill: CatalogueBill = BILL) -> str:
    return bill.entries[row].branch_id


def serial(number: int, bill: CatalogueBill = BILL) -> str:
    return bill.invoices[number].serial_no


def test_two_lines_show_the_whole_bill(embed: Callable[..., Embedded]) -> None:
    shown = embed()
    expect(shown.viewer.locator("main[data-view=image] .card[data-serial-no]")).to_have_count(4)
    shown.await_told("ready", view="image", serialNo=serial(0), branchId=entry(0))
    expect(shown.viewer.locator(".card img.picture").first).not_to_have_js_property("naturalWidth", 0)


def test_a_branch_id_shows_that_entrys_invoice_alone(embed: Callable[..., Embedded]) -> None:
    shown = embed(branch_id=entry(1))
    shown.await_told("ready", view="location", serialNo=serial(2), branchId=entry(1))
    expect(shown.viewer.locator("[data-serial-no]")).to_have_count(1)
    assert serial(0) not in shown.page.frames[1].content()


def test_with_the_image_view_a_branch_id_marks(embed: Callable[..., Embedded]) -> None:
    shown = embed(branch_id=entry(1), view="image")
    expect(shown.viewer.locator(".group.marked")).to_have_attribute("data-branch-id", entry(1))
    expect(shown.viewer.locator(".card[data-serial-no]")).to_have_count(4)


def test_no_address_ever_holds_the_key(embed: Callable[..., Embedded]) -> None:
    shown = embed()
    shown.await_told("ready")
    viewer = shown.viewer
    viewer.locator(".card [data-open]").nth(1).click()
    shown.await_told("invoicechange", serialNo=serial(1))
    viewer.locator(".sheet").hover()
    expect(viewer.locator(".sheet.live .words span").first).to_be_attached(timeout=30_000)
    viewer.locator("input[type=search]").fill("名片")
    expect(viewer.locator(".card .found").first).to_be_visible()
    viewer.locator("[data-do=turn-right]").click()
    expect(viewer.locator("#announcement")).to_contain_text("Turned")
    with shown.page.expect_response("**/rotation"):  # which is told a moment later, and would be told over what follows
        viewer.locator("[data-do=turn-left]").click()
    with shown.page.expect_download() as download:
        viewer.locator("aside.beside .files a[download]").first.click()
    assert download.value.suggested_filename.endswith(".pdf")
    viewer.locator("input[type=search]").fill("")  # whose own words would follow
    viewer.locator("form.refresh button").first.click()
    expect(viewer.locator("#announcement")).to_contain_text("Refreshed")
    viewer.locator("[data-view-link=location]").click()
    shown.await_told("invoicechange", view="location")
    viewer.locator(".languages a").click()
    expect(viewer.locator("html[lang=zh-CN] main[data-view=location]")).to_be_visible()
    held = [each.url for each in shown.asked if BILL.userkey in each.url.lower()]
    held += [frame.url for frame in shown.page.frames if BILL.userkey in frame.url]
    assert held == []
    assert {
        each.headers.get("referer", "") for each in shown.asked if BILL.userkey in each.headers.get("referer", "")
    } == set()
    assert any(each.headers.get("authorization") == f"Bearer {BILL.userkey}" for each in shown.asked)


def test_what_the_host_asks_for_is_shown_and_told(embed: Callable[..., Embedded]) -> None:
    shown = embed(branch_id=entry(0))
    shown.await_told("ready", branchId=entry(0))
    shown.call("showEntry", entry(1))
    shown.await_told("invoicechange", view="location", serialNo=serial(2))
    expect(shown.viewer.locator(f"main[data-branch-id='{entry(1)}']")).to_be_visible()
    shown.call("showEntry", entry(0))
    shown.await_told("invoicechange", serialNo=serial(0))
    shown.call("showInvoice", serial(1))
    shown.await_told("invoicechange", view="location", serialNo=serial(1))
    shown.call("showInvoice", serial(3))
    shown.await_told("invoicechange", view="image", serialNo=serial(3), branchId=None)
    expect(shown.viewer.locator(".card[aria-current]")).to_have_attribute("data-serial-no", serial(3))
    shown.call("showInvoice", serial(0), serial(2))
    expect(shown.viewer.locator(".card[data-serial-no]")).to_have_count(2)
    shown.call("showBill")
    expect(shown.viewer.locator(".card[data-serial-no]")).to_have_count(4)
    assert [kind for kind, _ in shown.told if kind in ("entrychange", "error")] == []


def test_what_the_reader_turns_to_is_told(embed: Callable[..., Embedded]) -> None:
    shown = embed()
    shown.await_told("ready", branchId=entry(0))
    for _ in range(2):
        shown.viewer.locator(".sheet").press("ArrowRight")
    shown.await_told("entrychange", branchId=entry(1), serialNo=serial(2))
    shown.await_told("invoicechange", serialNo=serial(2))
    shown.viewer.locator("[data-view-link=location]").click()
    shown.await_told("invoicechange", view="location", serialNo=serial(2))
    shown.viewer.locator("a[data-entry=previous]").click()
    shown.await_told("entrychange", view="location", branchId=entry(0))


@pytest.mark.parametrize("sized", ["flex: 1", "height: auto; min-height: 30rem", "height: 30rem"])
def test_the_viewer_fills_the_element_however_its_page_sizes_it(
    context: BrowserContext, host: Host, site: Installation, sized: str
) -> None:
    style = (
        f"<style>main {{ display: flex; flex-direction: column; min-height: 40rem }} bill-viewer {{ {sized} }}</style>"
    )
    page = context.new_page()
    page.goto(host.put("sized", f"{style}<main>{element(site, {'key': BILL.userkey})}</main>"))
    expect(page.frame_locator("iframe").locator(".card[data-serial-no]").first).to_be_visible()
    heights = page.locator("bill-viewer").evaluate(
        "viewer => [viewer, viewer.shadowRoot.querySelector('iframe')].map((one) => one.getBoundingClientRect().height)"
    )
    assert heights[0] == heights[1] >= 480


def test_changed_attributes_are_followed(embed: Callable[..., Embedded]) -> None:
    shown = embed(branch_id=entry(0))
    shown.await_told("ready")
    shown.page.evaluate("id => document.querySelector('bill-viewer').setAttribute('branch-id', id)", entry(1))
    shown.await_told("invoicechange", serialNo=serial(2))
    shown.page.evaluate(
        """([key, id]) => {
          const viewer = document.querySelector("bill-viewer");
          viewer.setAttribute("key", key);
          viewer.setAttribute("branch-id", id);
        }""",
        [OTHER.userkey, entry(0, OTHER)],
    )
    shown.await_told("ready", serialNo=serial(0, OTHER))
    assert serial(0) not in shown.page.frames[1].content()


def test_calls_before_the_viewer_is_there_are_kept(
    embed: Callable[..., Embedded], site: Installation, host: Host
) -> None:
    shown = embed()
    shown.page.evaluate(
        """([key, id]) => {
          const viewer = document.createElement("bill-viewer");
          viewer.setAttribute("lang", "en");
          document.querySelector("bill-viewer").replaceWith(viewer);
          viewer.addEventListener("ready", ({ detail }) => told.push(["late", detail]));
          viewer.showEntry(id, "location");
          viewer.setAttribute("key", key);
          viewer.showEntry(id, "location");
        }""",
        [BILL.userkey, entry(1)],
    )
    shown.await_told("late", view="location", branchId=entry(1))


@pytest.mark.parametrize(
    ("method", "given", "code"),
    [("showEntry", "nothing", "unknown_branch_id"), ("showInvoice", "0" * 32, "unknown_serial_no")],
)
@pytest.mark.parametrize("view", ["image", "location"])
def test_what_the_bill_does_not_have_is_told_and_nothing_else_stands_there(
    embed: Callable[..., Embedded], method: str, given: str, code: str, view: str
) -> None:
    shown = embed(branch_id=entry(0), view=view)
    shown.await_told("ready")
    if method == "showEntry" and view == "image":
        shown.call(method, given)
        expect(shown.viewer.locator(".unmarked")).to_be_visible()  # the image view says so and marks nothing
        return
    shown.call(method, given)
    shown.await_told("error", status=404, code=code)
    expect(shown.viewer.locator("main.notice")).to_be_visible()
    expect(shown.viewer.locator("img.picture")).to_have_count(0)
    shown.call("showEntry", entry(1), "location")
    shown.await_told("invoicechange", serialNo=serial(2))


def test_an_unknown_key_is_told(embed: Callable[..., Embedded]) -> None:
    shown = embed(key="f" * 32)
    shown.await_told("error", status=404, code="unknown_userkey")
    expect(shown.viewer.locator("main.notice")).to_be_visible()


def test_a_renewed_key_is_used_from_then_on_and_the_view_stays(embed: Callable[..., Embedded]) -> None:
    shown = embed()
    shown.await_told("ready")
    shown.viewer.locator(".card [data-open]").nth(3).click()
    shown.await_told("invoicechange", serialNo=serial(3))
    renewed = BILL.userkey.upper()
    shown.call("renew", renewed)
    expect(shown.viewer.locator(".card[aria-current]")).to_have_attribute("data-serial-no", serial(3))
    with shown.page.expect_request(lambda each: each.headers.get("authorization") == f"Bearer {renewed}"):
        shown.viewer.locator("form.refresh button").first.click()
    assert [kind for kind, _ in shown.told].count("ready") == 1


def test_another_bills_key_never_renews_a_page_but_opens_another(embed: Callable[..., Embedded]) -> None:
    shown = embed()
    shown.await_told("ready")
    shown.viewer.locator("html").evaluate("() => { window.stayed = true; }")
    shown.call("renew", OTHER.userkey)
    expect(shown.viewer.locator(".card[data-serial-no]")).to_have_count(1)
    expect(shown.viewer.locator(".card[data-serial-no]")).to_have_attribute("data-serial-no", serial(0, OTHER))
    assert not shown.viewer.locator("html").evaluate("() => window.stayed")


def test_after_a_refusal_a_renewed_key_opens_the_bill(embed: Callable[..., Embedded]) -> None:
    shown = embed(key="f" * 32)
    shown.await_told("error", code="unknown_userkey")
    shown.call("renew", BILL.userkey)
    expect(shown.viewer.locator(".card[data-serial-no]")).to_have_count(4)


def test_an_entry_without_an_invoice_is_shown_as_such(embed: Callable[..., Embedded]) -> None:
    shown = embed(EMPTY_ROW, branch_id=entry(0, EMPTY_ROW))
    shown.await_told("ready", branchId=entry(0, EMPTY_ROW), serialNo=None)
    expect(shown.viewer.locator(".nothing")).to_be_visible()


MISSHAPEN: list[object] = [
    None,
    "showBill",
    ["showBill"],
    {"type": "showBill"},
    {"billViewer": "1", "type": "showBill"},
    {"billViewer": 2, "type": "showBill"},
    {"billViewer": 1, "type": "constructor"},
    {"billViewer": 1, "type": ["showBill"]},
    {"billViewer": 1, "type": "showEntry"},
    {"billViewer": 1, "type": "showEntry", "branchId": ""},
    {"billViewer": 1, "type": "showEntry", "branchId": ["x"]},
    {"billViewer": 1, "type": "showEntry", "branchId": "x" * 201},
    {"billViewer": 1, "type": "showEntry", "branchId": entry(1), "view": "paper"},
    {"billViewer": 1, "type": "showInvoice", "serialNos": []},
    {"billViewer": 1, "type": "showInvoice", "serialNos": serial(2)},
    {"billViewer": 1, "type": "showInvoice", "serialNos": [serial(2), 3]},
    {"billViewer": 1, "type": "renew"},
    {"billViewer": 1, "type": "renew", "key": "no key\n"},
    {"billViewer": 1, "type": "open", "key": {"toString": "x"}},
    {"billViewer": 1, "type": "open", "key": BILL.userkey, "branchId": 7},
]


def test_misshapen_messages_do_nothing(embed: Callable[..., Embedded]) -> None:
    shown = embed(branch_id=entry(0))
    shown.await_told("ready")
    before, asked = shown.told, len(shown.asked)
    address = shown.page.frames[1].url
    for message in MISSHAPEN:
        shown.say(message)
    shown.say({"billViewer": 1, "type": "showEntry", "branchId": entry(1)})
    shown.await_told("invoicechange", serialNo=serial(2))
    assert shown.told[len(before) :] == [each for each in shown.told if each[1]["serialNo"] == serial(2)]
    views = [each for each in shown.asked[asked:] if "/embed" in each.url]
    assert len(views) == 1, "only the last message asked for something"
    assert address != shown.page.frames[1].url


def test_messages_that_are_not_the_parents_do_nothing(
    embed: Callable[..., Embedded], stranger: Host, host: Host
) -> None:
    """Another window, of the named origin or of a stranger's, that holds a reference to the viewer's frame."""
    shown = embed(branch_id=entry(0))
    shown.await_told("ready")
    speak = f"""<script>
      for (const message of [{{ type: "showEntry", branchId: "{entry(1)}" }}, {{ type: "open", key: "{OTHER.userkey}" }}])
        parent.frames[0].postMessage({{ billViewer: 1, ...message }}, "*");
      parent.postMessage("spoken", "*");
    </script>"""
    for site in (host, stranger):
        shown.page.evaluate(
            """(address) => new Promise((resolve) => {
              addEventListener("message", ({ data }) => data === "spoken" && resolve(), { once: false });
              document.body.append(Object.assign(document.createElement("iframe"), { src: address }));
            })""",
            site.put("speaker", speak),
        )
    before = len(shown.told)
    shown.call("showInvoice", serial(1))
    shown.await_told("invoicechange", serialNo=serial(1))
    assert [detail["serialNo"] for _, detail in shown.told[before:]] == [serial(1)]


def test_the_kit_believes_only_its_own_frame(
    embed: Callable[..., Embedded], stranger: Host, site: Installation
) -> None:
    shown = embed(branch_id=entry(0))
    shown.await_told("ready")
    before = shown.told
    forged = f'{{ billViewer: 1, type: "entrychange", view: "location", branchId: "{entry(1)}", branchIds: [], serialNo: null }}'
    shown.page.evaluate(f"postMessage({forged}, '*')")
    shown.page.evaluate(
        """(address) => new Promise((resolve) => {
          addEventListener("message", ({ data }) => data === "spoken" && resolve());
          document.body.append(Object.assign(document.createElement("iframe"), { src: address }));
        })""",
        stranger.put(
            "forger", f'<script>parent.postMessage({forged}, "*"); parent.postMessage("spoken", "*")</script>'
        ),
    )
    for misshapen in ('{ billViewer: 1, type: "entrychange" }', '{ billViewer: 1, type: "click" }', "null"):
        shown.page.frames[1].evaluate(f"parent.postMessage({misshapen}, '*')")
    shown.call("showInvoice", serial(1))
    shown.await_told("invoicechange", serialNo=serial(1))
    assert len(shown.told) == len(before) + 1


def test_a_page_that_may_not_frame_the_viewer_is_told_so(embed: Callable[..., Embedded], stranger: Host) -> None:
    shown = embed(at=stranger)
    shown.await_told("error", code="no_viewer")
    assert "VIEWER_FRAME_ANCESTORS" in shown.told[0][1]["message"]


TALKING = """<iframe src="{address}"></iframe><script>
  window.told = [];
  addEventListener("message", ({{ data }}) => told.push(data.type));
</script>"""


def test_where_everybody_may_frame_only_who_knows_the_key_is_answered(
    context: BrowserContext, open_site: Installation, stranger: Host
) -> None:
    page = context.new_page()
    page.goto(stranger.put("nosy", TALKING.format(address=f"{open_site.url}/bills/{BILL.userkey}?lang=en")))
    viewer = page.frame_locator("iframe")
    expect(viewer.locator(".card[aria-current]")).to_have_count(1)
    page.wait_for_function("() => told.length === 1")  # before, nobody hears, and nothing would be refused
    say = "(message) => frames[0].postMessage({ billViewer: 1, ...message }, '*')"
    for message in (
        {"type": "showEntry", "branchId": entry(1), "view": "location"},
        {"type": "renew", "key": "a" * 32},
    ):
        page.evaluate(say, message)
    viewer.locator(".card [data-open]").nth(2).click()
    expect(viewer.locator(".card[aria-current]")).to_have_attribute("data-serial-no", serial(2))
    assert page.evaluate("told") == ["hello"]
    page.evaluate(say, {"type": "open", "key": BILL.userkey})
    page.wait_for_function("() => told.includes('ready')")
    assert page.evaluate("told") == ["hello", "ready"]


def test_another_bills_key_gets_another_document_and_nothing_of_the_first(
    context: BrowserContext, open_site: Installation, stranger: Host
) -> None:
    page = context.new_page()
    page.goto(stranger.put("nosy", TALKING.format(address=f"{open_site.url}/bills/{BILL.userkey}?lang=en")))
    expect(page.frame_locator("iframe").locator(".card[aria-current]")).to_have_count(1)
    page.wait_for_function("() => told.length === 1")  # before, nobody hears
    page.evaluate("(key) => frames[0].postMessage({ billViewer: 1, type: 'open', key }, '*')", OTHER.userkey)
    page.wait_for_function("() => told.filter((each) => each === 'hello').length === 2")
    assert set(page.evaluate("told")) == {"hello"}
    page.evaluate("(key) => frames[0].postMessage({ billViewer: 1, type: 'open', key }, '*')", OTHER.userkey)
    expect(page.frame_locator("iframe").locator(".card[data-serial-no]")).to_have_attribute(
        "data-serial-no", serial(0, OTHER)
    )


def test_the_kit_works_in_sandboxes(embed: Callable[..., Embedded], host: Host, site: Installation) -> None:
    """Its own frame sandboxed, and the host's page itself."""
    allowed = "allow-scripts allow-same-origin allow-downloads allow-modals"
    shown = embed(branch_id=entry(1), sandbox=allowed)
    shown.await_told("ready", serialNo=serial(2))
    address = host.put("inner", element(site, {"key": BILL.userkey, "branch-id": entry(0), "lang": "en"}))
    shown.page.goto(
        host.put("outer", f'<iframe src="{address}" sandbox="{allowed}" width="1000" height="700"></iframe>')
    )
    viewer = shown.page.frame_locator("iframe").frame_locator("iframe")
    expect(viewer.locator("main[data-view=location] [data-serial-no]")).to_have_attribute("data-serial-no", serial(0))


def test_a_sandbox_without_an_origin_says_that_it_cannot(embed: Callable[..., Embedded]) -> None:
    shown = embed(sandbox="allow-scripts")
    expect(shown.viewer.locator(".banner.keyless")).to_contain_text("No page handed over a key")
    shown.await_told("error", code="no_viewer")


def test_the_page_that_waits_for_a_key_says_so_where_nobody_hands_one_over(
    context: BrowserContext, site: Installation
) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/embed?lang=en")
    expect(page.locator(".banner.keyless")).to_be_visible()


def test_a_picture_that_is_on_its_way_comes_without_a_key_in_its_address(
    embed: Callable[..., Embedded], state: State, site: Installation
) -> None:
    bill = new_bill(1)
    state.put_bill(bill)
    state.faults.add("/files/", "delay", 3, times=1)
    try:
        shown = embed(bill)
        shown.await_told("ready")
        expect(shown.viewer.locator(".card a.open img.picture")).not_to_have_js_property("naturalWidth", 0)
        assert [each.url for each in shown.asked if bill.userkey in each.url] == []
    finally:
        state.faults.clear()


NAMED = [
    ("'self'", "http://viewer:8000", True),
    ("'self'", "http://viewer:8001", False),
    ("'none'", "http://viewer:8000", False),
    ("", "http://erp", False),
    ("*", "https://anywhere:99", True),
    ("*", "null", False),
    ("*", "file://", False),
    ("https:", "https://anywhere", True),
    ("https:", "http://anywhere", False),
    ("http:", "https://anywhere", True),
    ("http://erp.example", "http://erp.example", True),
    ("http://erp.example", "https://erp.example", True),
    ("https://erp.example", "http://erp.example", False),
    ("https://erp.example", "https://erp.example:8443", False),
    ("https://erp.example:8443", "https://erp.example:8443", True),
    ("https://erp.example:*", "https://erp.example:8443", True),
    ("https://ERP.example/path", "https://erp.example", True),
    ("https://*.example", "https://erp.example", True),
    ("https://*.example", "https://a.b.example", True),
    ("https://*.example", "https://example", False),
    ("https://*.example", "https://erpexample", False),
    ("https://erp.example", "https://erp.example.evil", False),
    ("https://erp.example", "https://evil-erp.example", False),
    ("erp.example", "http://erp.example", True),
    ("http://*:8002", "http://192.0.2.7:8002", True),
    ("http://*:8002", "http://192.0.2.7:8003", False),
    ("http://a http://b", "http://b", True),
    ("http://[2001:db8::1]:8002", "http://[2001:db8::1]:8002", True),
]


def test_who_may_frame_is_read_as_browsers_read_it(context: BrowserContext, site: Installation) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/bills/{BILL.userkey}")
    found = page.evaluate(
        """async (cases) => {
          const own = [...document.scripts].find((each) => each.src.endsWith("/later.js")).src;
          const { mayFrame } = await import(own.replace("later.js", "embedded.js"));
          return cases.map(([sources, origin]) => mayFrame(sources, origin, "http://viewer:8000"));
        }""",
        [[sources, origin] for sources, origin, _ in NAMED],
    )
    assert [(*case[:2], told) for case, told in zip(NAMED, found, strict=True)] == NAMED
