"""The look-up page: a userkey in, the bill out, and a word beside the box where it is none."""

import pytest

from tests.installations import Installation
from viewer.gateway.sandbox.catalogue import FAQ_USERKEY


@pytest.mark.parametrize("asked", [FAQ_USERKEY, FAQ_USERKEY.upper(), f"  {FAQ_USERKEY[:16]} {FAQ_USERKEY[16:]} "])
def test_a_userkey_leads_to_its_bill(site: Installation, asked: str) -> None:
    response = site.get("/", params={"userkey": asked})
    assert response.status_code == 302
    assert response.headers["Location"].lower() == f"/bills/{FAQ_USERKEY}"


def test_the_language_goes_along(site: Installation) -> None:
    response = site.get("/", params={"userkey": FAQ_USERKEY, "lang": "en"})
    assert response.headers["Location"] == f"/bills/{FAQ_USERKEY}?lang=en"


@pytest.mark.parametrize(
    ("asked", "status"), [("xyz", 400), ("0" * 31, 400), ('"><script>alert(1)</script>', 400), ("a.b.c", 401)]
)
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_what_is_no_userkey_stays_in_the_box_with_a_word_beside_it(
    site: Installation, asked: str, status: int, lang: str
) -> None:
    response = site.get("/", params={"userkey": asked, "lang": lang})
    assert response.status_code == status
    assert 'aria-invalid="true"' in response.text
    assert "<script>alert" not in response.text
    assert "field-error" in response.text


@pytest.mark.parametrize("query", ["", "?userkey=", "?userkey=%20%20"])
def test_without_a_key_the_box_is_empty(site: Installation, query: str) -> None:
    page = site.page(f"/{query}")
    assert "aria-invalid" not in page
    assert "demo" not in page.lower(), "only the demo's own installation speaks of it"
