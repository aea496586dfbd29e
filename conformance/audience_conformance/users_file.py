"""Files of users that the target can read, and who is in them."""

import csv
import io
import ipaddress
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError

from audience_conformance.api import Api, csv_url
from audience_conformance.connections import connections_to
from audience_conformance.outcome import Lacking
from audience_conformance.user_walks import all_members, file_group

COLUMN = "user_id"


def some_users(api: Api, number: int = 2) -> tuple[str, list[str]]:
    """A file_url and its users: so many that we make up, or all those of the file that was given."""
    if api.options.users_file_url is None:
        users = [api.fresh("u") for _ in range(number)]
        return csv_url(users), users
    return api.options.users_file_url, _users_of(api, api.options.users_file_url)


def _users_of(api: Api, url: str) -> list[str]:
    if _is_near(url):
        try:
            text = connections_to(url, api.options.timeout).request("GET", url).data.decode("utf-8", "replace")
        except HTTPError:
            raise Lacking(f"{url} to be readable") from None
        rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
        users = [row[COLUMN] for row in rows if row.get(COLUMN)]
    else:
        users = all_members(api, file_group(api))
    if not users:
        raise Lacking("a file of users that it can read (--users-file-url)")
    return users


def _is_near(url: str) -> bool:
    """Is it a file that this suite may fetch itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        near = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        near = False
    return near and parts.scheme in {"http", "https"}
