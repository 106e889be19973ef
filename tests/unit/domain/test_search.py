"""Finding words: however they are written, wherever a page's text is cut; first by example, then over random texts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.search import LONGEST, MOST_BOXES, Found, PageText, find, fold, parse_query
from viewer.errors import BadRequest

SIGNS = "发票号码价税合计（）()：，,.0123456789０１２ABcdＥｆéßﬁｶﾞ㈱①Ⅷ¥￥$€ \u3000\u00a0\n-*"
texts = st.text(st.one_of(st.sampled_from(SIGNS), st.characters(codec="utf-8")).filter(lambda sign: stands_alone(sign)))


def stands_alone(sign: str) -> bool:
    """Whether it is no accent to the sign before it."""
    return not any(map(unicodedata.combining, unicodedata.normalize("NFKD", sign)[:1]))


def page(*words: str) -> PageText:
    """A page whose words lie one below the other, the first at the top."""
    return PageText((word, (10, 20 * row, 30, 15)) for row, word in enumerate(words))


def rows(text: PageText, query: str) -> list[int]:
    """The words of a page, from 0, in which something of the query lies."""
    return [top // 20 for _, top, _, _ in text.places(parse_query(query))]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("1234.5", "¥1,234.50"),
        ("1,234.50", "1234.50"),
        ("￥１，２３４.50", "1234.50"),
        ("$12", "US$ 12.00"),
        ("大连印务(有限)", "大连印务（有限）公司"),
        ("acme", "ＡＣＭＥ Ltd."),
        ("STRASSE", "Hauptstraße 7"),
        ("发票号码", "发 票 号　码"),
        ("café", "CAFE\u0301"),
        ("5", "2544"),
    ],
)
def test_width_case_spaces_commas_and_currency_signs_make_no_difference(query: str, text: str) -> None:
    (term,) = parse_query(query)
    assert term in fold(text)


@pytest.mark.parametrize(
    ("query", "text"), [("1234.6", "1,234.50"), ("12.3", "123"), ("大连", "大 年 连"), ("-5", "5")]
)
def test_other_digits_and_other_characters_are_other_words(query: str, text: str) -> None:
    (term,) = parse_query(query)
    assert term not in fold(text)


@pytest.mark.parametrize("query", [None, "", "  ", "\u3000\t", ",", "¥", "¥ ,", "\u200b", "x" * (LONGEST + 1)])
def test_a_query_has_something_to_look_for_and_is_not_too_long(query: str | None) -> None:
    with pytest.raises(BadRequest):
        parse_query(query)


def test_a_query_is_one_digit_at_least_and_two_hundred_characters_at_most() -> None:
    assert parse_query("7") == ("7",)
    assert parse_query("x" * LONGEST) == ("x" * LONGEST,)


def test_terms_are_separated_by_spaces_of_any_kind_and_asked_once() -> None:
    assert parse_query(" 大连\u30001,200.00\u00a0大连 ¥ ") == ("大连", "1200.00")


def test_a_term_may_span_several_words_of_the_page() -> None:
    text = page("价税", "合计", "¥", "1,", "234.50", "元")
    assert rows(text, "税合") == [0, 1]
    assert rows(text, "1234.5") == [3, 4]
    assert rows(text, "合计¥1,234.50元") == [1, 2, 3, 4, 5]
    assert rows(text, "价税合计（") == []


def test_every_word_with_the_term_is_marked_once_and_in_reading_order() -> None:
    text = page("aa", "a", "b", "aXa", "aa")
    assert rows(text, "aa") == [0, 1, 3, 4]
    assert rows(text, "b a") == [0, 1, 2, 3, 4]


def test_a_page_has_so_many_marks_and_no_more() -> None:
    assert len(rows(page(*["1", "2"] * MOST_BOXES), "1 2 12")) == MOST_BOXES


def test_words_of_nothing_but_signs_take_no_place() -> None:
    assert rows(page("¥", "12", ",", " ", "3"), "123") == [1, 2, 3, 4]
    assert rows(page("¥", "12"), "12") == [1]


FACTS = {"seller_name": ["大连印务有限公司"], "total_amount": ["¥1,234.50"], "remark": ["大连", ""]}
PAGES = [(1, page("大连", "出差")), (2, page("九月", "出差"))]


def test_all_terms_must_be_there_each_in_a_fact_or_on_a_page() -> None:
    assert find(["大连"], FACTS, PAGES) == Found(("seller_name", "remark"), {1: [(10, 0, 30, 15)]})
    assert find(["1234.50", "九月"], FACTS, PAGES) == Found(("total_amount",), {2: [(10, 0, 30, 15)]})
    assert find(["大连", "十月"], FACTS, PAGES) is None
    assert find(["有限公司1234"], FACTS, PAGES) is None


@given(texts)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(texts))
def test_it_makes_no_difference_where_a_text_is_cut_into_words(words: list[str]) -> None:
    assert page(*words).folded == page("".join(words)).folded == "".join(map(fold, words))


@given(texts, texts, texts)
def test_whatever_is_copied_from_a_text_is_found_in_it(before: str, copied: str, after: str) -> None:
    assert all(term in fold(before + copied + after) for term in map(fold, copied.split()))


@given(st.lists(st.text("ab1,¥ ", max_size=4), max_size=12), st.text("ab1", min_size=1, max_size=5))
def test_the_marked_words_are_those_in_which_an_occurrence_lies(words: list[str], term: str) -> None:
    origin = [number for number, word in enumerate(words) for _ in fold(word)]
    folded = "".join(map(fold, words))
    starts = [at for at in range(len(folded)) if folded.startswith(term, at)]
    spans = [(origin[at], origin[at + len(term) - 1]) for at in starts]
    expected = {number for first, last in spans for number in range(first, last + 1)}
    assert rows(page(*words), term) == sorted(expected)
