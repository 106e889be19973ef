"""A key opens one bill, a token perhaps one entry of it: every address below a key is tried with everything else's ids.

The addresses come from the application's own map, so that a new one is tried by itself or, if it takes something that these
tests don't know, fails them.
"""

import io
import re
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
import requests
from PIL import Image
from werkzeug.routing import Rule

from tests.clouds import ScriptedCloud
from tests.installations import Installation, files_of, problem_of
from tests.scoped_bills import HEADER, LEFT, OTHER, OWN, SHARED, THIRD, ScopedBill, put_scoped_bill
from tests.tokens import decoded, token
from viewer.domain.keys import HANDED
from viewer.domain.signed_page import SignedPage, scope_of
from viewer.instance import signing_keys

PUBLIC = {
    "pages.look_up": "takes a key from a form and leads on to the bill",
    "pages.show_invoice": "takes its key from the query, as upstream's page does",
    "pages.demo_erp": "leads to the demo's other page",
    "pages.api_docs": "the API's page",
    "pages.embed_kit": "a script for other pages",
    "pages.send_static": "scripts and styles",
    "static": "the same",
    "openapi.spec": "the API's document",
    "api.register": "a server call, signed",
    "api.push": "a server call, signed",
    "api.embed_token": "a server call, signed",
    "signed.picture": "its segment is signed",
    "signed.service": "its segment is signed",
    "signed.image_info": "its segment is signed",
    "health.healthz": "tells nothing of any bill",
    "health.readyz": "tells nothing of any bill",
    **dict.fromkeys(
        ["api.doctor", "operator.doctor", "operator.ask_doctor", "operator.watched"],
        "for the bearer of the operator's token",
    ),
}
"""Every address without a key, and why it needs none."""
FIXED = {"region": "full", "size": "200,", "rotation": "0", "name": "default.jpg", "width": "320", "number": "1"}
"""What stands in an address and names nothing of a bill."""
NUMBERS = frozenset({"width", "number"})
BODIES: dict[str, Any] = {"api.rotate": {"rotation": 0}}


@pytest.fixture(scope="module")
def bill(token_site: Installation, odd_cloud: ScriptedCloud) -> ScopedBill:
    return put_scoped_bill(odd_cloud, token_site, "mine")


@pytest.fixture(scope="module")
def stranger(token_site: Installation, odd_cloud: ScriptedCloud) -> ScopedBill:
    return put_scoped_bill(odd_cloud, token_site, "theirs")


def rules(site: Installation) -> list[Rule]:
    """Every address of the application that has a key."""
    return [rule for rule in site.app.url_map.iter_rules() if "key" in rule.arguments]


def test_every_address_with_a_key_says_what_it_needs_and_every_other_is_known(token_site: Installation) -> None:
    for rule in token_site.app.url_map.iter_rules():
        handler = token_site.app.view_functions[rule.endpoint]
        if "key" in rule.arguments:
            assert hasattr(handler, "needs"), f"{rule} takes a key and doesn't say what it needs: @opens"
        else:
            assert rule.endpoint in PUBLIC, f"{rule} has no key: is that right?"


def paths(site: Installation, rule: Rule, key: str, bill: ScopedBill) -> Iterator[str]:
    """A rule's addresses with each of the bill's ids. "-" stands for a key that comes in a header."""
    if rule.defaults:
        yield from (f"{method} {rule}" for method in sorted((rule.methods or set()) & {"GET", "POST"}))
        return
    ids = {"file_id": [file["file_id"] for file in files_of(bill.told)]}
    ids["page_id"] = [page["page_id"] for file in files_of(bill.told) for page in file["pages"]]
    (name, *more) = [each for each in sorted(rule.arguments) if each in ids] or [""]
    assert not more, f"{rule} takes two ids: these tests try one at a time"
    adapter = site.app.url_map.bind("localhost")
    for value in ids.get(name, [""]):
        given = {each: FIXED.get(each, value) for each in rule.arguments - {"key"}}
        assert set(given) <= {*FIXED, *ids}, f"{rule} takes something that these tests don't know"
        kinds = {each: int(text) if each in NUMBERS else text for each, text in given.items()}
        for method in sorted((rule.methods or set()) & {"GET", "PUT", "POST"}):
            yield f"{method} " + adapter.build(rule.endpoint, {"key": key, **kinds}, method=method)


def asked(rule: Rule, bill: ScopedBill, most: int | None = None) -> list[dict[str, str]]:
    """The questions for a rule; where an id says what is asked for, a query hardly matters."""
    return list(queries(bill))[: 3 if rule.arguments & {"file_id", "page_id"} else most]


