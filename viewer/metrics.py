"""What operators watch, in Prometheus' text format: counts and times of all server processes of an installation.

`viewer serve` has its processes write into one folder (`shared`), so that whichever of them is asked tells what all have done;
without it, as in a single process, each tells its own. Names end as Prometheus recommends (prometheus.io/docs/practices/naming).
"""

import fcntl
import itertools
import logging
import mmap
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from prometheus_client.core import Metric

log = logging.getLogger(__name__)

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client's own variable. It reads it while it is imported, so that only a server's process may do that."""
READY, LOCK = "ready", "lock"
RESERVED = {READY: mmap.PAGESIZE, "counter": 1 << 20, "histogram": 1 << 22}
"""Bytes of a process's files: more than twice what every route, task and call with every outcome would take."""
TEXT = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class _Tally:
    """A count without a lock, for what comes by the ten thousand a second: prometheus_client's own takes a seventh of that
    rate. The number lies in a file of this process's own, which the others read; without a folder in this process alone."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder:
            with _own_file(folder, READY).open("r+b") as file:
                place = mmap.mmap(file.fileno(), RESERVED[READY])
        else:
            place = mmap.mmap(-1, RESERVED[READY])
        self._told = memoryview(place).cast("Q")
        self._next = itertools.count(self._told[0] + 1)  # whoever had this process's number before counts on

    def add(self) -> None:
        self._told[0] = next(self._next)

    def total(self) -> int:
        """Of all processes."""
        if self._folder is None:
            return self._told[0]
        return sum(_first_number(file) for file in self._folder.glob(f"{READY}_*"))


class _Kept(NamedTuple):
    """The counters and times of this process, and where they are registered: in a folder that it shares, or here."""

    folder: Path | None
    registry: Any
    requests: Any
    request_seconds: Any
    ready: "_Tally"
    steps: Mapping[str, Any]


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    """While this lasts, the processes that are started count together, in a folder of their own below this one. What killed
    servers left there goes; where nothing can be written each process counts alone."""
    with ExitStack() as stack:
        try:
            folder.mkdir(exist_ok=True)
            for left in folder.iterdir():
                _sweep(left)
            own = Path(tempfile.mkdtemp(dir=folder))
            stack.callback(shutil.rmtree, own, ignore_errors=True)
            lock = stack.enter_context((own / LOCK).open("ab"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:
            log.exception("counts can't be shared")
        else:
            os.environ[FOLDER] = str(own)
            stack.callback(os.environ.pop, FOLDER, None)
        yield


def _sweep(left: Path) -> None:
    """Removes the folder of a server that has ended: its lock lasts as long as the last of its processes."""
    try:
        with (left / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
    except OSError:
        return  # somebody's, or just being made


def begin() -> None:
    """Before the first thread that counts."""
    _kept()


def answered(*, method: str, route: str, status: int, seconds: float) -> None:
    """One request that had to be worked for; `route` is the rule, so that no key becomes a label."""
    kept = _kept()
    kept.requests.labels(method, route, status).inc()
    kept.request_seconds.labels(method, route).observe(seconds)


def answered_ready() -> None:
    """One picture that had been made before, answered without Flask."""
    _kept().ready.add()


@contextmanager
def step(kind: str, name: str) -> Iterator[None]:
    """Times a step of a request and notes how it ended: "ok", what is wrong with a document, or an error's code. `kind` is
    "decoder", "upstream" or "download"."""
    began = time.perf_counter()
    outcome = "failed"
    try:
        yield
        outcome = "ok"
    except Exception as error:
        outcome = getattr(error, "problem", None) or getattr(error, "code", None) or outcome
        raise
    finally:
        _kept().steps[kind].labels(name, outcome).observe(time.perf_counter() - began)


def page(stock: Mapping[str, Mapping[str, int]] | None) -> bytes:
    """All of it. `stock` is what the database holds: bills by source, files by state; None where it doesn't answer."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    kept = _kept()
    told = CollectorRegistry()
    if kept.folder is None:
        told.register(kept.registry)
    elif kept.folder.is_dir():
        MultiProcessCollector(told, kept.folder)  # type: ignore[no-untyped-call]
    told.register(_Stock(stock))
    return generate_latest(told)


class _Stock:
    """What is counted when it is asked for."""

    def __init__(self, stock: Mapping[str, Mapping[str, int]] | None) -> None:
        self._stock = stock

    def collect(self) -> Iterable["Metric"]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        ready = _kept().ready.total()
        yield CounterMetricFamily("viewer_ready_pictures", "Pictures that had been made before.", value=ready)
        up = 0 if self._stock is None else 1
        yield GaugeMetricFamily("viewer_database_up", "Whether the database answers.", value=up)
        for name, label, words in (
            ("bills", "source", "Bills in the database, by where they came from."),
            ("files", "state", "Files of these bills: pending ones are still to be fetched or read."),
        ):
            if self._stock is not None:
                family = GaugeMetricFamily(f"viewer_{name}", words, labels=[label])
                for value, count in sorted(self._stock[name].items()):
                    family.add_metric([value], count)
                yield family


def _reserved() -> Path | None:
    """The shared folder, with this process's files in it at their full size: a page of theirs for which the disk has no room
    left would end the process when it is written. None where there is no folder, or no room."""
    folder = Path(os.environ.pop(FOLDER, ""))
    if not (folder / LOCK).is_file():
        return None  # there is none, or it is somebody else's
    try:
        for name, size in RESERVED.items():
            with _own_file(folder, name).open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, size)
    except OSError:
        log.exception("counts can't be shared")
        return None
    os.environ[FOLDER] = str(folder)
    return folder


def _own_file(folder: Path, name: str) -> Path:
    """prometheus_client's own names for a kind's file of a process; the tally has one like it, which is none of its kinds."""
    return folder / f"{name}_{os.getpid()}{'' if name == READY else '.db'}"


def _first_number(file: Path) -> int:
    with file.open("rb") as opened:
        return int.from_bytes(opened.read(8), sys.byteorder)


@cache
def _kept() -> _Kept:
    folder = _reserved()
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = CollectorRegistry()

    def seconds(name: str, words: str, *labels: str) -> Histogram:
        return Histogram(f"viewer_{name}_seconds", words, labels, registry=registry, buckets=SECONDS)

    return _Kept(
        folder=folder,
        registry=registry,
        requests=Counter(
            "viewer_requests_total", "Requests, by route and status.", ["method", "route", "status"], registry=registry
        ),
        request_seconds=seconds("request", "From a request to the beginning of its answer.", "method", "route"),
        ready=_Tally(folder),
        steps={
            "decoder": seconds("decoder", "Work in decoders, with the wait for one.", "task", "outcome"),
            "upstream": seconds("upstream", "Calls of the invoice cloud, each try.", "call", "outcome"),
            "download": seconds("download", "Files fetched from the invoice cloud.", "what", "outcome"),
        },
    )
