"""What operators watch, in Prometheus' text format: counts and times of all server processes of an installation.

`viewer serve` has its processes write into one folder (`shared`), so that whichever of them is asked tells what all have done;
without it, as in a single process, each tells its own. Names end as Prometheus recommends (prometheus.io/docs/practices/naming).
"""

import itertools
import mmap
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from prometheus_client.core import Metric

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client's own variable. It reads it while it is imported, so that only a server's process may do that."""
TEXT = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class _Tally:
    """A count without a lock, for what comes by the ten thousand a second: prometheus_client's own takes a seventh of that
    rate. The number lies in a file of this process's own, which the others read; without a folder in this process alone."""

    NAME, SIZE = "ready_", 8

    def __init__(self, folder: str | None) -> None:
        if folder:
            path = Path(folder, f"{self.NAME}{os.getpid()}")
            with path.open("ab+") as file:
                file.truncate(self.SIZE)
                place = mmap.mmap(file.fileno(), self.SIZE)
        else:
            place = mmap.mmap(-1, self.SIZE)
        self._folder = folder
        self._told = memoryview(place).cast("Q")
        self._next = itertools.count(self._told[0] + 1)  # whoever had this process's number before counts on

    def add(self) -> None:
        self._told[0] = next(self._next)

    def total(self) -> int:
        """Of all processes."""
        if self._folder is None:
            return self._told[0]
        files = Path(self._folder).glob(f"{self.NAME}*")
        return sum(int.from_bytes(file.read_bytes(), sys.byteorder) for file in files)


class _Kept(NamedTuple):
    """The counters and times of this process, and where they are registered."""

    registry: Any
    requests: Any
    request_seconds: Any
    ready: "_Tally"
    steps: Mapping[str, Any]


@contextmanager
def shared() -> Iterator[None]:
    """While this lasts, the processes that are started count together."""
    with tempfile.TemporaryDirectory(prefix="viewer-metrics-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


def begin() -> None:
    """Before the first thread that counts."""
    _kept()


def answered(*, method: str, route: str, status: int, seconds: float) -> None:
    """One request that Flask has answered; `route` is the rule, so that no key becomes a label."""
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

    told = CollectorRegistry()
    if FOLDER in os.environ:
        MultiProcessCollector(told)  # type: ignore[no-untyped-call]
    else:
        told.register(_kept().registry)
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


@cache
def _kept() -> _Kept:
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = CollectorRegistry()

    def seconds(name: str, words: str, *labels: str) -> Histogram:
        return Histogram(f"viewer_{name}_seconds", words, labels, registry=registry, buckets=SECONDS)

    return _Kept(
        registry=registry,
        requests=Counter(
            "viewer_requests_total", "Requests, by route and status.", ["method", "route", "status"], registry=registry
        ),
        request_seconds=seconds("request", "From a request to the beginning of its answer.", "method", "route"),
        ready=_Tally(os.environ.get(FOLDER)),
        steps={
            "decoder": seconds("decoder", "Work in decoders, with the wait for one.", "task", "outcome"),
            "upstream": seconds("upstream", "Calls of the invoice cloud, each try.", "call", "outcome"),
            "download": seconds("download", "Files fetched from the invoice cloud.", "what", "outcome"),
        },
    )
