"""Whether the machine has time left for what nobody waits for.

Behind a proxy that keeps pictures, a server process sees few of those that readers get; what it makes ahead would take the
processors from them, whatever its priority: Linux shares these out by session first.
"""

import os
import time
from pathlib import Path

TIMES = Path("/proc/stat")
"""proc(5); where there is none, there is always time left."""
WINDOW = 0.1
"""Seconds over which it is looked at, at least."""
LONG_AGO = 1.0
"""Seconds after which what one saw then says nothing of now."""
SHARE = 0.5
"""Of all processors: what others have to take, at least, for nothing to be left; on many processors all but one."""


class Machine:
    """The processors since one looked last."""

    def __init__(self) -> None:
        self._before = processor_times()
        self._since = time.monotonic()
        self._is_busy = False

    def is_busy(self) -> bool:
        """Whether others take so much that less than a processor is left, and less than half of all. What runs at a lower
        priority, as levels are made, doesn't count. Where one looked long ago, it isn't known yet, and taken for busy."""
        if (seconds := time.monotonic() - self._since) >= WINDOW:
            now = processor_times()
            passed = [after - before for after, before in zip(now, self._before, strict=True)]
            self._before, self._since = now, time.monotonic()
            if seconds > LONG_AGO and any(now):
                return True
            user, _nice, system, _idle, _iowait, irq, softirq, _steal = passed
            self._is_busy = user + system + irq + softirq > max(SHARE, 1 - 1 / (os.cpu_count() or 1)) * sum(passed)
        return self._is_busy


def processor_times() -> list[int]:
    """How long the processors were at what since the start: user, nice, system, idle, iowait, irq, softirq, steal."""
    try:
        return [int(spent) for spent in TIMES.read_text("ascii").split(maxsplit=9)[1:9]]
    except OSError:
        return [0] * 8
