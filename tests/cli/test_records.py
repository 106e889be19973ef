"""`viewer audit` and `viewer purge`."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Ended
from tests.papers import pdf
from viewer.archive import Archive
from viewer.archive.audit import Audit, Event
from viewer.config import Settings
from viewer.domain.grant import whole_bill
from viewer.store.database import Database

Run = Callable[..., Ended]


@pytest.fixture
def settings(instance: Path) -> Settings:
    return Settings.load({"VIEWER_INSTANCE": str(instance)})


def note(settings: Settings, **told: object) -> None:
    database = Database(settings.database_url)
    given = {"reader": "", "token_id": "", "client": "192.0.2.1", "action": "view", "what": "image", "bill_pk": 1}
    Audit(settings, database).note(Event(**{"bill_no": "B-1", "bill_id": "id-1", **given, **told}))  # type: ignore[arg-type]
    database.close()


@pytest.fixture
def noted(settings: Settings) -> None:
    note(settings, serial_nos=("S-1", "S-2"))
    note(settings, reader="=HYPERLINK(1)", token_id="ab" * 8, serial_nos=("S-2",), client="2001:db8::1")
    note(
        settings,
        reader="韩梅梅",
        action="original",
        what="original",
        bill_no="B-2",
        bill_id=None,
        attachment_ids=("A-1",),
    )


@pytest.mark.usefixtures("noted")
def test_the_record_is_shown_as_table_json_and_csv(run: Run) -> None:
    status, table, _ = run("audit")
    assert status == 0
    assert all(word in table for word in ("userkey", "韩梅梅", "B-1", "B-2", "S-1", "A-1", "192.0.2.1", "view image"))
    lines = [json.loads(line) for line in run("audit", "--json").out.splitlines()]
    assert [line["reader"] for line in lines] == ["userkey", "=HYPERLINK(1)", "韩梅梅"]
    assert lines[0]["serial_nos"] == ["S-1", "S-2"]
    assert datetime.fromisoformat(lines[0]["at"]).utcoffset()
    rows = list(csv.DictReader(io.StringIO(run("audit", "--csv").out)))
    assert [row["serial_nos"] for row in rows] == ["S-1 S-2", "S-2", ""]
    assert rows[1]["reader"] == "'=HYPERLINK(1)", "no spreadsheet runs it"


@pytest.mark.usefixtures("noted")
@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--bill", "B-1"], 2),
        (["--bill", "id-1"], 2),
        (["--bill", "none"], 0),
        (["--invoice", "S-1"], 1),
        (["--invoice", "S-2"], 2),
        (["--reader", "userkey"], 1),
        (["--action", "original"], 1),
        (["--client", "2001:db8::1"], 1),
        (["--since", "2000-01-01"], 3),
        (["--since", "2999-01-01"], 0),
        (["--until", "2000-01-01"], 0),
        (["--bill", "B-1", "--invoice", "S-1"], 1),
    ],
)
def test_the_record_is_narrowed(run: Run, options: list[str], count: int) -> None:
    assert len(run("audit", "--json", *options).out.splitlines()) == count


@pytest.fixture
def bills(tmp_path: Path, run: Run) -> dict[str, str]:
    """Two bills, with one file that both have and one of each; their userkeys."""
    shared = pdf()
    for name in ("B-1", "B-2"):
        folder = tmp_path / "bills" / name / "E-1"
        folder.mkdir(parents=True)
        (folder / "shared.pdf").write_bytes(shared)
        (folder / "own.pdf").write_bytes(pdf(size=(100 + ord(name[-1]), 50)))
    out = run("import", tmp_path / "bills").out
    lines = [[cell.strip() for cell in line.split("│")] for line in out.splitlines() if "│" in line]
    found = {cells[1]: cells[2] for cells in lines}
    run("warm", *found.values())
    return found


def originals(instance: Path) -> set[str]:
    return {path.name for path in (instance / "blobs").rglob("*") if path.is_file()}


def pictures(instance: Path) -> set[Path]:
    return {path for path in (instance / "derivatives").glob("*/*/*") if path.is_file()}


def test_a_bill_goes_with_its_files_and_pictures_and_what_another_bill_has_stays(
    run: Run, instance: Path, settings: Settings, bills: dict[str, str]
) -> None:
    before, drawn = originals(instance), pictures(instance)
    assert len(before) == 3
    assert drawn
    status, out, _ = run("purge", "B-1")
    assert (status, "1 bills would be removed" in out, "B-1" in out, "B-2" in out) == (0, True, True, False)
    assert (originals(instance), pictures(instance)) == (before, drawn), "a dry run removes nothing"
    assert "1 bills are removed" in run("purge", "B-1", "--yes").out
    (gone,) = before - originals(instance)
    assert pictures(instance) < drawn
    assert not any(path.name.startswith(gone[:16]) for path in pictures(instance))
    status, _, line = run("bill", bills["B-1"])
    assert (status, line.count("\n")) == (1, 1)
    archive = Archive.compose(settings)
    kept = archive.bills.open(whole_bill(bills["B-2"]))
    contents = [file.sha256 for invoice in kept.invoices for file in invoice.files]
    assert all(sha256 and archive.blobs.get(sha256) for sha256 in contents)
    archive.close()
    assert "B-1" in run("audit", "--action", "purge").out, "the audit stays"
    assert "1 bills are removed" in run("purge", "B-2", "--yes").out
    assert originals(instance) == set()
    assert pictures(instance) == set()


@pytest.mark.usefixtures("bills")
def test_bills_go_by_the_time_of_their_last_use(run: Run) -> None:
    assert "0 bills would be removed" in run("purge", "--days", "30").out
    assert "0 bills would be removed" in run("purge", "--before", "2020-01-01").out
    assert "2 bills would be removed" in run("purge", "--before", f"{datetime.now(UTC).year + 1}-01-01").out
    assert "1 bills would be removed" in run("purge", "B-1", "--before", "2999-01-01").out


@pytest.mark.usefixtures("bills")
def test_names_that_no_bill_has_are_told_and_nothing_is_removed(run: Run, instance: Path) -> None:
    before = originals(instance)
    for more in ((), ("--yes",), ("--days", "30", "--yes")):
        status, out, line = run("purge", "B-1", "B-l", "B-3", *more)
        assert (status, out) == (1, "")
        assert line == "No bill has this userkey, id or number: B-l, B-3. Nothing was removed.\n"
    assert originals(instance) == before


def test_a_purge_of_everything_has_to_be_said(run: Run) -> None:
    status, _, line = run("purge", "--yes")
    assert status == 2
    assert "--before" in line
