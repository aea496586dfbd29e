"""How the CSV of users behind a file_url is fetched and parsed: a header, and a column `user_id`."""

import asyncio
import base64
import binascii
import csv
import io
from collections.abc import Collection, Iterator
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import httpx

from audience_mock.errors import FileProblem, show

COLUMN = "user_id"
MAX_BYTES = 64 * 2**20
TIME_LIMIT = 30.0
"""Seconds for fetching a file."""
MAX_REDIRECTS = 5
_PIECE = 2**16


class Files:
    """Fetches and parses files of user ids.

    The mock must not open a way into a network (SSRF): files are fetched only from loopback and `hosts`, without
    proxies, and redirects to another host are refused.

    Args:
        hosts: additional hosts to fetch from (`--files-from`).
    """

    def __init__(self, hosts: Collection[str] = ()) -> None:
        self._hosts = {host.lower() for host in hosts}

    async def read(self, file_url: str) -> dict[str, int]:
        """The user ids of the file, each once, in its order.

        Returns:
            User id -> place, counted from 0.

        Raises:
            FileProblem: the file cannot be fetched, or is not a CSV with that column.
        """
        if file_url[:5].lower() == "data:":
            return await asyncio.to_thread(lambda: parse(_data(file_url)))
        try:
            async with asyncio.timeout(TIME_LIMIT):
                content = await self._fetch(file_url)
        except TimeoutError:
            raise FileProblem(f"{show(file_url)} did not arrive within {TIME_LIMIT:.0f} s.") from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise FileProblem(f"{show(file_url)} cannot be fetched: {reason}.") from None
        return await asyncio.to_thread(parse, content)

    async def _fetch(self, url: str) -> bytes:
        host = self._allowed_host(url)
        for _ in range(MAX_REDIRECTS + 1):
            # Certificates are loaded for https only: that takes long enough to hold up other requests.
            verify = urlsplit(url).scheme == "https"
            async with (
                httpx.AsyncClient(trust_env=False, timeout=None, verify=verify) as client,  # noqa: S113 (see `read`)
                client.stream("GET", url) as response,
            ):
                if not response.has_redirect_location:
                    return await _body(url, response)
                url = urljoin(url, response.headers["location"])
            if self._allowed_host(url) != host:
                raise FileProblem(f"{show(url)} is a redirect to another host; name the file itself.")
        raise FileProblem(f"{show(url)} redirects more than {MAX_REDIRECTS} times.")

    def _allowed_host(self, url: str) -> str:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        _ = parts.port  # raises ValueError for an invalid port
        if parts.scheme not in {"http", "https"}:
            raise FileProblem(f"{show(url)} is neither http, https nor data:text/csv.")
        loopback = host in {"localhost", "::1"} or _is_ipv4_loopback(host)
        if not loopback and host not in self._hosts:
            raise FileProblem(
                f"The server does not fetch files from the host {show(host)}; "
                f"start it with --files-from {host}, or use loopback or a data:text/csv URL."
            )
        return host


def _is_ipv4_loopback(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(p.isdecimal() and int(p) < 256 for p in parts)  # noqa: PLR2004


async def _body(url: str, response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise FileProblem(f"{show(url)} answered {response.status_code}, not 200.")
    chunks, size = [], 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > MAX_BYTES:
            raise FileProblem(f"{show(url)} is larger than {MAX_BYTES // 2**20} MiB.")
        chunks.append(chunk)
    return b"".join(chunks)


def _data(url: str) -> bytes:
    """The content of a data:text/csv URL (RFC 2397)."""
    head, comma, payload = url[5:].partition(",")
    media_type, *parameters = (part.strip().lower() for part in head.split(";"))
    if not comma or media_type != "text/csv":
        raise FileProblem(f"{show(url)} is not of the form data:text/csv,user_id%0A…")
    content = b"".join(_unquoted(payload))
    if "base64" not in parameters:
        return content
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise FileProblem(f"{show(url)} is not valid base64: {error}.") from None


def _unquoted(text: str) -> Iterator[bytes]:
    """Percent-decode in pieces: decoding a large text in one call would block all other requests."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        cut = text.rfind("%", end - 2, end)
        end = cut if cut > start else end
        yield unquote_to_bytes(text[start:end])
        start = end


def parse(content: bytes) -> dict[str, int]:
    """The column `user_id` of a CSV: each id once, in the file's order; empty cells are skipped.

    Raises:
        FileProblem: not UTF-8, not CSV, or without that column.
    """
    # Decoded while it is read: decoding a large file in one call would block all other requests.
    rows = csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=""), strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        if COLUMN not in header:
            raise FileProblem(f"The file has no column {COLUMN}; its header is {show(','.join(header))}.")
        column = header.index(COLUMN)
        places: dict[str, int] = {}
        for row in rows:
            if len(row) > column and (user_id := row[column].strip()):
                places.setdefault(user_id, len(places))
    except UnicodeDecodeError as error:
        raise FileProblem(f"The file is not UTF-8: {error.reason} in line {rows.line_num + 1} or soon after.") from None
    except csv.Error as error:
        raise FileProblem(f"The file is not CSV: {error}, line {rows.line_num}.") from None
    return places
