"""A bill of five hundred invoices: whatever can't be seen is neither laid out nor painted, wherever the reader is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import shifts
from tests.installations import installed

INVOICES = 500
FEW = 60
"""More cards than any window's height shows of a list."""
RENDERED = """() => [...document.querySelectorAll(".card")].filter((card) =>
  card.querySelector("h3").checkVisibility({ contentVisibilityAuto: true })).length"""


@pytest.fixture(scope="module", params=[1, 60], ids=["one entry", "sixty entries"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The image view of an imported bill whose invoices have no files, so that it is there at once."""
    folder = tmp_path_factory.mktemp("long")
    entries = [{"branch_id": f"E-{row}", "invoices": []} for row in range(request.param)]
    for number in range(INVOICES):
        made = {"serial_no": f"S-{number}", "invoice_no": f"{number:08}", "total_amount": f"{number}.00", "files": []}
        entries[number % request.param]["invoices"].append(made)
    (folder / "bills.json").write_text(json.dumps({"bills": [{"bill_id": "LONG", "entries": entries}]}), "utf-8")
    with installed(folder / "instance") as installation:
        (taken,) = installation.archive.imports.run(Path(folder / "bills.json"), lambda *_: None)
        yield f"{installation.url}/bills/{taken.userkey}?lang=en"


def few(page: Page) -> None:
    """Until some cards are rendered, and no more than a screen's."""
    page.wait_for_function(f"most => {{ const count = ({RENDERED})(); return count > 0 && count < most; }}", arg=FEW)


@pytest.mark.parametrize("layout", ["list", "grid"])
def test_only_what_is_near_the_window_is_rendered(page: Page, address: str, layout: str) -> None:
    page.goto(address)
    page.click(f"[data-layout-to={layout}]")
    expect(page.locator(".card")).to_have_count(INVOICES)
    few(page)
    page.evaluate("() => { const list = document.querySelector('.list'); list.scrollTop = list.scrollHeight; }")
    page.wait_for_function("() => document.querySelector('.list').scrollTop > 5000")
    few(page)
    page.click(".narrow summary")
    page.select_option("select[name=sort]", "most")
    expect(page.locator(".group.flat .card")).to_have_count(INVOICES)
    few(page)


def test_the_last_card_is_one_key_away_and_in_view(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    page.keyboard.press("End")
    last = page.locator(".card").last
    expect(last).to_have_attribute("aria-current", "true")
    expect(last).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(page.locator(".card").first).to_be_in_viewport()
    assert shifts(page) == []
