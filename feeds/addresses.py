"""Which machines on the network an address that a person typed may lead to."""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

Address = IPv4Address | IPv6Address
Permitted = Callable[[Address], bool]

_TRANSLATED = IPv6Network("64:ff9b::/96")  # NAT64: the last 32 bits are an IPv4 address


class NotPermitted(OSError):
    """A connection was refused before it was made, because of where it leads."""


def is_public(address: Address) -> bool:
    """False for private, loopback, link-local, shared (CGNAT), reserved and multicast."""
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, NAT64), or itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def vetted_socket(permitted: Permitted) -> Callable[[Any], socket.socket]:
    """A socket factory that asks `permitted` about each address just before connecting to it.

    Asking here, not when a name is looked up, leaves no second look-up for a name server to
    answer differently, and no way round for an address written as a number.
    """

    def make(info: Any) -> socket.socket:
        family, kind, protocol, _, target = info
        if not permitted(unwrapped(ip_address(str(target[0])))):
            raise NotPermitted("not permitted")
        return socket.socket(family, kind, protocol)

    return make
