"""Files of users that the target can read, and who is in them."""

import csv
import io
import ipaddress
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError

from audience_conformance.checks.group_users.cursor_walk import all_members, file_group
from audience_conformance.checks.groups.helpers import comes
from audience_conformance.checks.prerequisites import USERS_FILE
from audience_conformance.client.api import (
    Api,
    JsonObject,
    csv_url,
    definition_path,
    user_path,
    value_path,
)
from audience_conformance.client.connections import connections_to
from audience_conformance.results.finding import Skip

COLUMN = "user_id"
MOST_FORGOTTEN = 200
"""Users whose values are deleted one by one; where there are more, deleting the definition must do."""


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
    """Does the target remove the values of a definition that is deleted (DEF-17)."""

    def look() -> bool:
        one, user_id = api.definition(), api.fresh("u")
        put = api.put(value_path(one["_id"], user_id), {"attribute": {"value": "x"}})
        gone = api.delete(definition_path(one["_id"]))
        left = api.get(user_path(user_id)).json
        return put.ok and gone.ok and isinstance(left, dict) and left.get("items") == []

    return api.once("deletes cascade to values", look)


def own_files_are_read(api: Api) -> bool:
    """Does a bulk update read its users from a data:text/csv file within 3 s."""

    def look() -> bool:
        one, user_id = api.definition(), api.fresh("u")
        path = value_path(one["_id"], user_id)
        sent = {"file_url": csv_url([user_id]), "attributes": [{"key": one.get("slug"), "value": "x"}]}
        answer = api.patch("/user_attribute/bulk_update", sent)
        read = answer.ok and comes(lambda: api.get(path).ok, min(api.options.async_timeout, 3.0))
        api.delete(path)
        return read

    return api.once("bulk updates read data:text/csv files", look)


def _users_of(api: Api, url: str) -> list[str]:
    if _is_near(url):
        try:
            text = connections_to(url, api.options.timeout).request("GET", url).data.decode("utf-8", "replace")
        except HTTPError:
            raise Skip(f"{USERS_FILE}; {url} cannot be read") from None
        rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
        users = [row[COLUMN] for row in rows if row.get(COLUMN)]
    else:
        users = all_members(api, file_group(api))
    if not users:
        raise Skip(USERS_FILE)
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
