"""The Chromium of this machine for the browser tests; `python -m tests.browser.chromium` tries to have one.

It never fails: without a Chromium the tests skip with a reason, or fail where `CI=true`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = "there is no Chromium on this machine (make browser tries to install one)"
PATIENCE = 600
"""Seconds that one step of an installation may take."""


def find_chromium() -> str | None:
    """Its path: the system's, else the one that Playwright downloaded; None if there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install_chromium() -> str | None:
    """Tries to install one; None if it is here then, else why not."""
    commands = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        commands = [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]]
    for command in commands:
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{command[0]}: {error}"
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or ["failed"]
            return f"{' '.join(command)}: {said[-1]}"
    return None if find_chromium() else MISSING


def main() -> None:
    if find_chromium():
        return
    print("The browser tests need a Chromium; installing one …")
    if reason := install_chromium():
        print(f"There is none: {reason}. The browser tests will skip.")


if __name__ == "__main__":
    main()
