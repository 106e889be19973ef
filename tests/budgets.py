"""What a reader's browser may have to load of our own: `python -m tests.budgets`.

Bytes as `gzip -9` makes them, file by file, of what travels: scripts without their comments. Libraries in `vendor`, the demo
ERP's page and the API's page don't count; what the pages of others load has a budget of its own.
"""

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path

from viewer.web.compact import compact_script

STATIC = Path(__file__).parents[1] / "viewer/static"
ELSEWHERE = frozenset({"embed.js", "erp.js", "api-docs.js", "erp.css"})
BUDGETS = {"js/*.js": 40 * 1024, "css/*.css": 15 * 1024, "js/embed.js": 4 * 1024}


def sizes(static: Path = STATIC) -> Iterator[tuple[str, int, int]]:
    """The files, what they weigh together, and what they may."""
    for pattern, budget in BUDGETS.items():
        counted = [path for path in static.glob(pattern) if "*" not in pattern or path.name not in ELSEWHERE]
        yield pattern, sum(len(gzip.compress(_travelling(path), 9)) for path in counted), budget


def _travelling(path: Path) -> bytes:
    content = path.read_bytes()
    return compact_script(content.decode()).encode() if path.suffix == ".js" else content


def main() -> int:
    heavy = [f"{files}: {size:,} bytes of {budget:,}" for files, size, budget in sizes() if size > budget]
    for line in heavy:
        print(f"Too heavy: {line}")
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
