"""What each measurement begins with: a machine at rest and empty caches, one server without first pictures too.

A server goes on making pictures ahead when its turn is over, which the next one must not be measured beside.
"""

import shutil
import sys
import time
from pathlib import Path

from viewer.archive.machine import processor_times

PATIENCE = 60
"""Seconds after which it is measured all the same."""
IDLE = 0.95
"""Of all processors' time."""


def main(folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while idle(seconds=1) < IDLE and time.monotonic() < end:
        pass
    for made in ("instance/derivatives", "bare/derivatives", "bare/blobs/first", "nginx/cache", "plain/files"):
        for each in (folder / made).glob("*"):
            shutil.rmtree(each) if each.is_dir() else each.unlink()


def idle(*, seconds: float) -> float:
    """How much of the processors' time nobody wanted meanwhile."""
    before = processor_times()
    time.sleep(seconds)
    spent = [now - then for now, then in zip(processor_times(), before, strict=True)]
    return (spent[3] + spent[4]) / max(1, sum(spent))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
