"""Where somebody comes from, as limits count it."""

import ipaddress
from typing import Final

INSIDE: Final = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10"),
    )
)
"""Networks that are nobody's on the internet (RFC 1918, 6598, 4193, 4291)."""


def place_of(host: str) -> str:
    """Return an IPv4 address, or the /64 that one IPv6 household has to itself; what is no address stays as it is."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        # How a socket that listens for both writes IPv4: one network would hold all of it.
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def is_private(host: str) -> bool:
    """Whether it is an address within a network, not on the internet nor of this machine: a proxy's, perhaps."""
    try:
        address = ipaddress.ip_address(place_of(host).partition("/")[0])
    except ValueError:
        return False
    return any(address in network for network in INSIDE)
