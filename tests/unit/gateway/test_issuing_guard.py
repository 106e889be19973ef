"""FAQ 1.1 at the transport: no request for an invoice that isn't simulated goes out by accident, whatever builds it."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

import viewer
from tests.issuing import Wire, a_request, query_of, recorded
from viewer.archive.audit import Audit
from viewer.archive.issuing import Issuings
from viewer.config import Settings
from viewer.domain.issuing import Permit, Typed, environment_of
from viewer.errors import CommandError, IssuingRefused
from viewer.gateway.client import Gateway
from viewer.gateway.issuing_guard import Guard, IssuingRequest, asks_for_an_invoice
from viewer.store import ledger_queries
from viewer.store.database import Database
from viewer.store.ledger import AuditRow
from viewer.store.schema import upgrade

TEST, SANDBOX, PRODUCTION = "https://api-dev.piaozone.com/test", "http://127.0.0.1:8001", "https://api.piaozone.com"
UNKNOWN = [
    *("https://api-dev.piaozone.com", "https://api-dev.piaozone.com/test2", "https://api-dev.piaozone.com/TEST"),
    *(
        "http://api-dev.piaozone.com/test",
        "https://api-dev.piaozone.com:8443/test",
        "https://api-dev.piaozone.com./test",
    ),
    *("https://api-dev.piaozone.com/test/../x", "https://x@api-dev.piaozone.com/test", "https://invoices.example/test"),
    *("http://127.0.0.1.example:8001", "http://127.0.0.2:8001", "http://127.0.0.1:8001/test", "https://127.0.0.1:8001"),
    *("http://sandbox:8001", "http://localhost.example", "http://user@localhost:8001"),
]
SYNCHRONOUS, ASYNCHRONOUS = "/bill-websocket/v3/invoicewebsocket/push", "/push"
bases = st.sampled_from([TEST, SANDBOX, "http://localhost:8001", "http://[::1]:9", PRODUCTION, *UNKNOWN])
words = st.builds(Typed, real=st.booleans(), confirmed=st.booleans())


def keeps_the_rule(request: requests.PreparedRequest, base: str, typed: Typed, *, is_sandbox: bool) -> bool:
    """FAQ 1.1 and what the project adds, said once more and apart from the code: what may be on the wire."""
    flags = query_of(request).get("debugOpenInvoice")
    both_typed = typed.real and typed.confirmed
    local = (
        base.startswith(("http://127.0.0.1:8001", "http://localhost:8001", "http://[::1]:9")) and base not in UNKNOWN
    )
    if base == TEST:
        asynchronous = "websocket" not in (request.url or "")
        return both_typed or (flags == ["1"] and (typed.confirmed or not asynchronous))
    if local and is_sandbox:
        return flags == ["1"] or (flags is None and typed.real)
    return flags is None and both_typed


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('issuing') / 'viewer.db'}")
    upgrade(made)
    yield made
    made.close()


def issuings_at(base: str, database: Database, folder: Path) -> Issuings:
    given_ = {"VIEWER_CLIENT_ID": "c", "VIEWER_CLIENT_SECRET": "s", "VIEWER_INSTANCE": str(folder)}
    loaded = Settings.load({**given_, "VIEWER_GATEWAY_URL": "http://127.0.0.1"})
    loaded = replace(loaded, gateway_url=base)
    return Issuings(loaded, database, Gateway(loaded), Audit(loaded, database))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=bases, typed=words, asynchronous=st.booleans(), is_sandbox=st.booleans(), paper=st.booleans())
@example(base=PRODUCTION, typed=Typed(), asynchronous=False, is_sandbox=True, paper=False)
@example(base=TEST, typed=Typed(real=True), asynchronous=False, is_sandbox=True, paper=False)
@example(base=SANDBOX, typed=Typed(), asynchronous=False, is_sandbox=False, paper=False)
def test_no_configuration_and_no_flags_send_a_real_request_by_accident(
    base: str,
    typed: Typed,
    asynchronous: bool,
    is_sandbox: bool,
    paper: bool,
    database: Database,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    issuings = issuings_at(base, database, tmp_path_factory.getbasetemp())

    def is_written_before(request: requests.PreparedRequest) -> None:
        if asks_for_an_invoice(request.url or ""):
            (reqid,) = query_of(request)["reqid"]
            with database.read() as session:
                assert ledger_queries.load_issuing(session, reqid).state == "sending"
                (row,) = session.scalars(select(AuditRow).where(AuditRow.what == reqid))
                flagged = query_of(request).get("debugOpenInvoice") == ["1"]
                assert row.action == ("issue simulated" if flagged else "issue real")

    with recorded() as wire:
        wire.is_sandbox, wire.at_sending = is_sandbox, is_written_before
        try:
            outcome = issuings.issue(
                a_request(invoiceType="3" if paper else "26"), typed=typed, asynchronous=asynchronous
            )
        except IssuingRefused:
            assert wire.issuings == []
            return
    (sent,) = wire.issuings
    assert keeps_the_rule(sent, base, typed, is_sandbox=is_sandbox)
    assert outcome.issuing
    assert outcome.issuing.simulated == (query_of(sent).get("debugOpenInvoice") == ["1"])


@settings(max_examples=600, deadline=None)
@given(
    base=bases,
    path=st.sampled_from(
        [
            SYNCHRONOUS,
            ASYNCHRONOUS,
            "/v4/push",
            "/PUSH",
            "/p%75sh",
            "/push/",
            "/push;x=1",
            "//push",
            "/x%2Fpush",
            "/push%20",
            "/push%00",
        ]
    ),
    query=st.dictionaries(
        st.sampled_from(["debugOpenInvoice", "DebugOpenInvoice", "debugopeninvoice", "reqid", "taxNo"]),
        st.sampled_from(["1", "0", "", "1234567890123456", "true"]),
    ),
    twice=st.booleans(),
    typed=st.none() | words,
    is_sandbox=st.booleans(),
    method=st.sampled_from(["POST", "GET", "PUT"]),
)
def test_the_guard_lets_nothing_pass_that_breaks_the_rule_whatever_built_it(
    base: str, path: str, query: dict[str, str], twice: bool, typed: Typed | None, is_sandbox: bool, method: str
) -> None:
    pairs = [*query.items(), *([("debugOpenInvoice", "0")] if twice else [])]
    built = requests.Request(method, base + path, params=pairs).prepare()
    if typed is not None:
        built = IssuingRequest.of(built, Permit(reqid="1234567890123456", typed=typed))
    with recorded() as wire:
        wire.is_sandbox = is_sandbox
        try:
            Guard(pool_connections=1, pool_maxsize=1).send(built)
        except IssuingRefused:
            assert built not in wire.requests
            return
    assert typed is not None
    assert keeps_the_rule(built, base, typed, is_sandbox=is_sandbox)
    assert query_of(built)["reqid"] == ["1234567890123456"]


@pytest.mark.parametrize("base", [PRODUCTION, *UNKNOWN])
def test_an_unrecognised_address_counts_as_production(base: str) -> None:
    assert environment_of(base) == "production"


@pytest.mark.parametrize(("base", "found"), [(TEST, "test"), (SANDBOX, "sandbox"), ("http://localhost", "sandbox")])
def test_the_environment_is_known_from_the_base_url(base: str, found: str) -> None:
    assert environment_of(base) == found


@pytest.fixture
def wire() -> Iterator[Wire]:
    with recorded() as recorder:
        yield recorder


def permitted(url: str, typed: Typed, reqid: str = "1234567890123456") -> requests.PreparedRequest:
    built = requests.Request("POST", url, params={"reqid": reqid}).prepare()
    return IssuingRequest.of(built, Permit(reqid=reqid, typed=typed))


BOTH = Typed(real=True, confirmed=True)


def test_the_flag_is_never_sent_to_production_even_with_both_words(wire: Wire) -> None:
    request = permitted(f"{PRODUCTION}{SYNCHRONOUS}?debugOpenInvoice=1", BOTH)
    with pytest.raises(IssuingRefused, match="production ignores"):
        Guard(pool_connections=1, pool_maxsize=1).send(request)
    assert wire.requests == []


def test_one_reqid_passes_the_guard_once(wire: Wire) -> None:
    guard = Guard(pool_connections=1, pool_maxsize=1)
    guard.send(permitted(f"{PRODUCTION}{SYNCHRONOUS}", BOTH))
    with pytest.raises(IssuingRefused, match="sent before"):
        guard.send(permitted(f"{PRODUCTION}{SYNCHRONOUS}", BOTH))
    assert len(wire.issuings) == 1


def test_a_copy_as_a_redirect_makes_it_has_lost_its_permit(wire: Wire) -> None:
    with pytest.raises(IssuingRefused, match="wasn't recorded"):
        Guard(pool_connections=1, pool_maxsize=1).send(permitted(f"{PRODUCTION}{SYNCHRONOUS}", BOTH).copy())
    assert wire.requests == []


def test_a_repeat_of_a_reqid_gets_what_is_written_and_is_not_sent(
    wire: Wire, database: Database, tmp_path: Path
) -> None:
    issuings = issuings_at(SANDBOX, database, tmp_path)
    first = issuings.issue(a_request(), typed=Typed(), reqid="1763800000000001")
    again = issuings_at(SANDBOX, database, tmp_path).issue(a_request(), typed=Typed(), reqid="1763800000000001")
    assert len(wire.issuings) == 1
    assert first.issuing
    assert again.issuing
    assert (again.issuing.id, again.state, again.issued) == (first.issuing.id, "issued", first.issued)


def test_a_reqid_of_another_request_is_refused(wire: Wire, database: Database, tmp_path: Path) -> None:
    issuings = issuings_at(SANDBOX, database, tmp_path)
    issuings.issue(a_request(), typed=Typed(), reqid="1763800000000002")
    with pytest.raises(CommandError, match="another request"):
        issuings.issue(a_request(drawer="何以沫"), typed=Typed(), reqid="1763800000000002")
    assert len(wire.issuings) == 1


def test_a_crash_between_writing_and_sending_is_told_and_never_sent_again(
    wire: Wire, database: Database, tmp_path: Path
) -> None:
    def crash(request: requests.PreparedRequest) -> None:
        if asks_for_an_invoice(request.url or ""):
            raise SystemExit

    wire.at_sending = crash
    with pytest.raises(SystemExit):
        issuings_at(SANDBOX, database, tmp_path).issue(a_request(), typed=Typed(), reqid="1763800000000003")
    wire.at_sending = lambda request: None
    with pytest.raises(CommandError, match="is not known") as told:
        issuings_at(SANDBOX, database, tmp_path).issue(a_request(), typed=Typed(), reqid="1763800000000003")
    assert "viewer invoice query" in str(told.value)
    assert len(wire.issuings) == 1


def test_nothing_is_sent_where_nothing_can_be_written(wire: Wire, tmp_path: Path) -> None:
    broken = Database(f"sqlite:///{tmp_path / 'without-tables.db'}")
    with pytest.raises(Exception, match="no such table"):
        issuings_at(SANDBOX, broken, tmp_path).issue(a_request(), typed=Typed())
    broken.close()
    assert wire.requests == []


def test_only_the_transport_opens_a_session_that_posts() -> None:
    """The guard is worth something only while nothing goes round it."""
    package = Path(inspect.getfile(viewer)).parent
    opened = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(
            r"requests\.(Session|post|put|request|api)\b|urlopen|http\.client\.HTTP\w*Connection",
            path.read_text("utf-8"),
        )
    }
    assert opened == {"gateway/transport.py", "gateway/fetch.py", "gateway/sandbox/entries.py", "demo/erp.py"}
    assert ".post(" not in (package / "gateway/fetch.py").read_text("utf-8")
