"""bundle.pdf of the demo's large bill: seconds and peak memory, beside merging the same files with img2pdf and qpdf.

These two are programs of the machine or of a folder that `BUNDLE_PEERS` names (an environment's `bin`). Neither knows OFD: they are
given what `viewer convert` makes of one, and that isn't counted.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.bench.memory import megabytes
from tests.commands import VIEWER, below, held_by, served
from viewer.gateway.sandbox.catalogue import demo_bills

ROUNDS = 5
PICTURES = {"image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}
READABLE = {"application/pdf": "pdf", "application/ofd": "ofd", **PICTURES}
SAMPLED = 0.02


def measure(instance: Path) -> None:
    key = max(demo_bills(), key=lambda bill: len(bill.invoices)).userkey
    peers = [found for name in ("img2pdf", "qpdf") if (found := shutil.which(name, path=_path()))]
    with tempfile.TemporaryDirectory() as folder:
        rounds = [_round(instance, key, Path(folder), peers) for _ in range(ROUNDS)]
    middle = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    print(f"\n{'bundle.pdf of the large bill':58} {'median':>9} {'of ' + str(ROUNDS) + ' rounds':>20}")
    for name in rounds[0]:
        print(f"{name:58} {middle[name]:9.2f} {' '.join(f'{each[name]:.2f}' for each in rounds):>20}")
    if len(peers) == 2:
        for name in ("first time, s", "again, s"):
            ratios = [each[name] / each["img2pdf and qpdf, s"] for each in rounds]
            print(f"{name.removesuffix(', s') + ' / the two programs':58} {statistics.median(ratios):9.2f}")
    else:
        print("Beside img2pdf and qpdf: install both, or name their folder in BUNDLE_PEERS.")


def _round(instance: Path, key: str, folder: Path, peers: list[str]) -> dict[str, float]:
    shutil.rmtree(instance / "derivatives")  # nothing has been prepared
    (instance / "derivatives").mkdir()
    with served(instance) as (process, address):
        bill = requests.get(f"{address}/api/v1/bills/{key}?wait=20", timeout=60).json()
        files = [each for it in bill["invoices"] for each in it["files"] if each["picture"]]
        if not any(folder.iterdir()):
            for number, file in enumerate(files):
                if file["media_type"] in READABLE:
                    content = requests.get(f"{address}/api/v1/bills/{key}/files/{file['file_id']}", timeout=60).content
                    (folder / f"{number:04d}.{READABLE[file['media_type']]}").write_bytes(content)
            for ofd in folder.glob("*.ofd"):
                subprocess.run(
                    [*VIEWER, "convert", ofd, "-o", ofd.with_suffix(".pdf")], check=True, capture_output=True
                )
        before = megabytes(process.pid)
        with _highest(process.pid) as peak:
            found = {"first time, s": _seconds(f"{address}/api/v1/bills/{key}/bundle.pdf")}
        found["again, s"] = _seconds(f"{address}/api/v1/bills/{key}/bundle.pdf")
        found |= {"all processes before, MB (PSS)": before, "their peak meanwhile, MB (PSS)": peak[0]}
        found["largest server process, MB (RSS)"] = max(_most(each) for each in below(process.pid))
    if len(peers) == 2:
        found["img2pdf and qpdf, s"] = _merged(folder, *peers)
    return found


def _seconds(address: str) -> float:
    started = time.perf_counter()
    with requests.get(address, timeout=600, stream=True) as response:
        response.raise_for_status()
        for _ in response.iter_content(2**20):
            pass
    return time.perf_counter() - started


def _merged(folder: Path, img2pdf: str, qpdf: str) -> float:
    """Seconds: a PDF of all pictures, page by page put between the others."""
    started = time.perf_counter()
    out = folder / "out"
    out.mkdir(exist_ok=True)
    files = sorted(each for each in folder.iterdir() if each.suffix in (".pdf", ".jpg", ".png", ".tif"))
    pictures = [each for each in files if each.suffix != ".pdf"]
    subprocess.run([img2pdf, *pictures, "-o", out / "pictures.pdf"], check=True, capture_output=True)
    pages: list[str | Path] = []
    for each in files:
        of_picture = each in pictures
        pages += [out / "pictures.pdf", str(pictures.index(each) + 1)] if of_picture else [each]
    subprocess.run([qpdf, "--empty", "--pages", *pages, "--", out / "all.pdf"], check=True, capture_output=True)
    return time.perf_counter() - started


@contextmanager
def _highest(pid: int) -> Iterator[list[float]]:
    """The most that these processes hold together, as often as it is looked at."""
    found, done = [0.0], threading.Event()

    def look() -> None:
        while not done.wait(SAMPLED):
            try:
                found[0] = max(found[0], megabytes(pid))
            except (FileNotFoundError, ProcessLookupError, KeyError):
                continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def _most(pid: int) -> float:
    return held_by(pid)["Rss"] / 1000


def _path() -> str:
    return os.pathsep.join(filter(None, (os.environ.get("BUNDLE_PEERS"), os.environ.get("PATH"))))


if __name__ == "__main__":
    measure(Path(sys.argv[1]))
