"""Keys and ids as they arrive from outside."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.keys import branch_key, find_branch_id, is_eas_id, parse_userkey
from viewer.errors import BadKey, BadToken

KEY = "dda807c9e4e4b1d86b1921d0e0619e45"


@pytest.mark.parametrize("key", [KEY, KEY.upper(), "Dda807c9E4e4b1d86b1921d0e0619e45"])
def test_a_userkey_is_canonical_in_lower_case(key: str) -> None:
    assert parse_userkey(key, access="userkey") == KEY


@pytest.mark.parametrize(
    "key",
    [
        *(
            "",
            " ",
            KEY[:-1],
            KEY + "0",
            KEY[:-1] + "g",
            f" {KEY}",
            f"{KEY}\n",
            KEY[:-1] + "５",
            "a.b",
            "a.b.c.d",
            "..",
            "ä.b.c",
        ),
        f"{{{KEY}}}",
    ],
)
@pytest.mark.parametrize("access", ["userkey", "token"])
def test_what_is_neither_a_userkey_nor_a_token_is_a_bad_key(key: str, access: str) -> None:
    with pytest.raises(BadKey):
        parse_userkey(key, access=access)


@pytest.mark.parametrize("key", ["eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiIxIn0.c2ln", "a.b.c", "a-_.b.c", "a.b."])
@pytest.mark.parametrize("access", ["userkey", "token"])
def test_a_token_that_this_installation_did_not_issue_is_a_bad_token(key: str, access: str) -> None:
    with pytest.raises(BadToken):
        parse_userkey(key, access=access)


def test_in_token_mode_every_raw_userkey_is_a_bad_token() -> None:
    with pytest.raises(BadToken):
        parse_userkey(KEY, access="token")


@given(st.text(max_size=40))
def test_any_text_is_a_userkey_or_one_of_two_errors(key: str) -> None:
    with contextlib.suppress(BadKey, BadToken):
        assert len(parse_userkey(key, access="userkey")) == 32


GUID = "AAA14B00-D169-45AB-9331-1FFC9F12B9E5"
EAS = "jbYAAAAB8aFK+pXd/9sUvOe3Ym4="
OTHER_EAS = "jbYAAAAB8aFk+pXd/9sUvOe3Ym4="


def test_guids_are_compared_without_case_and_come_back_as_stored() -> None:
    mixed = "aAa14b00-D169-45ab-9331-1ffc9f12b9e5"
    assert find_branch_id(GUID, [mixed]) == mixed
    assert find_branch_id(mixed, [GUID]) == GUID
    assert branch_key(mixed) == branch_key(GUID)


def test_eas_ids_are_compared_exactly() -> None:
    assert find_branch_id(EAS, [OTHER_EAS, EAS]) == EAS
    assert find_branch_id(EAS.lower(), [OTHER_EAS, EAS]) is None
    assert find_branch_id(EAS.rstrip("="), [EAS]) is None
    assert branch_key(EAS) != branch_key(OTHER_EAS)


def test_spaces_are_read_as_plus_only_where_nothing_else_fits() -> None:
    assert find_branch_id(EAS.replace("+", " "), [EAS]) == EAS
    assert find_branch_id("a b", ["a+b", "a b"]) == "a b"
    assert find_branch_id("a+b", ["a b"]) is None


@given(st.lists(st.text(min_size=1), min_size=1, unique_by=branch_key), st.data())
def test_every_known_id_is_found_as_itself(known: list[str], data: st.DataObject) -> None:
    branch_id = data.draw(st.sampled_from(known))
    assert find_branch_id(branch_id, known) == branch_id


@pytest.mark.parametrize("identifier", [EAS, OTHER_EAS, "jbYAAAAB8aBnb3TT/x+Q0kgL5R8="])
def test_eas_ids_have_a_form_of_their_own(identifier: str) -> None:
    assert is_eas_id(identifier)


@pytest.mark.parametrize("identifier", ["", GUID, KEY, "1", "a+b=", "jbYAAAAB8aFKpXdsUvOe3Ym4", "x" * 44 + "="])
def test_nothing_else_is_taken_for_an_eas_id(identifier: str) -> None:
    assert not is_eas_id(identifier)
