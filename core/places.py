"""Where somebody comes from, as limits count it."""

import ipaddress


def place_of(host: str) -> str:
    """An IPv4 address, or the /64 that one IPv6 household has to itself; what is no address stays as it is."""
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
    """Whether nobody on the internet has this address: a proxy's, perhaps, or somebody's in the same house."""
    try:
        address = ipaddress.ip_address(place_of(host).partition("/")[0])
    except ValueError:
        return False
    return address.is_private and not address.is_loopback
