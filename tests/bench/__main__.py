"""`make bench`: what requests cost on this machine, over real HTTP against a served demo. Prints a table, asserts nothing.

Machines differ, so each figure stands beside the same server's answer to `/healthz` in the same run: quote the ratio.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import quote

import requests

from tests.bench import bundles, memory, peers, race, steps
from tests.commands import served
from tests.wheel import answers, free_port
from viewer.gateway.sandbox.catalogue import FAQ_BRANCH_IDS, FAQ_USERKEY, demo_bills

RUNS = 30


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bill-viewer-bench-") as folder:
        port = free_port()
        started = time.perf_counter()
        command = [sys.executable, "-m", "viewer", "demo", "--port", str(port)]
        environ = {"VIEWER_INSTANCE": f"{folder}/instance", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path.cwd())}
        with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                address = f"http://127.0.0.1:{port}"
                while not answers(address):
                    if process.poll() is not None:
                        sys.exit("The demo doesn't come up.")
                    time.sleep(0.05)
                print(f"first start of the demo, documents made and fetched: {time.perf_counter() - started:.1f} s\n")
                measure(address)
            finally:
                process.terminate()
        with served(Path(folder) / "instance") as (process, address):
            print()
            pictures = [address + picture for picture in thumbnails(address, widths=(320, 640))]
            memory.measure(process.pid, pictures, lambda name, size: print(f"{name:58} {size:9.0f} MB"))
        bundles.measure(Path(folder) / "instance")
    steps.measure()
    if script := os.environ.get("PEERS_BENCH"):
        peers.run(Path(script), sys.argv[1:])
    else:
        print("\nBeside other image servers: set PEERS_BENCH to their script.")
    if script := os.environ.get("RACE_BENCH"):
        race.run(Path(script), sys.argv[1:])
    else:
        print("\nBeside IIIF viewers: set RACE_BENCH to their script.")


def measure(address: str) -> None:
    big = big_bill()
    session = requests.Session()

    def get(path: str) -> Callable[[], requests.Response]:
        return lambda: session.get(address + path, timeout=60)

    bill = get(f"/api/v1/bills/{big}")().json()
    location = f"/bills/{FAQ_USERKEY}/location?branch_id={quote(FAQ_BRANCH_IDS[0])}"
    base = median(get("/healthz"))
    print(f"{'request':58} {'median ms':>9} {'p95 ms':>8} {'× healthz':>9} {'kB':>7}")
    row("healthz", get("/healthz"), base)
    row("image view, page of 2 invoices", get(f"/bills/{FAQ_USERKEY}"), base)
    row("location view, page", get(location), base)
    row(f"image view, complete page of {len(bill['invoices'])} invoices", get(f"/bills/{big}"), base)
    row("the same as JSON (/api/v1/bills/…)", get(f"/api/v1/bills/{big}"), base)
    pictures = thumbnails(address, widths=(320,))
    cold = iter(pictures)
    row("thumbnail 320 px, made now (PDF, scan, photo mixed)", lambda: get(next(cold))(), base)
    warm = iter(pictures * 2)
    row("thumbnail 320 px, made before", lambda: get(next(warm))(), base)


def big_bill() -> str:
    return max(demo_bills(), key=lambda bill: len(bill.invoices)).userkey


def thumbnails(address: str, *, widths: tuple[int, ...]) -> list[str]:
    """The signed addresses of the large bill's pictures in these widths, as its page has them."""
    page = unescape(requests.get(f"{address}/bills/{big_bill()}", timeout=60).text)
    pages = dict.fromkeys(re.findall(r'src="(/i/[\w-]+/full)/', page))
    return [f"{each}/{width},/0/default.jpg" for width in widths for each in pages]


def median(ask: Callable[[], requests.Response]) -> float:
    return statistics.median(times(ask)[0])


def row(name: str, ask: Callable[[], requests.Response], base: float) -> None:
    took, size = times(ask)
    p95 = sorted(took)[int(len(took) * 0.95)]
    middle = statistics.median(took)
    print(f"{name:58} {middle:9.1f} {p95:8.1f} {middle / base:9.1f} {size / 1000:7.1f}")


def times(ask: Callable[[], requests.Response]) -> tuple[list[float], int]:
    """Milliseconds of each of the runs after one that isn't counted, and the last answer's size in bytes."""
    took, size = [], 0
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        response = ask()
        took.append((time.perf_counter() - started) * 1000)
        response.raise_for_status()
        size = len(response.content)
    return took[1:], size


if __name__ == "__main__":
    main()
