"""Nothing on a page moves while it is loading."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Demo
from tests.browser.looks import shifts

BILLS = ("BX-2026-09-000121", "BX-2026-10-000204", "BX-2026-10-000187", "BX-2026-10-000233", "BX-2026-11-000300")
PAINTED = """() => [...document.querySelectorAll("main img")]
  .filter((image) => image.getBoundingClientRect().top < innerHeight)
  .every((image) => image.complete)"""


def load(page: Page, address: str, width: int) -> None:
    """Opens it and waits until what can be seen has come."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address, wait_until="networkidle")
    page.wait_for_function(PAINTED)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("bill_no", BILLS)
def test_nothing_moves_while_an_image_view_loads(page: Page, demo: Demo, bill_no: str, width: int) -> None:
    load(page, demo.image_view(bill_no), width)
    assert shifts(page) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("bill_no", BILLS)
def test_nothing_moves_while_a_location_view_loads(page: Page, demo: Demo, bill_no: str, width: int) -> None:
    load(page, demo.location_view(bill_no, 0), width)
    assert shifts(page) == []


def test_what_moves_is_told(page: Page, demo: Demo) -> None:
    load(page, demo.image_view(BILLS[0]), 1280)
    page.evaluate("document.querySelector('main').style.marginTop = '99px'")
    assert shifts(page) != []
