"""Several servers on one instance: nothing twice, nothing lost, whoever comes first."""

import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.bills import new_bill, split_bill
from tests.installations import Installation, files_of, installed
from tests.sandboxes import SECONDS
from viewer.archive import Archive
from viewer.config import Settings
from viewer.domain.grant import whole_bill
from viewer.gateway.sandbox.catalogue import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State
from viewer.store.models import Bill, Entry, File, Invoice, Page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared-instance")


@pytest.fixture(scope="module")
def pair(shared_cloud: ServedApp, folder: Path) -> Iterator[tuple[Installation, Installation]]:
    """Two applications on one instance, as two server processes are; they share nothing else."""
    with installed(folder, cloud=shared_cloud.url) as one, installed(folder, cloud=shared_cloud.url) as other:
        yield one, other


def counts(site: Installation, userkey: str) -> dict[str, int]:
    """How many rows of each kind the bill has."""
    with site.archive.database.read() as session:
        bills = session.scalars(select(Bill.id).where(Bill.userkey == userkey)).all()
        found = {"bill": len(bills)}
        for kind in (Entry, Invoice, File):
            query = select(func.count()).select_from(kind).where(kind.bill_pk.in_(bills))
            found[kind.__tablename__] = session.scalar(query) or 0
        pages = select(func.count()).select_from(Page).join(File).where(File.bill_pk.in_(bills))
        return {**found, "page": session.scalar(pages) or 0}


def test_cold_opens_from_many_threads_of_two_servers_make_one_bill(
    pair: tuple[Installation, Installation], sandbox: State
) -> None:
    made = new_bill(1, 2, 0, header=1)
    sandbox.put_bill(made)
    together = threading.Barrier(8)

    def ask(number: int) -> object:
        together.wait()
        return pair[number % 2].whole(made.userkey)["userkey"]

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == {made.userkey}
    assert counts(pair[0], made.userkey) == {"bill": 1, "entry": 2, "invoice": 4, "file": 4, "page": 4}
    assert sandbox.calls("/m4/fpzs/expense/invoices/query", made.userkey) == 1
    assert sandbox.calls("/files", made.userkey) == 4
    bills = [site.json(f"/bills/{made.userkey}") for site in pair]
    assert bills[0] == bills[1]


def test_a_file_that_another_server_fetches_is_waited_for(
    pair: tuple[Installation, Installation], sandbox: State
) -> None:
    made = new_bill(1)
    sandbox.put_bill(made)
    sandbox.faults.add("/files", "delay", 0.7)
    one, other = pair
    (file,) = files_of(one.json(f"/bills/{made.userkey}"))
    address = f"/api/v1/bills/{made.userkey}/files/{file['file_id']}"
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda site: site.get(address), (one, other))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert sandbox.calls("/files", made.userkey) == 1


def test_what_one_server_records_the_other_shows(pair: tuple[Installation, Installation], sandbox: State) -> None:
    made = split_bill()
    sandbox.put_bill(made)
    one, other = pair
    before = one.whole(made.userkey)
    assert other.json(f"/bills/{made.userkey}") == before
    assert sandbox.calls("/m4", made.userkey) == 1
    page = before["invoices"][0]["files"][0]["pages"][0]["page_id"]
    pictures = [site.get(f"/bills/{made.userkey}/iiif/{page}/full/60,/0/default.jpg").content for site in pair]
    assert pictures[0] == pictures[1]


def open_bill(given: dict[str, str], userkeys: list[str], start: object) -> None:
    """What a server process does with its first requests; ends with an error where a bill isn't whole."""
    archive = Archive.compose(Settings.load(given), decoder_processes=1)
    try:
        start.wait()  # type: ignore[attr-defined]
        for userkey in userkeys:
            archive.files.wait(archive.bills.open(whole_bill(userkey)), seconds=SECONDS)
            bill = archive.bills.stored(whole_bill(userkey))
            assert bill
            assert {file.state for invoice in bill.invoices for file in invoice.files} == {"ready"}
    finally:
        archive.close()


def test_two_processes_that_open_the_same_bills_at_once_leave_each_once(
    pair: tuple[Installation, Installation], folder: Path, shared_cloud: ServedApp, sandbox: State
) -> None:
    bills = [new_bill(2, 1) for _ in range(3)]
    for made in bills:
        sandbox.put_bill(made)
    given = {
        "VIEWER_INSTANCE": str(folder),
        "VIEWER_GATEWAY_URL": shared_cloud.url,
        "VIEWER_CLIENT_ID": SANDBOX_CLIENT_ID,
        "VIEWER_CLIENT_SECRET": SANDBOX_CLIENT_SECRET,
    }
    spawning = multiprocessing.get_context("spawn")
    start = spawning.Barrier(2)
    userkeys = [made.userkey for made in bills]
    processes = [spawning.Process(target=open_bill, args=(given, userkeys, start)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    for userkey in userkeys:
        assert counts(pair[0], userkey) == {"bill": 1, "entry": 2, "invoice": 3, "file": 3, "page": 3}
        assert sandbox.calls("/files", userkey) == 3


def test_the_file_that_a_killed_process_had_claimed_is_fetched_when_its_claim_has_run_out(
    pair: tuple[Installation, Installation], sandbox: State
) -> None:
    made = new_bill(1)
    sandbox.put_bill(made)
    site = pair[0]
    site.archive.bills.open(whole_bill(made.userkey))  # lists, fetches nothing
    soon = datetime.now(UTC) + timedelta(seconds=1)
    with site.archive.database.write() as session:
        file = session.scalars(select(File).where(File.url.is_not(None)).order_by(File.id.desc()).limit(1)).one()
        file.claimed_until = soon  # as a process would have left it that was killed in mid-fetch
    files = files_of(site.json(f"/bills/{made.userkey}", wait=20))
    assert [each["state"] for each in files] == ["ready"]
    assert datetime.now(UTC) >= soon


def test_many_readers_of_a_bill_whose_upstream_fails_share_one_failure(
    pair: tuple[Installation, Installation], sandbox: State
) -> None:
    made = new_bill(1)
    sandbox.put_bill(made)
    sandbox.faults.add("/m4/fpzs/expense/invoices/query", "delay", "1", userkey=made.userkey)
    sandbox.faults.add("/m4/fpzs/expense/invoices/query", "errcode", "9999 no", userkey=made.userkey)
    before = sandbox.calls("/m4/fpzs/expense/invoices/query", made.userkey)
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(pair[0].get, f"/api/v1/bills/{made.userkey}") for _ in range(8)]
        assert {future.result().json()["code"] for future in asked} == {"upstream_refused"}
    assert sandbox.calls("/m4/fpzs/expense/invoices/query", made.userkey) == before + 1
