"""Work that nobody waits for: done one after another while no reader of any process waits for a picture and the machine is free."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from viewer.archive.machine import Machine
from viewer.archive.readers import Readers
from viewer.domain.source import PageSource
from viewer.errors import ViewerError

log = logging.getLogger(__name__)

QUIET = 0.3
"""Seconds without a reader before it goes on: a page's pictures are asked for in a burst."""
PATIENCE = 5.0
"""Seconds after one page was begun, or came to none that waits, after which the next one is, however busy the machine."""
MOST = 5000
"""Pages that wait for it; the ones that came first are forgotten, and come again at their next need."""


class Behind:
    """One thread that does `work` for each page it is given; it starts with the first."""

    def __init__(self, work: Callable[[PageSource], None], readers: Readers) -> None:
        self._work = work
        self._readers = readers
        self._machine = Machine()
        self._since = 0.0
        self._pages: OrderedDict[PageSource, None] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def put(self, source: PageSource) -> None:
        """Queues a page, once however often it is put."""
        with self._changed:
            if not self._pages:
                self._since = time.monotonic()
            self._pages[source] = None
            if len(self._pages) > MOST:
                self._pages.popitem(last=False)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="behind", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Forgets what is queued; what is under way may still fail, with the decoders that it needs, and is made another time."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        while (source := self._next()) is not None:
            try:
                self._work(source)
            except ViewerError:
                continue  # the reader who needs it is told
            except Exception:
                if not self._closed:
                    log.exception("making pictures ahead failed")

    def _next(self) -> PageSource | None:
        """The next page, once readers are quiet; None at the end."""
        with self._changed:
            while not self._closed:
                wait = self._wait() if self._pages else None
                if wait is not None and wait <= 0:
                    self._since = time.monotonic()
                    return self._pages.popitem(last=False)[0]
                self._changed.wait(wait)
            return None

    def _wait(self) -> float:
        """Seconds until it may go on, as far as one can tell."""
        if (wait := QUIET - self._readers.quiet()) > 0:
            return wait
        is_patient = time.monotonic() - self._since < PATIENCE
        return QUIET if is_patient and self._machine.is_busy() else 0