def queries(bill: ScopedBill) -> Iterator[dict[str, str]]:
    """Questions with which an address may be led astray."""
    yield {}
    yield {"view": "location", "q": "text"}
    yield {"view": "location", "branch_id": bill.entry(2), "q": "text"}
    for entry in (1, 3):
        yield {"view": "location", "branch_id": bill.entry(entry)}
    for label in (OWN, OTHER, HEADER):
        yield {"view": "location", "branch_id": bill.entry(1), "serialNo": bill.serial(label)}
        yield {"profile": "eas", "serialNo": bill.serial(label)}
        yield {"attachment": bill.attachment(label)}
        yield {"invoice": bill.serial(label)}
        yield {"view": "location", "branch_id": bill.entry(1), "invoice": bill.serial(label)}
        yield {"view": "location", "entry": bill.entry(1), "attachment": bill.attachment(label)}
    yield {"view": "location", "step": "next"}
    yield {"view": "location", "step": "previous", "branch_id": bill.entry(1)}
    yield {"view": "location", "entry": bill.entry(2), "invoice": bill.serial(OTHER)}
    yield {"view": "location", "attachment": bill.attachment(OTHER), "branch_id": bill.entry(1)}
    yield {"q": "text", "wait": "1"}


def ask(site: Installation, call: str, query: dict[str, str], handed: str = "") -> requests.Response:
    method, path = call.split(" ", 1)
    rule, _ = site.app.url_map.bind("localhost").match(path, method=method, return_rule=True)
    body = {"json": BODIES.get(rule.endpoint, {})} if method == "PUT" else {}
    headers = {"Authorization": f"Bearer {handed}"} if handed else {}
    return site.ask(method, path, params=query, headers=headers, **body)


def text_of(answer: requests.Response) -> str:
    """Everything that an answer says: headers, and what its body holds, unpacked."""
    kind = answer.headers.get("Content-Type", "")
    said = [*answer.headers.values()]
    if kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            for name in packed.namelist():
                said += [name, _said(packed.read(name))]
    else:
        said.append(_said(answer.content))
    return "\n".join(said)


