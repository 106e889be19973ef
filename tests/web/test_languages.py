"""Pages, errors and the API's names speak Chinese, or English where the reader asks for it; codes never change."""

import pytest

from tests.installations import Installation, problem_of
from viewer.gateway.sandbox.catalogue import FAQ_BRANCH_IDS, FAQ_USERKEY

UNKNOWN = "0" * 32
FRENCH = "fr-FR,fr;q=0.9"
GERMAN_THEN_ENGLISH = "de,en-GB;q=0.7"


def test_pages_are_chinese_by_default(site: Installation) -> None:
    image_view = site.page(f"/bills/{FAQ_USERKEY}")
    assert '<html lang="zh-CN"' in image_view
    assert all(words in image_view for words in ("图像视图", "地点视图", "数电专票", "数电普票"))
    location_view = site.page(f"/bills/{FAQ_USERKEY}/location", branch_id=FAQ_BRANCH_IDS[0])
    assert all(words in location_view for words in ("地点视图", "销售方", "税额"))
    assert "发票查看器" in site.page("/")


def test_pages_are_english_where_the_address_says_so(site: Installation) -> None:
    image_view = site.page(f"/bills/{FAQ_USERKEY}", lang="en")
    assert '<html lang="en"' in image_view
    assert all(words in image_view for words in ("Image view", "Location view", "Digital invoice (special)"))
    assert "图像视图" not in image_view
    assert "lang=en" in image_view


@pytest.mark.parametrize(
    ("accepted", "asked", "words"),
    [
        ("en-US,en;q=0.9", None, "Invoice viewer"),
        (GERMAN_THEN_ENGLISH, None, "Invoice viewer"),
        ("zh-TW", None, "发票查看器"),
        (FRENCH, None, "发票查看器"),
        ("en", "zh-CN", "发票查看器"),
        ("zh-CN", "en", "Invoice viewer"),
        ("en", "xx", "Invoice viewer"),
    ],
)
def test_the_address_goes_before_the_browsers_languages(
    site: Installation, accepted: str, asked: str | None, words: str
) -> None:
    page = site.get("/", headers={"Accept-Language": accepted}, params={"lang": asked} if asked else {})
    assert words in page.text


def test_an_error_speaks_the_readers_language_and_keeps_its_code(site: Installation) -> None:
    chinese = problem_of(site.get(f"/api/v1/bills/{UNKNOWN}"), 404, "unknown_userkey")
    english = problem_of(site.get(f"/api/v1/bills/{UNKNOWN}?lang=en"), 404, "unknown_userkey")
    assert chinese["title"] == "没有该 userkey 对应的单据"
    assert chinese["detail"].startswith("查看器和发票云中都没有该 userkey 对应的单据")
    assert english["title"] == "No bill has this userkey"
    page = site.get(f"/bills/{UNKNOWN}")
    assert page.status_code == 404
    assert chinese["title"] in page.text
    assert chinese["detail"] in page.text


def test_an_errors_facts_stand_in_the_translated_words(site: Installation) -> None:
    path = f"/api/v1/bills/{FAQ_USERKEY}/views/location?branch_id=E-9"
    assert problem_of(site.get(path), 404, "unknown_branch_id")["detail"].startswith("分录 E-9 不属于该单据。")
    assert problem_of(site.get(f"{path}&lang=en"), 404, "unknown_branch_id")["detail"].startswith("The entry E-9 is")


def test_the_look_up_box_says_in_chinese_what_is_wrong_with_a_key(site: Installation) -> None:
    page = site.get("/", params={"userkey": "BX-1"})
    assert page.status_code == 400
    assert "userkey 由 32 位十六进制数字组成" in page.text


def test_the_apis_names_are_translated_and_its_codes_are_not(site: Installation) -> None:
    chinese = site.json(f"/bills/{FAQ_USERKEY}")["invoices"]
    english = site.json(f"/bills/{FAQ_USERKEY}", lang="en")["invoices"]
    assert [invoice["invoice_type_name"] for invoice in chinese] == ["数电专票", "数电普票"]
    assert [invoice["invoice_type_name"] for invoice in english] == [
        "Digital invoice (special)",
        "Digital invoice (general)",
    ]
    assert [invoice["invoice_type"] for invoice in chinese] == [invoice["invoice_type"] for invoice in english]
