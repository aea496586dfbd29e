"""Kept-alive connections to the target, through a proxy where the environment names one.

urllib3 takes about half the time of richer clients for a request, and a run consists of requests.
"""

import os
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.exceptions import HTTPError

MOST_KEPT = 32
"""Connections kept open: as many as requests are sent at once, at the most."""


def connections_to(url: str, timeout: float) -> PoolManager:
    """Connections for requests to a URL's host; HTTP_PROXY, HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE have a say.

    Args:
        url: of the target.
        timeout: seconds for a connection, and for each wait for an answer.
    """
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    authorities = os.environ.get("SSL_CERT_FILE") or certifi.where()
    if proxy and not proxy_bypass(parts.netloc):
        # Proxies are often named as host and port alone.
        named = proxy if "//" in proxy else f"http://{proxy}"
        return ProxyManager(named, maxsize=MOST_KEPT, timeout=Timeout(timeout), ca_certs=authorities)
    return PoolManager(maxsize=MOST_KEPT, timeout=Timeout(timeout), ca_certs=authorities)


def reason(error: HTTPError) -> str:
    """Why no answer came, in the words of what lies beneath where there is something."""
    within = [one for one in error.args if isinstance(one, Exception)]
    cause = error.__cause__ or (within[-1] if within else None)
    return str(cause or error) or type(error).__name__
