"""What each measurement begins with: a machine at rest, empty caches but for what was kept as files came.

A server goes on making pictures ahead when its turn is over, which the next one must not be measured beside.
"""

import shutil
import sys
import time
from pathlib import Path

PATIENCE = 60
"""Seconds after which it is measured all the same."""
IDLE = 0.95
"""Of all processors' time."""


def main(folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while idle(seconds=1) < IDLE and time.monotonic() < end:
        pass
    for cache in (folder / "instance" / "derivatives", folder / "came" / "derivatives", folder / "nginx" / "cache"):
        for each in cache.glob("*"):
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    shutil.copytree(folder / "kept", folder / "came" / "derivatives", dirs_exist_ok=True)


def idle(*, seconds: float) -> float:
    """How much of the processors' time nobody wanted meanwhile."""
    before = processor_times()
    time.sleep(seconds)
    spent = [now - then for now, then in zip(processor_times(), before, strict=True)]
    return (spent[3] + spent[4]) / max(1, sum(spent))


def processor_times() -> list[int]:
    """proc(5): user, nice, system, idle, iowait, irq, softirq, steal."""
    with Path("/proc/stat").open() as told:
        return [int(number) for number in told.readline().split()[1:9]]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
