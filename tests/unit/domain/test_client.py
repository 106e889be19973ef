"""Addresses of clients, as proxies write them."""

import pytest

from viewer.domain.client import line_of, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", "unknown", "_hidden", "127.1", "192.0.2.1:", "192.0.2.1:x", "[::1", "[::1]x", "::1]", "1.2.3.4.5", "fe80::1%eth0"),
        *("192.0.2.1;", '"192.0.2.1"', "for=192.0.2.1", "192.0.2.01", "[192.0.2.1]:80x", "١.٢.٣.٤"),
    ],
)  # fmt: skip
def test_anything_else_is_nobody(text: str) -> None:
    assert parse_address(text) is None


def test_a_client_is_an_ipv4_address_or_the_line_of_an_ipv6_one() -> None:
    assert line_of("192.0.2.1") == line_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert line_of("2001:db8:1:2::1") == line_of("2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert line_of("2001:db8:1:3::1") != line_of("2001:db8:1:2::1")
