"""Where messages may go: public addresses, looked up once and held to, so that no name leads inwards."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_NAT64 = ip_network("64:ff9b::/96")


class ForbiddenAddress(OSError):  # noqa: N818 - reads as what it is
    """The name leads to an address where no message may go, or nowhere."""


def public_address(host: str, port: int, *, allow_private: bool = False) -> str:
    """An address of this host. Raises `ForbiddenAddress` when any of its addresses is not public.

    The caller connects to the address that was returned and looks nothing up again: a name that answers
    differently the second time (DNS rebinding) gains nothing.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ForbiddenAddress(f"{host} can't be resolved") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not (allow_private or all(map(is_public, addresses))):
        raise ForbiddenAddress(f"{host} is not a public address")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether anybody on the internet could be meant by this address."""
    parsed = ip_address(address.partition("%")[0])
    inner = _embedded(parsed)
    if inner is not None:
        return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
