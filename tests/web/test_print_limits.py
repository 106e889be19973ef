"""What prints and bundles may cost: a large bill in little memory, few at a time, and nothing for a reader who has gone."""

import contextlib
import io
import struct
import zipfile
from pathlib import Path

import pytest
import requests
from PIL import Image

from tests.bills import new_bill
from tests.commands import below, held_by, served, until, viewer
from tests.installations import Installation, problem_of
from tests.papers import encoded, pdf
from tests.prints import opened
from viewer.archive.papers import PREPARING
from viewer.gateway.sandbox.state import State

INVOICES, PHOTO = 500, 900_000
MOST_MEMORY = 300_000
"""kB of one server process."""


@pytest.mark.timeout(600)
def test_a_bill_of_500_invoices_is_bundled_in_less_than_300_mb(tmp_path: Path) -> None:
    """Half a gigabyte of photos and PDFs, no two the same, as bundle.pdf, bundle.zip and print.pdf."""
    instance, bills = tmp_path / "instance", tmp_path / "bills"
    noise = encoded(Image.effect_noise((64, 48), 90).convert("RGB"), "JPEG")
    for number in range(INVOICES):
        entry = bills / "BIG" / f"E-{number % 20}"
        entry.mkdir(parents=True, exist_ok=True)
        if number % 2:
            filling = b"\xff\xfe" + struct.pack(">H", 65_535) + bytes(65_533)
            own = b"\xff\xfe" + struct.pack(">HI", 6, number)
            (entry / f"{number:020d}.jpg").write_bytes(noise[:2] + own + filling * (PHOTO // 65_535) + noise[2:])
        else:
            (entry / f"{number:020d}.pdf").write_bytes(pdf(size=(200 + number, 100)))
    assert viewer(instance, "init").returncode == 0
    done = viewer(instance, "--lang", "en", "import", bills)
    assert done.returncode == 0, done.stderr
    key = next(word for word in done.stdout.split() if len(word) == 32)
    with served(instance, WORKERS="1") as (process, address):
        api = f"{address}/api/v1/bills/{key}"

        def are_here() -> bool:
            return bool(requests.get(f"{api}/bundle.zip/progress", timeout=60).json()["ready"])

        until(are_here)
        for path, pages in (
            ("bundle.pdf?cover=0", INVOICES),
            ("print.pdf?layout=2up", INVOICES // 2),
            ("bundle.zip", 0),
        ):
            with requests.get(f"{api}/{path}", timeout=600, stream=True) as response:
                assert response.status_code == 200
                content = b"".join(response.iter_content(2**20))
            assert len(content) > INVOICES // 2 * (PHOTO - 65_535)
            if pages:
                assert len(opened(content).pages) == pages
            else:
                assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 1 + INVOICES
            assert max(held_by(each)["Rss"] for each in below(process.pid)) < MOST_MEMORY
        peaks = [peak(each) for each in below(process.pid)]
        assert max(peaks) < MOST_MEMORY


def peak(process: int) -> int:
    """The most that a process has ever held, kB."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def test_readers_who_leave_and_those_who_only_ask_for_the_head_hold_nothing(site: Installation, sandbox: State) -> None:
    bill = new_bill(2)
    sandbox.put_bill(bill)
    address = f"{site.url}/api/v1/bills/{bill.userkey}/bundle.pdf"
    for _ in range(2 * PREPARING):
        assert requests.head(address, timeout=60).status_code == 200
        requests.get(address, timeout=60, stream=True).close()
    assert site.get(f"/api/v1/bills/{bill.userkey}/bundle.pdf").status_code == 200

    def all_are_free() -> bool:
        with contextlib.ExitStack() as stack:
            for _ in range(PREPARING):
                stack.enter_context(site.archive.papers.preparing())
            return True

    until(all_are_free)


def test_more_at_once_than_a_process_takes_are_told_to_come_again(site: Installation, sandbox: State) -> None:
    bill = new_bill(1)
    sandbox.put_bill(bill)
    site.whole(bill.userkey)
    with contextlib.ExitStack() as stack:
        for _ in range(PREPARING):
            stack.enter_context(site.archive.papers.preparing())
        response = site.get(f"/api/v1/bills/{bill.userkey}/bundle.pdf")
        problem_of(response, 503, "not_ready")
        assert int(response.headers["Retry-After"]) > 0
    assert site.get(f"/api/v1/bills/{bill.userkey}/bundle.pdf").status_code == 200
