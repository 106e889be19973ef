"""The `viewer` command as a process of its own, on an instance in a folder."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

VIEWER = [sys.executable, "-m", "viewer"]
MINUTE = 60


def environment(instance: Path, **settings: str) -> dict[str, str]:
    """The test's own environment with this instance and these settings (`PORT="1"` stands for VIEWER_PORT) alone."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("VIEWER_")}
    given = {f"VIEWER_{name}": value for name, value in settings.items()}
    return {**ours, "VIEWER_INSTANCE": str(instance), "PYTHONIOENCODING": "utf-8", **given}


def viewer(instance: Path, *arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end."""
    return subprocess.run(
        [*VIEWER, *map(str, arguments)],
        env=environment(instance, **settings),
        capture_output=True,
        encoding="utf-8",
        timeout=MINUTE,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line with which a command ended that couldn't do what it was asked."""
    assert (done.returncode, done.stdout) == (1, ""), done
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def served(instance: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The serving process, with a session of its own, and its address, once it answers."""
    port = free_port()
    process = subprocess.Popen(
        [*VIEWER, "serve", "--port", str(port)],
        env=environment(instance, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or answers(url))
        assert process.poll() is None, process.communicate()
        yield process, url
    finally:
        process.kill()
        process.communicate()


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + MINUTE
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def families() -> dict[int, int]:
    """Every living process of this machine and its parent."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state not in "ZX":
                found[int(entry.name)] = int(parent)
    return found


def below(process: int) -> set[int]:
    """The processes that it started, and those that they did."""
    parents = families()
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in {process, *found}} - found:
        found |= more
    return found


def held_by(process: int) -> dict[str, int]:
    """What a process holds in memory, kB by the kernel's names. Linux only."""
    found = re.findall(r"^(\w+): +(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
    return {name: int(size) for name, size in found}


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=MINUTE).ok
    except requests.ConnectionError:
        return False
