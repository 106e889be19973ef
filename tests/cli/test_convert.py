"""`viewer convert`: an OFD becomes a PDF, with no instance at all."""

from pathlib import Path

import pypdfium2
import pytest

from tests import ofds
from tests.commands import refused, viewer

TWO_PAGES = ofds.ofd(ofds.text("发票"), ofds.image("404"), resources=ofds.font())


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "a.ofd"
    path.write_bytes(TWO_PAGES)
    return path


def test_all_pages_become_a_pdf_and_what_is_missing_is_told(given: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.pdf"
    done = viewer(tmp_path / "nowhere", "convert", given, "-o", out)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "文件引用的某个部分不存在: MultiMedia 404\n"
    assert not (tmp_path / "nowhere").exists()
    with pypdfium2.PdfDocument(out) as pdf:
        assert len(pdf) == 2
        assert pdf[0].get_textpage().get_text_range() == "发票"


def test_what_is_missing_is_told_in_english_too(given: Path, tmp_path: Path) -> None:
    done = viewer(tmp_path / "nowhere", "--lang", "en", "convert", given, "-o", tmp_path / "a.pdf")
    assert done.stderr == "A part that the file refers to is missing: MultiMedia 404\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"%PDF-1.7", "{path} is no OFD file."), (ofds.ofd(), "The file is damaged and can't be shown. ")],
)
def test_what_cannot_be_converted_is_one_line(content: bytes, words: str, tmp_path: Path) -> None:
    path, out = tmp_path / "a.ofd", tmp_path / "a.pdf"
    path.write_bytes(content)
    line = refused(viewer(tmp_path / "nowhere", "--lang", "en", "convert", path, "-o", out))
    assert line.startswith(words.format(path=path).strip())
    assert not out.exists()


def test_a_pdf_that_cannot_be_written_is_one_line(given: Path, tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "a.pdf"
    line = refused(viewer(tmp_path / "nowhere", "--lang", "en", "convert", given, "-o", out))
    assert line == f"{out} can't be written: No such file or directory"
