"""The count of ready pictures, which several threads and processes keep without a lock."""

import re
import subprocess
import sys

from viewer import metrics

COUNT = """
import threading
from viewer import metrics
threads = [threading.Thread(target=lambda: [metrics.answered_ready() for _ in range(500)]) for _ in range(4)]
[each.start() for each in threads]
[each.join() for each in threads]
metrics.answered_ready()
print(metrics.page(None).decode())
"""


def test_what_several_processes_count_is_told_by_each() -> None:
    with metrics.shared():
        found = [
            re.findall(r"^viewer_ready_pictures_total (\S+)$", ran.stdout, re.MULTILINE)
            for ran in [subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True) for _ in range(3)]
        ]
    assert found == [["2001.0"], ["4002.0"], ["6003.0"]]
