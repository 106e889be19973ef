"""Pages whose key isn't in their address: it comes in a header, and nothing that is answered holds it."""

import pytest

from tests.installations import Installation, problem_of
from viewer.gateway.sandbox.catalogue import FAQ_BRANCH_IDS, FAQ_USERKEY

HANDED = {"Authorization": f"Bearer {FAQ_USERKEY}"}
PAGES = ("/embed", "/embed/location", "/embed/paper")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_its_key_waits_for_it(site: Installation, path: str) -> None:
    page = site.page(path, lang="en")
    assert "data-waits-for-key" in page
    assert "data-serial-no" not in page


@pytest.mark.parametrize(
    ("path", "view"), [("/embed", "image"), (f"/embed/location?branch_id={FAQ_BRANCH_IDS[0]}", "location")]
)
def test_a_page_with_its_key_in_a_header_is_the_view_and_holds_no_key(site: Installation, path: str, view: str) -> None:
    site.whole(FAQ_USERKEY)
    answer = site.get(path, headers=HANDED)
    assert answer.status_code == 200
    assert f'data-view="{view}"' in answer.text
    assert FAQ_USERKEY not in answer.text.lower()
    assert "Authorization" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_everything_that_a_page_asks_for_takes_the_header(site: Installation) -> None:
    bill = site.whole(FAQ_USERKEY)
    file = bill["invoices"][0]["files"][0]
    page_id, file_id = file["pages"][0]["page_id"], file["file_id"]
    for path in (
        "/api/v1/bills/-",
        "/api/v1/bills/-/search?q=1",
        f"/api/v1/bills/-/files/{file_id}",
        f"/bills/-/iiif/{page_id}/text.json",
        f"/bills/-/pictures/{file_id}/320.jpg",
    ):
        answer = site.get(path, headers=HANDED)
        assert answer.status_code == 200, path
        assert "Authorization" in answer.headers["Vary"], path
        assert site.get(path).status_code == 400, path
    answer = site.post("/embed/refresh", headers=HANDED)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/embed")


def test_a_handed_key_is_judged_like_one_in_an_address(site: Installation) -> None:
    asking = {"Accept": "application/json"}
    for given, status, code in (
        ("Bearer nothing", 400, "bad_key"),
        (f"Basic {FAQ_USERKEY}", 400, "bad_key"),
        ("Bearer a.b.c", 401, "bad_token"),
        (f"Bearer {'f' * 32}", 404, "unknown_userkey"),
    ):
        problem_of(site.get("/embed", headers={**asking, "Authorization": given}), status, code)
    problem_of(site.get("/bills/-", headers=asking), 400, "bad_key")
    problem_of(site.post("/embed/refresh", headers=asking), 400, "bad_key")


def test_a_header_never_opens_another_bill_than_the_address_names(site: Installation) -> None:
    answer = site.get("/api/v1/bills/" + "f" * 32, headers=HANDED)
    problem_of(answer, 404, "unknown_userkey")


def test_the_kit_may_be_loaded_from_every_origin(site: Installation) -> None:
    kit = site.get("/embed.js")
    assert kit.headers["Content-Type"].startswith("text/javascript")
    assert kit.headers["Access-Control-Allow-Origin"] == "*"
    assert kit.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert site.get("/embed.js", headers={"If-None-Match": kit.headers["ETag"]}).status_code == 304
