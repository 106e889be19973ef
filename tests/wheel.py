"""The wheel as a user gets it: built, installed into an empty environment, its demo bill opened. `python -m tests.wheel`."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import requests

from viewer.gateway.sandbox.catalogue import demo_bills

ROOT = Path(__file__).parents[1]
BILL = "dda807c9e4e4b1d86b1921d0e0619e45"
PATIENCE = 240
"""Seconds until the demo must answer: it makes and fetches all its documents first."""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bill-viewer-wheel-") as folder:
        python = install(build(Path(folder)), Path(folder))
        with demo(python, Path(folder)) as address:
            look(address)
    print("The wheel installs and opens the demo bill.")


def build(folder: Path) -> Path:
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    )
    return next(folder.glob("*.whl"))


def install(wheel: Path, folder: Path) -> Path:
    run(sys.executable, "-m", "venv", str(folder / "env"))
    python = folder / "env/bin/python"
    run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(ROOT / "requirements/run.txt"))
    run(str(python), "-m", "pip", "install", "--quiet", "--no-deps", str(wheel))
    return python


@contextlib.contextmanager
def demo(python: Path, folder: Path) -> Iterator[str]:
    """The installed demo, run from a folder that holds no checkout."""
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("VIEWER_", "PYTHON"))}
    command = [str(python.with_name("viewer")), "demo", "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder, env=environ | {"VIEWER_INSTANCE": str(folder / "instance")})
    try:
        address = f"http://127.0.0.1:{port}"
        end = time.monotonic() + PATIENCE
        while not answers(address):
            if process.poll() is not None or time.monotonic() > end:
                sys.exit("The installed demo doesn't come up.")
            time.sleep(0.2)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def look(address: str) -> None:
    """Both views, a picture, the style sheet and the API page, all from what the wheel holds."""
    bill = requests.get(f"{address}/api/v1/bills/{BILL}", params={"wait": 20}, timeout=30).json()
    assert len(bill["invoices"]) == 2, bill
    for invoice in bill["invoices"]:
        page = next(file for file in invoice["files"] if file["picture"])["pages"][0]
        image = f"{address}/bills/{BILL}/iiif/{page['page_id']}/full/320,/0/default.jpg"
        picture = requests.get(image, timeout=30)
        assert picture.status_code == 200, picture.text
        assert picture.content.startswith(b"\xff\xd8")
    states = Counter(state for each in demo_bills() for state in states_of(address, each.userkey))
    assert (states["unavailable"], states["unreadable"]) == (1, 1), states  # the demo's own two that fail
    assert set(states) == {"ready", "unavailable", "unreadable"}, states
    html = requests.get(f"{address}/bills/{BILL}", timeout=30).text
    assert all(invoice["invoice_no"] in html for invoice in bill["invoices"])
    assert "发票" in html, "the Chinese catalogue is missing"
    for path in ("/api/docs", "/static/css/viewer.css", "/static/vendor/swagger-ui/swagger-ui.css", "/demo/erp"):
        assert requests.get(address + path, timeout=30).status_code == 200, path


def states_of(address: str, userkey: str) -> list[str]:
    """The state of every file of a bill."""
    bill = requests.get(f"{address}/api/v1/bills/{userkey}", params={"wait": 20}, timeout=60).json()
    return [file["state"] for owner in (*bill["invoices"], *bill["attachments"]) for file in owner["files"]]


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/readyz", timeout=5).ok
    except requests.RequestException:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
