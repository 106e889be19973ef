"""Names that every system takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.file_names import MOST, MOST_BYTES, distinct, safe_name

DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{name}{number}" for name in ("COM", "LPT") for number in "123456789")}
texts = st.text(max_size=300)


@given(stem=texts, extension=texts)
def test_any_text_becomes_a_name_that_windows_takes(stem: str, extension: str) -> None:
    name = safe_name(stem, extension)
    assert name
    assert not set('<>:"/\\|?*') & set(name)
    assert not any(ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF for char in name)
    assert name == name.strip(" .")
    assert name.partition(".")[0].strip().upper() not in DEVICES
    assert len(name) <= MOST + 1
    assert len(name.encode()) <= MOST_BYTES + 1


@given(st.lists(st.sampled_from(["a.pdf", "A.PDF", "ａ.pdf", "a_2.pdf", "b", "B", "x" * MOST + ".pdf"]), max_size=12))
def test_no_two_names_are_the_same_to_windows(names: list[str]) -> None:
    found = list(distinct(names))
    assert len({name.casefold() for name in found}) == len(names)
    assert [a for a, b in zip(found, names, strict=True) if a == b][:1] == names[:1], "the first keeps its own"


@pytest.mark.parametrize("name", ["con", "NUL.tar", "Com1", "lpt9 ", "aux .x", "CONIN$"])
def test_a_devices_name_is_no_file(name: str) -> None:
    assert safe_name(name, "pdf").startswith("_")
    assert not safe_name(f"{name}sole"[:3] + "sole", "pdf").startswith("_")


def test_chinese_is_kept_and_the_ending_too_however_long_the_name_is() -> None:
    assert safe_name("01_数电票（普通发票）_2431", "pdf") == "01_数电票（普通发票）_2431.pdf"
    assert safe_name("发" * 300, "ofd").endswith(".ofd")
    assert safe_name("...", "") == "file"
