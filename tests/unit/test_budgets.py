"""What keeps the pages' own files light."""

import random
from pathlib import Path

from tests.budgets import sizes


def test_only_the_files_of_the_viewers_own_pages_count(tmp_path: Path) -> None:
    scripts = ("js/one.js", "js/two.js", "js/embed.js", "js/erp.js", "js/api-docs.js")
    for name in (*scripts, "css/viewer.css", "vendor/library.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(random.Random(name).randbytes(1000).hex())
    weighed = {files: size for files, size, _ in sizes(tmp_path)}
    assert 2000 < weighed["js/*.js"] < 2500
    assert 1000 < weighed["js/embed.js"] < 1250
    assert 1000 < weighed["css/*.css"] < 1250
