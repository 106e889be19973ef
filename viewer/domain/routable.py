"""Which IP addresses lie on the public internet: only these may hold a file that nobody put on the allow-list.

By IANA's special-purpose registries (iana.org/assignments/iana-ipv4-special-registry, -ipv6-). Python's own `is_private` and
`is_global` change from version to version and let some of these through, so the networks stand here.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

OTHER_V4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
"""This host, private and carrier-grade networks, loopback, link-local (clouds' metadata), protocols, examples, relays,
benchmarks, multicast, reserved and broadcast."""
UNICAST_V6 = IPv6Network("2000::/3")
"""All that is given out. Outside lie loopback, ::/96 and IPv4-mapped, NAT64 (64:ff9b), link- and site-local, multicast."""
OTHER_V6 = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20"))
)
"""Within it: Teredo, ORCHID and other protocols, examples, 6to4, AS112, the old 6bone. What embeds an IPv4 address is
refused whatever it embeds: a public one can be reached without."""


def is_routable(address: str) -> bool:
    """Whether this is an address of the public internet; text that is none isn't.

    >>> is_routable("8.8.8.8"), is_routable("::ffff:8.8.8.8"), is_routable("fec0::1")
    (True, False, False)
    """
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in network for network in OTHER_V4)
    return found in UNICAST_V6 and not any(found in network for network in OTHER_V6)
