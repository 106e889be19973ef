"""The `viewer` command as a process of its own, on an instance in a folder."""

import os
import subprocess
import sys
from pathlib import Path

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
