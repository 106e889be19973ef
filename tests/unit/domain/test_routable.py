"""Which addresses are of the public internet."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis.strategies import integers

from tests.addresses import INTERNAL, PUBLIC
from viewer.domain.routable import is_routable


@pytest.mark.parametrize("address", INTERNAL)
def test_an_internal_reserved_or_embedding_address_is_not_of_the_public_internet(address: str) -> None:
    assert not is_routable(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_one_up_to_its_networks_edge(address: str) -> None:
    assert is_routable(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "2130706433", "0x7f.1", "8.8.8.8.", "8.8.8", "[::1]", "8.8.8.8/32"]
)
def test_what_is_no_address_is_not_routable(text: str) -> None:
    assert not is_routable(text)


@given(integers(0, 2**32 - 1), integers(0, 2**128 - 1))
def test_nothing_is_routable_that_python_knows_not_to_be(fourth: int, sixth: int) -> None:
    for address in (IPv4Address(fourth), IPv6Address(sixth)):
        if address.is_private or address.is_multicast or address.is_reserved or not address.is_global:
            assert not is_routable(str(address)), address


@given(integers(0, 2**32 - 1))
def test_no_ipv6_address_that_embeds_an_ipv4_address_is_routable(fourth: int) -> None:
    for prefix in (0, 0xFFFF << 32, 0xFFFF << 48, 0x64FF9B << 96, (0x2002 << 112) + (fourth << 80), 0x20010000 << 96):
        assert not is_routable(str(IPv6Address(prefix + fourth)))
