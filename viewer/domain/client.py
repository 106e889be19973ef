"""Who a request comes from, as its address tells."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

LINE = 64
"""Bits of an IPv6 address that one line has: whoever holds it has all addresses below."""


def parse_address(text: str) -> str | None:
    """The address in its usual spelling, IPv4 in IPv6 as IPv4; None for what is none. A port and brackets, as some proxies
    write them, are left out.

    >>> parse_address("[2001:db8::1]:443"), parse_address("192.0.2.1:80"), parse_address("::ffff:192.0.2.1"), parse_address("me")
    ('2001:db8::1', '192.0.2.1', '192.0.2.1', None)
    """
    text = text.strip()
    if text.startswith("["):
        text, closed, port = text[1:].partition("]")
        if not closed or not (port == "" or (port[0] == ":" and port[1:].isdecimal())):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not port.isdecimal():
            return None
    try:
        found: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.scope_id:
            return None
        found = found.ipv4_mapped or found
    return str(found)


def line_of(address: str) -> str:
    """What of an address stands for its client when requests are counted: all of IPv4, the line of IPv6."""
    found = parse_address(address)
    if found is None:
        return ""
    return str(IPv6Network((found, LINE), strict=False)) if ":" in found else found
