"""The doctor's page in a browser: the token typed, the report, an error explained; no script is needed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looks import violations
from tests.installations import Installation, installed
from tests.sandboxes import serving
from viewer.gateway.sandbox.catalogue import SANDBOX_ACCOUNT, SANDBOX_TAX_NO
from viewer.gateway.sandbox.state import State

PATIENCE = 60_000
"""Milliseconds that a check-up may take on a busy machine."""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("clinic")
    ours = {"tax_no": SANDBOX_TAX_NO, "login_account": SANDBOX_ACCOUNT, "operator_token": "the operator's"}
    with (
        serving(State(folder / "sandbox.sqlite3")) as cloud,
        installed(folder / "site", cloud=cloud.url, **ours) as site,
    ):
        yield site


def look(page: Page) -> None:
    page.get_by_role("button", name="Look").click()


def test_the_operator_types_the_token_and_asks(scriptless: Page, clinic: Installation) -> None:
    page = scriptless
    page.set_default_timeout(PATIENCE)
    page.goto(f"{clinic.url}/doctor?lang=en")
    page.get_by_label("Operator's token").fill("somebody's")
    look(page)
    expect(page.get_by_text("This isn't the operator's token")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Operator's token").fill("the operator's")
    look(page)
    expect(page.locator(".checks dt")).to_have_count(11, timeout=PATIENCE)
    page.get_by_label("An error's text or code").fill("未配置全电开票账号")
    page.get_by_label("Login account").fill("13900139000")
    look(page)
    expect(page.locator(".verdict")).to_have_text(
        "The cause: The company has no login account 13900139000.", timeout=PATIENCE
    )
    assert page.locator(".causes .state").all_text_contents() == ["ruled out", "ruled out", "this is it"]


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_axe_finds_nothing_on_the_doctors_page(browser: Browser, clinic: Installation, theme: str) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 900}, bypass_csp=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    try:
        page.goto(f"{clinic.url}/doctor?lang=en&theme={theme}")
        assert violations(page) == []
        page.get_by_label("Operator's token").fill("the operator's")
        look(page)
        expect(page.locator(".checks")).to_be_visible(timeout=PATIENCE)
        assert f"theme-{theme}" in (page.locator("body").get_attribute("class") or "")
        assert violations(page) == []
    finally:
        context.close()
