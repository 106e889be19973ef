"""Whatever upstream or an ERP writes into a name or a field is text on every page, in a real browser."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import STEP
from tests.clouds import ScriptedCloud, row_of, scripted
from tests.installations import Installation, installed
from tests.papers import pdf
from tests.tokens import TOKEN_KEYS, token

EVILS = (
    "<img src=x onerror=evil()>",
    '"><script>evil()</script>',
    "' onmouseover='evil()' autofocus onfocus='evil()",
    "</title></textarea></template><svg onload=evil()>",
    "javascript:evil()//",
    "{{ evil() }}{% raw %}${evil()}",
    "\u202etxt.exe‮<b>",
    "&lt;img src=x onerror=evil()&gt;",
)
FIELDS = (
    *(
        "invoiceNo",
        "invoiceCode",
        "salerName",
        "salerTaxNo",
        "buyerName",
        "buyerTaxNo",
        "remark",
        "drawer",
        "checkCode",
    ),
    *("invoiceType", "invoiceStatus", "checkStatus", "expendStatus", "currency", "costTypeName", "trainNo"),
)


@pytest.fixture(scope="module")
def cloud() -> Iterator[ScriptedCloud]:
    with scripted() as served:
        yield served


@pytest.fixture(scope="module")
def own_site(cloud: ScriptedCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("hostile-site")
    with installed(folder, cloud=cloud.url, token_keys=TOKEN_KEYS, upstream_deadline=5) as installation:
        yield installation


@pytest.fixture(scope="module")
def key(cloud: ScriptedCloud, own_site: Installation) -> str:
    """A bill on which every text is an attack, each invoice another one."""
    rows = [_row(cloud, number, evil) for number, evil in enumerate(EVILS)]
    papers = [
        {**_file(cloud, f"paper{number}", evil), "attachSerialNo": evil, "branch_id": evil}
        for number, evil in enumerate(EVILS)
    ]
    rows[0] |= {"billNumber": EVILS[1], "bxd_key": "hostile"}
    userkey = cloud.put_list(rows, attachList=papers)
    own_site.whole(userkey)
    return userkey


def _row(cloud: ScriptedCloud, number: int, evil: str) -> dict[str, Any]:
    findings = [{"errorLevel": evil, "msg": evil, "config": "2"}, {"errorLevel": "1", "msg": evil, "config": "0"}]
    file = _file(cloud, f"invoice{number}", evil)
    told: dict[str, Any] = {
        "serialNo": f"{number}{evil}"[:36],
        "entryid": evil,
        "invoiceFiles": [file],
        "verifyResult": findings,
    }
    told = {**dict.fromkeys(FIELDS, evil), **told, evil: evil}
    return row_of(f"{number}.pdf", file["url"], **told)


def _file(cloud: ScriptedCloud, name: str, evil: str) -> dict[str, Any]:
    url = cloud.put_file(f"{name}.pdf", pdf(2), "application/pdf")
    return {"id": name, "fileName": f"{evil}.pdf", "fileExtends": "pdf", "fileHash": name, "url": url}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(STEP)
    made.add_init_script("window.evil = () => { window.happened = true; };")
    yield made
    made.close()


def harmless(page: Page) -> None:
    """No attack ran, and none became anything but text."""
    assert page.evaluate("window.happened") is None
    assert page.locator("script:not([src])").count() == 0
    assert page.locator("img[src=x], svg[onload], [onerror], [onload], [onfocus], [onmouseover]").count() == 0
    assert page.evaluate("[...document.links].every((link) => /^https?:/.test(link.href))")


@pytest.mark.parametrize("opened", ["userkey", "token"])
def test_every_text_of_a_bill_is_text(context: BrowserContext, own_site: Installation, key: str, opened: str) -> None:
    page = context.new_page()
    own = key if opened == "userkey" else token(bill_id="hostile")
    page.goto(f"{own_site.url}/bills/{own}?lang=en")
    expect(page.locator(".card[data-serial-no]")).to_have_count(len(EVILS))
    for evil in EVILS[:2]:
        expect(page.locator(".card .number", has_text=evil).first).to_be_attached()
    harmless(page)
    for number in range(len(EVILS)):
        page.locator(".card[data-serial-no] a[data-open]").nth(number).click()
        expect(page.locator("aside.beside h3.number")).to_have_text(EVILS[number])
        page.locator("aside.beside .seller, aside.beside dd").first.hover()
    harmless(page)
    page.locator("#search").fill("evil")
    expect(page.locator(".listed .count")).to_contain_text("of")
    harmless(page)
    page.locator(".narrow summary").click()
    page.locator(".filters select[name=type]").select_option(index=1)
    harmless(page)


@pytest.mark.parametrize("evil", EVILS)
def test_every_other_page_is_as_harmless(context: BrowserContext, own_site: Installation, key: str, evil: str) -> None:
    page = context.new_page()
    asked = quote(evil, safe="")
    serial = quote(f"{EVILS.index(evil)}{evil}"[:36], safe="")
    for path in (
        f"/bills/{key}/location?branch_id={asked}",
        f"/bills/{key}/paper?serialNo={serial}",
        f"/bills/{key}/paper?attachment={asked}",
        f"/bills/{key}?branch_id={asked}x",
        f"/bills/{key}/location?branch_id={asked}x",
        f"/bills/{key}?profile={asked}",
        f"/bills/{key}?profile=eas&serialNo={serial}x",
        f"/bills/{key}?lang={asked}&theme={asked}",
        f"/bills/{key}/iiif/{asked}/full/{asked}/0/default.jpg",
        f"/bills/{asked}",
        f"/{asked}",
        f"/?{urlencode({'userkey': evil})}",
        f"/m4-web/fpzs/expense/showInvoice?{urlencode({'userKey': evil})}",
    ):
        answer = page.goto(own_site.url + path)
        assert answer, path
        assert answer.status < 500, path
        harmless(page)


@pytest.mark.parametrize("evil", EVILS)
def test_a_file_is_saved_under_a_harmless_name(
    context: BrowserContext, own_site: Installation, key: str, evil: str
) -> None:
    page = context.new_page()
    page.goto(f"{own_site.url}/bills/{key}/location?branch_id={quote(evil, safe='')}&lang=en")
    with page.expect_download() as saved:
        page.locator("aside.beside .files a[download]").first.click()
    name = saved.value.suggested_filename
    assert name.endswith(".pdf")
    assert not set(name) & set("/\\")
    harmless(page)
