"""TEN: a write in one application changes nothing in another."""

from collections.abc import Callable

from audience_conformance.api import Api, csv_url, pauses
from audience_conformance.outcome import expect
from audience_conformance.registry import check
from audience_conformance.shapes import record
from audience_conformance.target import Answer
from audience_conformance.tenancy import PATIENCE, Furnished, changed, furnish, settle, snapshot

WRITES = (
    "createUserAttributeDefinition updateUserAttributeDefinition deleteUserAttributeDefinitionById"
    " bulkUpdateUserAttributes updateUserAttribute deleteUserAttribute createUserGroup updateUserGroup"
    " deleteUserGroup refreshUserGroupTotalUsers"
)
VALUE = {"attribute": {"value": "Of the other application"}}
PATCH = {"name": "Of the other application", "description": "Changed"}


def _twins(api: Api) -> tuple[Furnished, Furnished]:
    """The same slug, the same user and like groups in both applications."""
    slug, user_id = api.fresh("s"), api.fresh("u")
    here, there = api.tenant, api.other_tenant
    return furnish(api, here, slug, user_id, "Own value"), furnish(api, there, slug, user_id, "Own value")


def _leaves(api: Api, twin: Furnished, writes: dict[str, Callable[[], object]]) -> None:
    """Do one write after another: what the twin's application holds stays as it is."""
    before = snapshot(api, twin)
    for what, write in writes.items():
        write()
        difference = changed(before, snapshot(api, twin))
        expect(not difference, f"{what} in another application to change nothing in {twin.tenant[1]}", difference)


@check("TEN-02", on=WRITES, cases=("one way", "the other way"))
def a_write_changes_nothing_in_another_application(api: Api, case: str) -> None:
    """Make like things in both applications; create, change and delete in one, in bulk too: the other stays."""
    mine, twin = _twins(api)
    if case != "one way":
        mine, twin = twin, mine
    tenant = mine.tenant
    new_file = {"file_url": csv_url([api.fresh("u")])}
    writes: dict[str, Callable[[], object]] = {
        "a creation": lambda: (api.definition("list", tenant=tenant), api.group([mine.user_id], tenant=tenant)),
        "an update of a definition": lambda: api.put(
            mine.definition_path,
            {"name": "Changed", "description": "Changed", "customer_editable": True},
            tenant=tenant,
        ),
        "a put": lambda: api.put(mine.value_path, VALUE, tenant=tenant),
        "a bulk update": lambda: _bulk(api, mine),
        "the delete of a value": lambda: api.delete(mine.value_path, tenant=tenant),
        "a patch": lambda: api.patch(mine.group_path, PATCH, tenant=tenant),
        "a new file": lambda: (api.patch(mine.group_path, new_file, tenant=tenant), settle(api, tenant, mine.group)),
        "a refresh": lambda: _refresh(api, mine),
        "another put": lambda: api.put(mine.value_path, VALUE, tenant=tenant),
        "the delete of a definition": lambda: api.delete(mine.definition_path, tenant=tenant),
        "the delete of a group": lambda: api.delete(mine.group_path, tenant=tenant),
    }
    _leaves(api, twin, writes)


def _refresh(api: Api, mine: Furnished) -> None:
    api.post(f"{mine.group_path}/refresh", tenant=mine.tenant)
    settle(api, mine.tenant, mine.group)


def _bulk(api: Api, mine: Furnished) -> None:
    """Set the user's value in bulk, and wait a while until it is set."""
    slug = mine.definition.get("slug")
    sent = {"file_url": csv_url([mine.user_id]), "attributes": [{"key": slug, "value": "In bulk"}]}
    answer = api.request("PATCH", "/user_attribute/bulk_update", body=sent, tenant=mine.tenant)
    for _ in pauses(min(api.options.patience, PATIENCE)):
        seen = api.get(mine.value_path, tenant=mine.tenant)
        if not answer.ok or (seen.ok and "In bulk" in seen.text):
            break


@check("TEN-02", on=WRITES, cases=("one way", "the other way"))
def the_ids_of_an_application_are_of_no_use_in_another(api: Api, case: str) -> None:
    """Write to one application's ids through the other: update, put, patch, refresh and delete, and all stays."""
    _, twin = _twins(api)
    tenant = api.tenant
    if case != "one way":
        twin, tenant = _, twin.tenant

    def if_unknown(path: str, write: Callable[[str], Answer]) -> Callable[[], object]:
        # Ids may be counted in each application: what another thing there has as its id is not ours to write to.
        return lambda: write(path) if _is_twins(api.get(path, tenant=tenant), twin) else None

    definition, value, group = twin.definition_path, twin.value_path, twin.group_path
    changes = {"name": "Changed", "description": "Changed", "customer_editable": True}
    writes = {
        "an update": if_unknown(definition, lambda path: api.put(path, changes, tenant=tenant)),
        "a put": if_unknown(definition, lambda _path: api.put(value, VALUE, tenant=tenant)),
        "the delete of a value": if_unknown(definition, lambda _path: api.delete(value, tenant=tenant)),
        "a patch": if_unknown(group, lambda path: api.patch(path, PATCH, tenant=tenant)),
        "a refresh": if_unknown(group, lambda path: api.post(f"{path}/refresh", tenant=tenant)),
        "the delete of a definition": if_unknown(definition, lambda path: api.delete(path, tenant=tenant)),
        "the delete of a group": if_unknown(group, lambda path: api.delete(path, tenant=tenant)),
    }
    _leaves(api, twin, writes)


def _is_twins(answer: Answer, twin: Furnished) -> bool:
    """Is an id unknown here, or does it lead to the twin's own thing."""
    return not answer.ok or record(answer).get("name") in twin.names
