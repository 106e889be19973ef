"""Fills a sandbox from a catalogue: stores the bills, and makes their documents on all cores."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed

from viewer.gateway.sandbox.documents import Task, make_document
from viewer.gateway.sandbox.shapes import CatalogueBill
from viewer.gateway.sandbox.state import State

Progress = Callable[[int, int], None]
"""Told of each made document: how many are done, of how many."""

_TOO_FEW_FOR_PROCESSES = 4
_SLOW_FIRST = ("photo", "scan", "tiff", "png", "ofd", "pdf", "xml")


def seed(
    state: State,
    catalogue: tuple[CatalogueBill, ...],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> int:
    """Puts the bills that the state doesn't have in this edition and makes the documents that aren't there, with
    `workers` processes (default: one per core). Returns how many documents it made.

    A bill that was changed in the state keeps its changes until the catalogue says something else of it.
    """
    for bill in catalogue:
        if not state.has_edition(bill):
            state.put_bill(bill)
    tasks = state.to_make(bill.userkey for bill in catalogue)
    tasks.sort(key=lambda task: _SLOW_FIRST.index(task.form))
    wanted = workers or os.cpu_count() or 1
    if wanted == 1 or len(tasks) < _TOO_FEW_FOR_PROCESSES:
        for done, task in enumerate(tasks, 1):
            state.record_made([make_document(task)])
            _tell(progress, done, len(tasks))
    else:
        _make_in_processes(state, tasks, min(wanted, len(tasks)), progress)
    return len(tasks)


def _make_in_processes(state: State, tasks: list[Task], workers: int, progress: Progress | None) -> None:
    spawning = multiprocessing.get_context("spawn")  # a forked process would inherit the locks of our threads
    with ProcessPoolExecutor(workers, mp_context=spawning, initializer=_leave_ctrl_c_to_the_parent) as pool:
        running = [pool.submit(make_document, task) for task in tasks]
        try:
            for done, future in enumerate(as_completed(running), 1):
                state.record_made([future.result()])
                _tell(progress, done, len(tasks))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _leave_ctrl_c_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress:
        progress(done, total)