def _said(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        with pypdfium2.PdfDocument(content) as document:
            pages = [page.get_textpage().get_text_bounded() for page in document]
            return "\n".join(
                [*pages, str([mark.get_title() for mark in document.get_toc()]), str(document.get_metadata_dict())]
            )
    return content.decode("utf-8", "replace")


def found_in(answer: requests.Response, words: set[str], asked: dict[str, str]) -> set[str]:
    """Which of these words an answer says of its own accord: what was asked for may be named in the refusal."""
    said = text_of(answer)
    return {word for word in words if word in said and not any(word in value for value in asked.values())}


def test_a_key_of_one_bill_gets_nothing_of_another_at_any_address(
    token_site: Installation, bill: ScopedBill, stranger: ScopedBill
) -> None:
    key = token(bill_id="mine-id")
    foreign = {word for words in stranger.words.values() for word in words} | {stranger.userkey, "theirs-bill"}
    tried = 0
    for rule in rules(token_site):
        for query in asked(rule, stranger):
            for call in paths(token_site, rule, key, stranger):
                answer = ask(token_site, call, query, key if rule.defaults else "")
                tried += 1
                assert answer.status_code < 500, (call, query, answer.text)
                if rule.arguments & {"file_id", "page_id"}:
                    code = "unknown_file" if "file_id" in rule.arguments else "unknown_page"
                    assert answer.status_code == 404, (call, query)
                    assert code in answer.text
                assert found_in(answer, foreign, query | {"path": call}) == set(), (call, query)
                if not query and not rule.arguments & {"file_id", "page_id"}:
                    break
    assert tried > 100


@pytest.mark.parametrize("handed", [False, True])
def test_an_entrys_token_gets_nothing_of_its_neighbours_at_any_address(
    token_site: Installation, bill: ScopedBill, handed: bool
) -> None:
    """Whether the key stands in the address or comes in a header."""
    token_of_entry = token(bill_no="mine-bill", branch_id=bill.entry(1))
    key = HANDED if handed else token_of_entry
    words = bill.words
    foreign = words[OTHER] | words[THIRD] | words[HEADER] | words["sheet"] | {bill.userkey}
    if handed:
        foreign.add(token_of_entry)
    own = {
        each
        for file in bill.files(OWN, SHARED)
        for each in (file["file_id"], *(page["page_id"] for page in file["pages"]))
    }
    reached = set()
    for rule in rules(token_site):
        if rule.defaults and not handed:
            continue
        for query in asked(rule, bill, 4 if handed else None):
            for call in paths(token_site, rule, key, bill):
                answer = ask(token_site, call, query, token_of_entry if handed else "")
                said = (call, query, answer.status_code)
                assert answer.status_code < 500, said
                assert found_in(answer, foreign, query | {"path": call}) == set(), said
                if rule.arguments & {"file_id", "page_id"}:
                    is_own = any(each in call for each in own)
                    assert (answer.status_code in (200, 303)) == is_own, said
                    assert is_own or answer.status_code == 404, said
                if answer.ok:
                    reached.add(rule.endpoint)
    assert reached >= {
        *("pages.location_view", "api.location_view", "api.search", "api.original", "api.rotate", "api.refresh"),
        *("images.view_manifest", "images.image", "images.image_info", "images.pending_picture", "text.text"),
        *("bundles.bundle_pdf", "bundles.bundle_zip", "bundles.print_pdf", "bundles.print_page"),
    }
    assert not reached & {"pages.image_view", "pages.paper", "api.bill", "api.image_view", "api.resolve"}


def test_an_entrys_token_opens_its_location_view_and_no_other(token_site: Installation, bill: ScopedBill) -> None:
    key = token(image_number="mine-image", branch_id=bill.entry(1))
    api = f"/api/v1/bills/{key}"
    for query in ({}, {"branch_id": bill.entry(1)}):
        view = token_site.get(f"{api}/views/location", params=query).json()
        assert (view["branch_id"], view["count"]) == (bill.entry(1), 3)
        assert view["serial_nos"] == [bill.serial(OWN), bill.serial(SHARED), f"{bill.serial(OWN)}-pasted"]
        page = token_site.get(f"/bills/{key}/location", params=query)
        assert page.status_code == 200
    shared = token_site.get(f"{api}/views/location", params={"serialNo": bill.serial(SHARED)}).json()["invoice"]
    assert shared["branch_ids"] == [bill.entry(1)]
    pasted = token_site.get(f"{api}/views/location", params={"serialNo": f"{bill.serial(OWN)}-pasted"}).json()[
        "invoice"
    ]
    assert [file["picture"] for file in pasted["files"]] == [True]
    for other in (bill.entry(2), "nowhere"):
        problem_of(token_site.get(f"{api}/views/location", params={"branch_id": other}), 404, "unknown_branch_id")
    for serial in (bill.serial(OTHER), bill.serial(HEADER), "nothing"):
        problem_of(token_site.get(f"{api}/views/location", params={"serialNo": serial}), 404, "unknown_serial_no")
    for path in ("", "/views/image", "/search"):
        problem_of(token_site.get(f"{api}{path}"), 403, "not_allowed")
    problem_of(token_site.get(f"/bills/{key}/iiif/manifest.json"), 403, "not_allowed")
    problem_of(token_site.get(f"/api/v1/userkeys/{key}"), 403, "not_allowed")
    asked = {"headers": {"Accept": "application/json"}}
    for path in (f"/bills/{key}", f"/bills/{key}/paper", f"/m4-web/fpzs/expense/showInvoice?userKey={key}"):
        problem_of(token_site.get(path, **asked), 403, "not_allowed")
    refreshed = token_site.post(f"{api}/refresh")
    assert (refreshed.status_code, refreshed.content) == (204, b"")
    back = token_site.post(f"/bills/{key}/refresh")
    assert back.status_code == 303
    assert back.headers["Location"].startswith(f"/bills/{key}/location?branch_id=")


def test_an_entrys_token_for_a_bill_without_that_entry_opens_nothing(
    token_site: Installation, bill: ScopedBill
) -> None:
    key = token(bill_id="mine-id", branch_id="theirs-entry-1")
    problem_of(token_site.get(f"/api/v1/bills/{key}/views/location"), 404, "unknown_branch_id")
    for file in files_of(bill.told):
        problem_of(token_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}"), 404, "unknown_file")


def test_an_entrys_manifest_holds_the_entrys_pages_alone(token_site: Installation, bill: ScopedBill) -> None:
    key = token(bill_id="mine-id", branch_id=bill.entry(1))
    manifest = token_site.get(f"/bills/{key}/iiif/manifest.json", params={"view": "location"})
    assert manifest.status_code == 200
    own = {page["page_id"] for file in bill.files(OWN) for page in file["pages"]}
    shown = set(re.findall(r"/iiif/([0-9a-f]{24})", manifest.text))
    assert len(shown) == 1
    assert shown <= own


def test_the_crop_of_an_entrys_token_is_its_own_part_of_the_sheet(token_site: Installation, bill: ScopedBill) -> None:
    key = token(bill_id="mine-id", branch_id=bill.entry(1))
    query = {"serialNo": f"{bill.serial(OWN)}-pasted"}
    view = token_site.get(f"/api/v1/bills/{key}/views/location", params=query).json()
    (page,) = view["invoice"]["files"][0]["pages"]
    shown = token_site.get(f"/bills/{key}/iiif/{page['page_id']}/full/max/0/default.png").content
    assert [color for _, color in Image.open(io.BytesIO(shown)).convert("RGB").getcolors() or []] == [LEFT]


def test_views_and_actions_that_a_token_lacks_are_refused_at_every_address(
    token_site: Installation, bill: ScopedBill
) -> None:
    for action in ("view", "print", "download", "original", "rotate", "refresh"):
        key = token(bill_id="mine-id", actions=[action])
        for rule in rules(token_site):
            handler: Any = token_site.app.view_functions[rule.endpoint]
            for query in ({}, {"view": "location", "branch_id": bill.entry(1)}):
                for call in paths(token_site, rule, key, bill):
                    answer = ask(token_site, call, query, key if rule.defaults else "")
                    if handler.needs.action != action:
                        assert (answer.status_code, "not_allowed" in answer.text) == (403, True), (call, action)
                    else:
                        assert answer.status_code != 403, (call, action)
                    break
    for view, other in (("image", "location"), ("location", "image")):
        key = token(bill_id="mine-id", views=[view])
        problem_of(token_site.get(f"/api/v1/bills/{key}/views/{other}?branch_id={bill.entry(1)}"), 403, "not_allowed")
        assert token_site.get(f"/api/v1/bills/{key}/views/{view}?branch_id={bill.entry(1)}").status_code == 200
    key = token(bill_id="mine-id", views=["location"])
    reached = {
        file["file_id"]
        for file in files_of(bill.told)
        if token_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}").status_code == 200
    }
    assert reached == {file["file_id"] for file in bill.files(OWN, SHARED, OTHER, THIRD)}


