"""ATT-17: groups leave the users' values alone."""

from audience_conformance.checks.assertions import body, list_all, only, schema_fields, thorough
from audience_conformance.checks.attributes.put_and_read import LIST, READ, has_value, put, read
from audience_conformance.checks.attributes.users_file import users_file
from audience_conformance.checks.groups.helpers import COMPLETED, UNREADABLE, create, group_body, settled, synchronise
from audience_conformance.checks.prerequisites import USERS_FILE
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, csv_url, group_path, user_path
from audience_conformance.results.finding import same

CREATE, PATCH, DELETE, REFRESH = "createUserGroup", "updateUserGroup", "deleteUserGroup", "refreshUserGroupTotalUsers"
MANY, FEW = 6, 3
"""Users who get values; in smoke."""
FIELDS = schema_fields("UserAttribute")


@check("ATT-17", on=f"{CREATE} {PATCH} {DELETE} {REFRESH} {READ} {LIST}", needs=(USERS_FILE,))
def groups_leave_the_values_alone(api: Api) -> None:
    """Create groups of users with values, patch, refresh and delete them: no value comes, goes or changes.

    Files with fewer, other and no users, one that cannot be read, and the delete of a group that is not read yet, of
    one of two groups with the same users, and of the last.
    """
    url, users = _file(api, MANY if thorough(api) else FEW)
    definitions = [api.definition()["_id"], api.definition("list")["_id"]]
    for user_id in users:
        put(api, definitions[0], user_id, "teal", rule="ATT-13")
    for user_id in (users[0], users[-1]):
        put(api, definitions[1], user_id, ["a", ""], rule="ATT-13")
    watched = list(dict.fromkeys((users[0], users[len(users) // 2], users[-1], api.unique("u"))))
    before = {user_id: _values(api, definitions, user_id) for user_id in watched}

    def stay(after: str, *, is_last: bool = False) -> None:
        if is_last or thorough(api):
            synchronise(api)
        for user_id in watched:
            now = _values(api, definitions, user_id)
            same(now, before[user_id], f"the values of a user after {after}", operation=LIST)

    first, second, pending = (create(api, group_body(api, file_url=url)) for _ in range(3))
    body(api.delete(group_path(pending["_id"])), operation=DELETE)
    settled(api, first), settled(api, second)
    stay("the creation of groups and the delete of one that may be pending")
    for sent in (
        {"name": api.unique("Renamed "), "description": "With other words"},
        {"file_url": csv_url([users[-1], watched[-1]])},
        {"file_url": UNREADABLE},
        {"file_url": csv_url([])},
    ):
        body(api.patch(group_path(first["_id"]), sent), operation=PATCH)
        settled(api, first)
    stay("patches of a group and its files")
    body(api.post(f"{group_path(second['_id'])}/refresh"), operation=REFRESH)
    body(api.delete(group_path(first["_id"])), operation=DELETE)
    stay("a refresh and the delete of one of two groups")
    body(api.delete(group_path(second["_id"])), operation=DELETE)
    stay("the delete of the last group", is_last=True)
    for user_id in users:
        attribute = read(api, definitions[0], user_id, rule="ATT-17")
        has_value(attribute, "teal", "the attribute after all groups were deleted", rule="ATT-17")


def _file(api: Api, number: int) -> tuple[str, list[str]]:
    """A file of new users, or that of --users-file-url where the target reads no data: URLs, and some of its users."""
    users = [api.unique("u") for _ in range(number)]
    if api.options.users_file_url is None or settled(api, api.group(users)).get("status") == COMPLETED:
        return csv_url(users), users
    url, users = users_file(api)
    return url, list(dict.fromkeys((*users[: number - 1], users[-1])))


def _values(api: Api, definitions: list[str], user_id: str) -> list[JsonObject]:
    """The entries of these definitions in a user's list, in their order."""
    return [
        only(entry, FIELDS)
        for entry in list_all(api, user_path(user_id))
        if entry.get("user_attribute_definition_id") in definitions
    ]
