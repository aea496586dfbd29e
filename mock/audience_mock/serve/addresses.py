"""The URLs at which a listening socket can be reached."""

import ipaddress
import socket
from typing import NamedTuple

_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses that only documents use (RFC 5737, RFC 3849): nothing is sent there."""


class Addresses(NamedTuple):
    """Where a server is.

    Args:
        url: for this machine.
        network: for other machines of the network; empty if they cannot reach it, or if `url` serves them too.
    """

    url: str
    network: tuple[str, ...] = ()


def addresses(listener: socket.socket, scheme: str = "http") -> Addresses:
    """The URLs of a listener; one for all addresses of this machine (0.0.0.0, ::) has one for each network."""
    host, port = listener.getsockname()[:2]
    if not ipaddress.ip_address(host.partition("%")[0]).is_unspecified:
        return Addresses(_url(scheme, host, port))
    families = [listener.family]
    if listener.family == socket.AF_INET6 and not listener.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY):
        families.append(socket.AF_INET)
    found = [address for family in families if (address := own_address(family))]
    local = "127.0.0.1" if socket.AF_INET in families else "::1"
    return Addresses(_url(scheme, local, port), tuple(_url(scheme, address, port) for address in found))


def own_address(family: int) -> str | None:
    """This machine's address in the network, from which it would send to elsewhere; None without a network."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((_ELSEWHERE[socket.AddressFamily(family)], 9))
            address: str = probe.getsockname()[0]
    except OSError:
        return None
    return None if ipaddress.ip_address(address).is_loopback else address


def _url(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
