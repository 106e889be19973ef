"""Work that nobody waits for, in a decoder process: it takes only the time that nobody else on the machine wants."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

LOWEST = 19

_thread = threading.local()


def run(task: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
    """In a thread of the lowest priority, which only ends with the thread: no process may raise its own again."""

    def lower() -> None:
        _thread.is_aside = True
        if sys.platform == "linux":  # elsewhere it would be the whole process's
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST)

    with ThreadPoolExecutor(1, initializer=lower) as thread:
        return thread.submit(task, *given, **named).result()


def is_here() -> bool:
    """Whether this is such work. What starts threads of its own and keeps them is not for it: theirs would stay as low,
    and a reader's next picture would wait for them."""
    return getattr(_thread, "is_aside", False)
