"""Files of users that the target can read, and who is in them."""

import csv
import io
import ipaddress
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from urllib3.exceptions import HTTPError

from audience_conformance.checks.group_users.cursor_walk import all_members, file_group
from audience_conformance.checks.groups.helpers import comes
from audience_conformance.client.api import DEFINITIONS, Api, JsonObject, csv_url, seg, user_path, value_path
from audience_conformance.client.connections import connections_to
from audience_conformance.results.finding import Skip

COLUMN = "user_id"
MOST_FORGOTTEN = 200
"""Users whose values are deleted one by one; where there are more, deleting the definition must do."""
_cascades: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()
"""Target -> does it remove the values of a definition that is deleted."""
_own_files: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()
"""Target -> does it read files of ours."""


def some_users(api: Api, number: int = 2) -> tuple[str, list[str]]:
    """A file_url and its users: so many that we make up, or all those of the file that was given."""
    if api.options.users_file_url is None:
        users = [api.fresh("u") for _ in range(number)]
        return csv_url(users), users
    return api.options.users_file_url, _users_of(api, api.options.users_file_url)


def forget(api: Api, definitions: list[JsonObject], users: list[str]) -> None:
    """Delete what a job may have written: no PUT of ours has it in the ledger."""
    if _removes_values(api):
        return  # the definitions are in the ledger
    for definition in definitions:
        for user_id in users[:MOST_FORGOTTEN]:
            api.delete(value_path(definition["_id"], user_id))


def _removes_values(api: Api) -> bool:
    """Does the target remove the values of a definition that is deleted (DEF-17); looked at once."""
    if api.target not in _cascades:
        one, user_id = api.definition(), api.fresh("u")
        put = api.put(value_path(one["_id"], user_id), {"attribute": {"value": "x"}})
        gone = api.delete(f"{DEFINITIONS}/{seg(one['_id'])}")
        left = api.get(user_path(user_id)).json
        _cascades[api.target] = put.ok and gone.ok and isinstance(left, dict) and left.get("items") == []
    return _cascades[api.target]


def own_files_are_read(api: Api) -> bool:
    """Does a bulk update take its users from a data:text/csv file of ours; looked at once, for a short while."""
    if api.target not in _own_files:
        one, user_id = api.definition(), api.fresh("u")
        path = value_path(one["_id"], user_id)
        sent = {"file_url": csv_url([user_id]), "attributes": [{"key": one.get("slug"), "value": "x"}]}
        answer = api.patch("/user_attribute/bulk_update", sent)
        _own_files[api.target] = answer.ok and comes(lambda: api.get(path).ok, min(api.options.async_timeout, 3.0))
        api.delete(path)
    return _own_files[api.target]


def _users_of(api: Api, url: str) -> list[str]:
    if _is_near(url):
        try:
            text = connections_to(url, api.options.timeout).request("GET", url).data.decode("utf-8", "replace")
        except HTTPError:
            raise Skip(f"{url} to be readable") from None
        rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
        users = [row[COLUMN] for row in rows if row.get(COLUMN)]
    else:
        users = all_members(api, file_group(api))
    if not users:
        raise Skip("a file of users that it can read (--users-file-url)")
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
