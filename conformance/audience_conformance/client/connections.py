"""Keep-alive connections to the target, through a proxy if the environment names one.

urllib3 needs about half the time of richer clients for a request, and a run consists of requests.
"""

import os
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.exceptions import HTTPError

MAX_OPEN = 32
"""Connections that stay open: as many as the most requests that are sent at once."""


def connections_to(url: str, timeout: float) -> PoolManager:
    """A connection pool for a URL's host; HTTP_PROXY, HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE apply.

    Args:
        url: of the target.
        timeout: seconds to connect, and for each wait for data.
    """
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    ca_certs = os.environ.get("SSL_CERT_FILE") or certifi.where()
    if proxy and not proxy_bypass(parts.netloc):
        # Many environments name a proxy as host and port only.
        proxy = proxy if "//" in proxy else f"http://{proxy}"
        return ProxyManager(proxy, maxsize=MAX_OPEN, timeout=Timeout(timeout), ca_certs=ca_certs)
    return PoolManager(maxsize=MAX_OPEN, timeout=Timeout(timeout), ca_certs=ca_certs)


def reason(error: HTTPError) -> str:
    """Why a request got no response: the message of the innermost error."""
    inner = [argument for argument in error.args if isinstance(argument, Exception)]
    cause = error.__cause__ or (inner[-1] if inner else None)
    return str(cause or error) or type(error).__name__
