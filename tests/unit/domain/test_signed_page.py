"""Signed pages: what was signed comes back, and nothing else does."""

from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.signed_page import HOUR, SignedPage, end_of_next_hour, scope_of
from viewer.domain.size import Size
from viewer.domain.source import PageSource

OLD, NEW, OTHER = b"old" * 8, b"new" * 8, b"other" * 8
PAGE = SignedPage(
    page_id="0" * 24,
    source=PageSource("a" * 64, "image/jpeg", 3, Size(2480, 3508)),
    expires=1_800_000_000,
    bill=7,
    scope=scope_of("E-1"),
    reader="何以沫",
)
digits = "0123456789abcdef"
numbers = st.integers(1, 2**32 - 1)
sources = st.builds(
    PageSource,
    st.text(digits, min_size=64, max_size=64),
    st.sampled_from(["image/jpeg", "application/pdf", "image/tiff"]),
    numbers,
    st.builds(Size, numbers, numbers),
)


@given(
    st.builds(
        SignedPage,
        page_id=st.text(digits, min_size=24, max_size=24),
        source=sources,
        expires=numbers,
        bill=st.integers(0, 2**63 - 1),
        scope=st.none().map(scope_of) | st.text(min_size=1).map(scope_of),
        reader=st.text(max_size=64),
    )
)
def test_a_signed_page_comes_back_as_it_was(page: SignedPage) -> None:
    segment = page.sign(NEW)
    assert SignedPage.read(segment, [NEW]) == page
    assert set(segment) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_an_older_key_is_believed_and_a_strange_one_is_not() -> None:
    assert SignedPage.read(PAGE.sign(OLD), [NEW, OLD]) == PAGE
    assert SignedPage.read(PAGE.sign(OTHER), [NEW, OLD]) is None


@given(st.data())
def test_a_changed_segment_means_nothing(data: st.DataObject) -> None:
    segment = PAGE.sign(NEW)
    place = data.draw(st.integers(0, len(segment) - 1))
    other = data.draw(st.characters().filter(lambda each: each != segment[place]))
    assert SignedPage.read(segment[:place] + other + segment[place + 1 :], [NEW]) is None


@given(st.text())
def test_any_text_that_nobody_signed_means_nothing(text: str) -> None:
    assert SignedPage.read(text, [NEW]) is None


@given(st.integers(0, 2**31))
def test_an_address_is_good_for_one_to_two_hours_and_the_same_for_a_whole_one(now: int) -> None:
    assert HOUR < end_of_next_hour(now) - now <= 2 * HOUR
    assert end_of_next_hour(now) == end_of_next_hour(now - now % HOUR)
