"""The samples of docs/tokens.md that sign a token: taken from the page, run as they stand, and believed by the viewer."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clouds import ScriptedCloud
from tests.installations import Installation
from tests.scoped_bills import ScopedBill, put_scoped_bill
from tests.tokens import KID, SECRET, decoded

DOCUMENT = Path(__file__).parents[2] / "docs/tokens.md"
LONGEST = 100


@pytest.fixture(scope="module")
def bill(token_site: Installation, odd_cloud: ScriptedCloud) -> ScopedBill:
    return put_scoped_bill(odd_cloud, token_site, "单据")


def sample(language: str) -> str:
    """The page's one piece of code in a language."""
    (code,) = re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return str(code)


def needed(*programs: str, package: str) -> None:
    if missing := [program for program in programs if not shutil.which(program)]:
        reason = f"{', '.join(missing)} is missing (Debian: {package})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def run(*command: object, folder: Path) -> str:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LONGEST,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


GIVEN = (KID, SECRET, "单据-id", "张三")


def opens_the_bill(site: Installation, token: str) -> None:
    assert decoded(token.split(".")[1])["sub"] == "张三"
    page = site.page(f"/bills/{token}")
    assert "单据-bill" in page
    picture = re.findall(r'src="(/i/[^"]+)"', page)[0]
    assert site.get(picture).status_code == 200
    assert site.get(f"/bills/{token}/location?branch_id=单据-entry-1").status_code == 403


@pytest.mark.usefixtures("bill")
def test_the_python_sample_signs_a_token(token_site: Installation, tmp_path: Path) -> None:
    (tmp_path / "sign.py").write_text(sample("python"), "utf-8")
    opens_the_bill(token_site, run(sys.executable, "sign.py", *GIVEN, folder=tmp_path))


@pytest.mark.usefixtures("bill")
def test_the_java_sample_signs_a_token(token_site: Installation, tmp_path: Path) -> None:
    needed("javac", "java", package="default-jdk-headless")
    (tmp_path / "EmbedToken.java").write_text(sample("java"), "utf-8")
    run("javac", "-encoding", "UTF-8", "EmbedToken.java", folder=tmp_path)
    opens_the_bill(token_site, run("java", "-cp", ".", "EmbedToken", *GIVEN, folder=tmp_path))


@pytest.mark.usefixtures("bill")
def test_the_c_sharp_sample_signs_a_token(token_site: Installation, tmp_path: Path) -> None:
    needed("mcs", "mono", package="mono-mcs, mono-runtime")
    (tmp_path / "EmbedToken.cs").write_text(sample("csharp"), "utf-8")
    run("mcs", "-out:EmbedToken.exe", "EmbedToken.cs", folder=tmp_path)
    opens_the_bill(token_site, run("mono", "EmbedToken.exe", *GIVEN, folder=tmp_path))
