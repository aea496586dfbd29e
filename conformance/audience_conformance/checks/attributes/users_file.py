"""A file of users that the target can read, and the deletion of the values that a bulk update sets for them."""

import csv
import io
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError

from audience_conformance.checks.group_users.cursor_walk import all_members, file_group
from audience_conformance.checks.prerequisites import USERS_FILE
from audience_conformance.client.api import Api, JsonObject, csv_url, definition_path, user_path, value_path
from audience_conformance.client.connections import Connections, Route, TooLarge, is_loopback
from audience_conformance.results.finding import Skip

MOST_DELETED = 200
"""Users whose values are deleted one by one; the values of others are left to the delete of their definition."""


def users_file(api: Api, number: int = 2) -> tuple[str, list[str]]:
    """A file_url and its users: a file of this many new users, or else the file of --users-file-url."""
    url = api.options.users_file_url
    if url is None:
        users = [api.unique("u") for _ in range(number)]
        return csv_url(users), users
    if is_loopback(url) and urlsplit(url).scheme in {"http", "https"}:
        try:
            _, content = Connections(url, Route(api.options.timeout)).request("GET", url)
        except (HTTPError, TooLarge):
            raise Skip(f"{USERS_FILE}; {url} cannot be read") from None
        text = content.decode("utf-8", "replace")
        rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
        users = [row["user_id"] for row in rows if row.get("user_id")]
    else:
        users = all_members(api, file_group(api))
    if not users:
        raise Skip(USERS_FILE)
    return url, users


def delete_values(api: Api, definitions: list[JsonObject], users: list[str]) -> None:
    """Delete values that a job may have set, unless the target deletes them with their definition (DEF-17).

    The ledger does not have them: no PUT of the suite created them.
    """
    if api.once("deletes cascade to values", lambda: _deletes_cascade(api)):
        return
    for definition in definitions:
        for user_id in users[:MOST_DELETED]:
            api.delete(value_path(definition["_id"], user_id))


def _deletes_cascade(api: Api) -> bool:
    definition, user_id = api.definition(), api.unique("u")
    put = api.put(value_path(definition["_id"], user_id), {"attribute": {"value": "x"}})
    deleted = api.delete(definition_path(definition["_id"]))
    content = api.get(user_path(user_id)).json
    return put.ok and deleted.ok and isinstance(content, dict) and content.get("items") == []
