"""What a server's processes hold in memory together, as proportional set size: shared pages count once. Linux only."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from tests.commands import held_by

REQUESTS = 10_000
READERS = 8
PAUSE, PATIENCE = 2, 60
STEADY, STILL = 5, 1.03
"""So many readings in a row within so much of the least."""


def measure(pid: int, pictures: list[str], tell: Callable[[str, float], None]) -> None:
    """Tells the megabytes after the first need of every picture and after many thousand requests more."""
    tell("server and decoders, started", megabytes(pid))
    with ThreadPoolExecutor(READERS) as readers, requests.Session() as session:

        def ask(address: str) -> None:
            session.get(address, timeout=60).raise_for_status()

        list(readers.map(ask, pictures))
        tell(f"at rest after {len(pictures)} pictures made", resting(pid))
        list(readers.map(ask, (pictures[number % len(pictures)] for number in range(REQUESTS))))
        tell(f"at rest after {REQUESTS:,} requests more", resting(pid))


def resting(pid: int) -> float:
    """The same once what is made ahead behind the requests is done, in two minutes at most."""
    found = [megabytes(pid)]
    while len(found) < PATIENCE and not (len(found) > STEADY and max(found[-STEADY:]) < STILL * min(found)):
        time.sleep(PAUSE)
        found.append(megabytes(pid))
    return found[-1]


def megabytes(pid: int) -> float:
    return sum(held_by(each)["Pss"] for each in _family(pid)) / 1000


def _family(pid: int) -> Iterator[int]:
    """The process and all that come from it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _family(int(child))