def test_a_token_without_a_view_opens_nothing(token_site: Installation, bill: ScopedBill) -> None:
    claims: dict[str, Any]
    for claims in ({"views": []}, {"views": ["image"], "branch_id": bill.entry(1)}):
        key = token(bill_id="mine-id", **claims)
        for rule in rules(token_site):
            for call in paths(token_site, rule, key, bill):
                assert ask(token_site, call, {}, key if rule.defaults else "").status_code == 403, call
                break


def test_pages_offer_only_what_their_token_allows(token_site: Installation, bill: ScopedBill) -> None:
    everything = token_site.page(f"/bills/{token(bill_id='mine-id')}")
    looking = token_site.page(f"/bills/{token(bill_id='mine-id', actions=['view'], views=['image'])}")
    for mark in ("download=1", 'class="refresh"', "data-may-rotate", "/location?"):
        assert mark in everything
        assert mark not in looking
    key = token(bill_id="mine-id", branch_id=bill.entry(1))
    own = token_site.page(f"/bills/{key}/location")
    assert 'data-view-link="image"' not in own
    assert "data-entry=" not in own


def test_a_pages_addresses_cover_bill_scope_reader_and_end(token_site: Installation, bill: ScopedBill) -> None:
    """Two readers, two scopes: no two have the same address for one page, and each can be told from whom it is."""
    made = {}
    claims: dict[str, Any]
    for name, claims in {
        "whole": {},
        "another reader": {"sub": "li.si"},
        "one entry": {"branch_id": bill.entry(1)},
    }.items():
        key = token(bill_id="mine-id", **claims)
        page = token_site.page(f"/bills/{key}/location", branch_id=bill.entry(1))
        segments = {
            segment: SignedPage.read(segment, signing_keys(token_site.settings))
            for segment in re.findall(r"/i/([\w-]+)/", page)
        }
        assert segments
        for segment, signed in segments.items():
            assert signed
            assert signed.reader == claims.get("sub", "zhang.san")
            assert signed.scope == scope_of(claims.get("branch_id"))
            assert signed.expires == decoded(key.split(".")[1])["exp"]
            assert token_site.get(f"/i/{segment}/full/max/0/default.jpg").status_code == 200
        made[name] = set(segments)
    assert not made["whole"] & made["another reader"]
    assert not made["whole"] & made["one entry"]


@pytest.mark.parametrize("left", [90, -20])
def test_what_a_token_showed_is_kept_no_longer_than_the_token(
    token_site: Installation, bill: ScopedBill, left: int
) -> None:
    """One that is over and still taken, since clocks differ, gives the rest of that minute."""
    key = token(bill_id="mine-id", exp=int(time.time()) + left)
    page = token_site.page(f"/bills/{key}")
    (segment, *_) = re.findall(r"/i/([\w-]+)/", page)
    (page_id, *_) = re.findall(r'data-page-id="(\w+)"', page)
    most = left if left > 0 else 60 + left
    for path in (
        f"/i/{segment}/full/200,/0/default.jpg",
        f"/bills/{key}/iiif/{page_id}/full/200,/0/default.jpg",
    ):
        kept = re.search(r"max-age=(\d+)", token_site.get(path).headers["Cache-Control"])
        assert kept
        assert 0 < int(kept[1]) <= most
