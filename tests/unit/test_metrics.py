"""Counts in a folder that several processes share: without a lock where they come fast, and whatever becomes of the folder."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from viewer import metrics

COUNT = """
import threading
from viewer import metrics
metrics.begin()
threads = [threading.Thread(target=lambda: [metrics.answered_ready() for _ in range(500)]) for _ in range(4)]
[each.start() for each in threads]
[each.join() for each in threads]
metrics.answered_ready()
print(metrics.page(None).decode())
"""
KILLED = """
import os, sys
from pathlib import Path
from viewer import metrics
with metrics.shared(Path(sys.argv[1])):
    os._exit(9)
"""


def test_what_several_processes_count_is_told_by_each(tmp_path: Path) -> None:
    with metrics.shared(tmp_path / "metrics"):
        found = [
            re.findall(r"^viewer_ready_pictures_total (\S+)$", ran.stdout, re.MULTILINE)
            for ran in [subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True) for _ in range(3)]
        ]
    assert found == [["2001.0"], ["4002.0"], ["6003.0"]]


def counted(*, folder: str | None) -> list[str]:
    """What a new process tells that has this folder in its environment."""
    environment = {name: value for name, value in os.environ.items() if name != metrics.FOLDER}
    if folder is not None:
        environment[metrics.FOLDER] = folder
    ran = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, env=environment)
    assert ran.returncode == 0, ran.stderr
    return re.findall(r"^viewer_ready_pictures_total (\S+)$", ran.stdout, re.MULTILINE)


def test_a_process_without_a_folder_or_with_somebody_elses_counts_alone(tmp_path: Path) -> None:
    for folder in (None, "", str(tmp_path / "missing"), str(tmp_path)):
        assert counted(folder=folder) == ["2001.0"]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_has_vanished_or_may_not_be_written_ends_no_process(tmp_path: Path) -> None:
    with metrics.shared(tmp_path / "metrics"):
        own = Path(os.environ[metrics.FOLDER])
        shutil.rmtree(own)
        assert counted(folder=str(own)) == ["2001.0"]
    (tmp_path / "file").touch()
    with metrics.shared(tmp_path / "file"):
        assert metrics.FOLDER not in os.environ


def test_the_disk_keeps_room_for_all_that_is_counted(tmp_path: Path) -> None:
    """A page of a file in memory for which the disk had none left would end the process."""
    with metrics.shared(tmp_path / "metrics"):
        own = Path(os.environ[metrics.FOLDER])
        counted(folder=str(own))
        files = [file.stat() for file in own.iterdir() if file.name != metrics.LOCK]
    assert sorted(file.st_size for file in files) == sorted(metrics.RESERVED.values())
    assert all(file.st_blocks * 512 >= file.st_size for file in files)


def test_what_a_killed_server_left_goes_and_what_a_living_one_has_stays(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    assert subprocess.run([sys.executable, "-c", KILLED, folder]).returncode == 9
    (left,) = folder.iterdir()
    with metrics.shared(folder):
        (one,) = folder.iterdir()
        assert one != left
        before = os.environ[metrics.FOLDER]
        with metrics.shared(folder):
            assert len(list(folder.iterdir())) == 2
        os.environ[metrics.FOLDER] = before
    assert list(folder.iterdir()) == []
