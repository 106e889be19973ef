"""Our image view beside IIIF viewers on our manifest, in a script that the environment variable RACE_BENCH names.

`python -m tests.bench.race` runs it alone; arguments go to that script.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.commands import environment
from tests.wheel import demo
from viewer.gateway.sandbox.catalogue import demo_bills


def run(script: Path, arguments: list[str]) -> None:
    """Has the viewers installed, then opens the demo's largest bill in each, its pictures made; the script prints its table."""
    subprocess.run([sys.executable, script, "setup"], check=True)
    userkey = max(demo_bills(), key=lambda bill: len(bill.invoices)).userkey
    with tempfile.TemporaryDirectory(prefix="bill-viewer-race-") as name:
        folder = Path(name)
        with demo(Path(sys.executable), folder) as address:
            warm = [sys.executable, "-m", "viewer", "warm", userkey]
            subprocess.run(warm, env=environment(folder / "instance"), check=True)
            bill = f"{address}/bills/{userkey}"
            pages = ["--manifest", f"{bill}/iiif/manifest.json", "--page", f"ours={bill}"]
            subprocess.run([sys.executable, script, "run", *pages, *arguments], check=True)


if __name__ == "__main__":
    run(Path(os.environ["RACE_BENCH"]), sys.argv[1:])
