"""`viewer warm` and `viewer gc`: pictures made ahead, and a folder that keeps its size."""

import re
from html import unescape
from pathlib import Path

from PIL import Image

from tests.commands import viewer
from tests.installations import installed
from tests.papers import encoded, pdf

NAMES = ("photo.png", "list.pdf")


def imported(folder: Path) -> tuple[Path, str]:
    """An instance with one imported bill, and its userkey: an invoice with a picture, one with a PDF of two pages."""
    papers, instance = folder / "papers" / "BILL-1" / "001", folder / "instance"
    papers.mkdir(parents=True)
    (papers / NAMES[0]).write_bytes(encoded(Image.new("RGB", (1500, 900), "navy"), "PNG"))
    (papers / NAMES[1]).write_bytes(pdf(2))
    assert viewer(instance, "init").returncode == 0
    told = viewer(instance, "import", folder / "papers")
    assert told.returncode == 0, told.stderr
    found = re.search(r"[0-9a-f]{32}", told.stdout)
    assert found
    return instance, found[0]


def test_a_warmed_bill_needs_no_decoder_any_more(tmp_path: Path) -> None:
    instance, userkey = imported(tmp_path)
    done = viewer(instance, "--lang", "en", "warm", userkey)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert "the pictures of 3 pages are ready" in done.stdout
    with installed(instance) as site:
        site.archive.decoders.close()
        for path in (f"/bills/{userkey}", f"/bills/{userkey}/location?branch_id=001"):
            pictures = re.findall(r'src="(/i/[^"]+)"', unescape(site.page(path)))
            assert pictures
            assert [site.get(picture).status_code for picture in pictures] == [200] * len(pictures)


def test_a_bill_that_nobody_knows_cannot_be_warmed(tmp_path: Path) -> None:
    instance, _ = imported(tmp_path)
    done = viewer(instance, "--lang", "en", "warm", "0" * 32)
    assert done.returncode == 1
    assert "userkey" in done.stderr


def test_gc_removes_what_is_too_much_and_what_killed_processes_left(tmp_path: Path) -> None:
    instance, userkey = imported(tmp_path)
    assert viewer(instance, "warm", userkey).returncode == 0
    folder = instance / "derivatives"
    (folder / "0").mkdir()
    (folder / "0" / "old").write_bytes(b"from an older engine")
    left = next(path for path in folder.rglob("*-*") if path.is_file())
    torn = left.with_name("torn.new")
    torn.write_bytes(b"half a pict")
    done = viewer(instance, "--lang", "en", "gc")
    assert done.returncode == 0, done.stderr
    assert "2 files" in done.stdout
    assert left.exists()
    assert not torn.exists()
    assert not (folder / "0").exists()
