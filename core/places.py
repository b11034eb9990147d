"""Client addresses as the unit that limits count."""

import ipaddress
from typing import Final

PRIVATE_NETWORKS: Final = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10"),
    )
)
"""Networks that are not routed on the internet (RFC 1918, 6598, 4193, 4291)."""


def place_of(host: str) -> str:
    """Return an IPv4 address, or the /64 that an IPv6 household has for itself; other text is returned unchanged."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        # A dual-stack socket reports IPv4 addresses like this; a single /64 contains all of them.
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def is_private(host: str) -> bool:
    """Return whether this is an address in a private network, perhaps a proxy's; neither public nor of this machine."""
    try:
        address = ipaddress.ip_address(place_of(host).partition("/")[0])
    except ValueError:
        return False
    return any(address in network for network in PRIVATE_NETWORKS)


def is_loopback(host: str) -> bool:
    """Return whether this address or name is this machine's own, which no other machine can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
