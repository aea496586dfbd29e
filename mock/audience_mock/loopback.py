"""Which hosts are this machine."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Is `host` localhost or a loopback address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
