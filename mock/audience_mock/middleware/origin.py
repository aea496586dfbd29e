"""The origin of a real server (--proxy): whether it can be one, and the way to it."""

import socket
from ipaddress import ip_address
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from audience_mock.errors import show

_LAST_PORT = 65535


def target_problem(target: str) -> str | None:
    """Why `target` cannot be the real server's origin; None if it can."""
    try:
        url = httpx.URL(target)
        url.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError) as error:
        return f"{show(target)} is not a URL: {error}."
    if url.userinfo:
        return "The URL has a user name or a password; give only the server's origin, and send Authorization."
    if url.scheme not in {"http", "https"} or not url.host or not 0 < (url.port or 1) <= _LAST_PORT:
        return f"{show(target)} is not an http or https URL; give the server's origin, like https://api.example.com."
    if url.path not in {"", "/"} or url.query or url.fragment:
        return f"{show(target)} has a path or a query; give only the server's origin, like https://api.example.com."
    try:
        proxy_for(url)
    except ValueError as error:
        return str(error)
    return None


def proxy_for(url: httpx.URL) -> httpcore.Proxy | None:
    """The environment's proxy for a server; none for one on this machine. Raises ValueError for an unusable one."""
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    if not found or _is_this_machine(url.host) or proxy_bypass(url.netloc.decode("ascii")):
        return None
    proxy = httpx.Proxy(found if "://" in found else f"http://{found}") if _is_http(found) else None
    if proxy is None:
        raise ValueError(
            f"The environment names the proxy {show(found)} for {url.host}; only http and https proxies can be used: "
            "set HTTPS_PROXY to one, or NO_PROXY to the host."
        )
    address = httpcore.URL(scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=b"/")
    return httpcore.Proxy(address, auth=proxy.raw_auth)


def _is_http(proxy: str) -> bool:
    return "://" not in proxy or proxy.partition("://")[0].lower() in {"http", "https"}


def _is_this_machine(host: str) -> bool:
    """Does a URL's host name this machine: by a name, or by any notation of an address that its names have."""
    try:
        addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
    except OSError:
        addresses = set()
    return host.rstrip(".").endswith("localhost") or any(_is_here(one) for one in addresses)


def _is_here(address: str) -> bool:
    parsed = ip_address(address.partition("%")[0])
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return parsed.is_loopback or parsed.is_unspecified
