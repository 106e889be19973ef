"""A page that stays open longer than its token: the host is told in time, hands over another, and nothing is loaded anew."""

import time
from collections.abc import Iterator

import pytest
from flask import Flask, Response, jsonify
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.browser.conftest import STEP
from tests.installations import Installation, installed
from tests.sandboxes import serving, without_pixels
from tests.tokens import TOKEN_KEYS, token
from viewer.domain.grant import whole_bill
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.server import ServedApp, serve_in_thread
from viewer.gateway.sandbox.state import State

BILL = without_pixels(demo_bills()[0])
BEFORE_THE_END = 545
"""Seconds after which a token of ten minutes has less than one left."""


class Host:
    """A site around the viewer; `asked` counts how often it was asked for the next token."""

    def __init__(self) -> None:
        self.app = Flask("host")
        self.asked = 0
        self.next = ""
        self.page = ""
        self.app.get("/")(lambda: self.page)
        self.app.add_url_rule("/next-token", view_func=self.renew)

    def renew(self) -> Response:
        self.asked += 1
        return jsonify({"token": self.next})


@pytest.fixture(scope="module")
def own_host() -> Iterator[tuple[Host, ServedApp]]:
    host = Host()
    with serve_in_thread(host.app) as served:
        yield host, served


@pytest.fixture(scope="module")
def own_site(own_host: tuple[Host, ServedApp], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("renewal")
    state = State(folder / "sandbox.sqlite3")
    state.put_bill(BILL)
    given = {"access": "token", "token_keys": TOKEN_KEYS, "frame_ancestors": own_host[1].url}
    with serving(state) as cloud, installed(folder / "instance", cloud=cloud.url, **given) as site:
        site.archive.bills.open(whole_bill(BILL.userkey))
        site.whole(token(bill_id=BILL.bill_id))
        yield site


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(STEP)
    made.clock.install()
    yield made
    made.close()


def opened(context: BrowserContext, host: Host, served: ServedApp, site: Installation, *attributes: str) -> Page:
    """The kit in the host's page, showing the bill under a token of ten minutes."""
    host.page = (
        f'<!doctype html><title>ERP</title><link rel="icon" href="data:,"><script type="module" src="{site.url}/embed.js"></script>'
        f'<bill-viewer key="{token(bill_id=BILL.bill_id)}" view="image" lang="en" {" ".join(attributes)}></bill-viewer>'
    )
    page = context.new_page()
    page.add_init_script(
        "window.told = []; addEventListener('DOMContentLoaded', () => { for (const name of ['tokenexpiring', 'error'])"
        " document.querySelector('bill-viewer')?.addEventListener(name, ({ type, detail }) => told.push([type, detail])); });"
    )
    page.goto(served.url)
    frame = page.frame_locator("iframe")
    expect(frame.locator(".card[data-serial-no]")).to_have_count(2)
    frame.locator("html").evaluate("() => { window.stayed = true; }")
    return page


def test_the_host_is_told_in_time_and_its_next_token_is_used_without_loading_anew(
    context: BrowserContext, own_host: tuple[Host, ServedApp], own_site: Installation
) -> None:
    host, served = own_host
    host.next = token(bill_id=BILL.bill_id, exp=int(time.time()) + 1200, sub="li.si")
    page = opened(context, host, served, own_site, 'renew-from="/next-token"')
    card = page.frame_locator("iframe").locator(".card a[data-service]").first
    before, asked_before = card.get_attribute("data-service") or "", host.asked
    keys: list[str] = []

    def note(request: Request) -> None:
        if request.url.startswith(own_site.url):
            keys.append(request.headers.get("authorization", ""))

    page.on("request", note)
    context.clock.fast_forward(BEFORE_THE_END * 1000)
    expect(card).not_to_have_attribute("data-service", before)
    assert host.asked == asked_before + 1
    (kind, detail), *more = page.evaluate("told")
    assert (kind, more) == ("tokenexpiring", [])
    assert detail["expiresAt"]
    assert f"Bearer {host.next}" in keys
    frame = page.frame_locator("iframe")
    assert frame.locator("html").evaluate("() => window.stayed")
    frame.locator(".views a").nth(1).click()
    expect(frame.locator("main[data-view=location] .sheet img.picture")).to_be_visible()
    assert frame.locator("html").evaluate("() => window.stayed")


def test_a_host_without_such_an_address_may_hand_it_over_itself(
    context: BrowserContext, own_host: tuple[Host, ServedApp], own_site: Installation
) -> None:
    host, served = own_host
    asked = host.asked
    page = opened(context, host, served, own_site)
    card = page.frame_locator("iframe").locator(".card a[data-service]").first
    before = card.get_attribute("data-service") or ""
    context.clock.fast_forward(BEFORE_THE_END * 1000)
    page.wait_for_function("() => told.length > 0")
    assert page.evaluate("told[0][0]") == "tokenexpiring"
    assert host.asked == asked
    fresh = token(bill_id=BILL.bill_id, exp=int(time.time()) + 1800)
    page.evaluate("(fresh) => document.querySelector('bill-viewer').renew(fresh)", fresh)
    expect(card).not_to_have_attribute("data-service", before)


def test_a_reader_whose_token_is_over_is_told_so(
    context: BrowserContext, own_host: tuple[Host, ServedApp], own_site: Installation
) -> None:
    host, served = own_host
    page = opened(context, host, served, own_site)
    over = token(bill_id=BILL.bill_id, exp=int(time.time()) - 600)
    page.evaluate("(over) => document.querySelector('bill-viewer').renew(over)", over)
    expired = page.frame_locator("iframe").locator("#expired")
    expect(expired).to_contain_text("expired")
    page.wait_for_function("() => told.some(([type, { code }]) => type === 'error' && code === 'bad_token')")
    fresh = token(bill_id=BILL.bill_id)
    page.evaluate("(fresh) => document.querySelector('bill-viewer').renew(fresh)", fresh)
    expect(expired).to_have_count(0)
