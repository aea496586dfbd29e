"""Creation and update of definitions and groups alike: fields, refusals, and that nothing else changes."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from tests.mock.conftest import Api
from tests.mock.helpers import DEFINITIONS, GROUPS, Json, a_definition, a_group, all_items, created, moment, refused


class Resource(NamedTuple):
    """A resource, and requests to it: the fields of invalid creations, valid and invalid updates."""

    path: str
    existing: str
    """The id of a record of the documents' seed."""
    body: Callable[[], Json]
    method: str
    wrong: list[Json]
    changes: list[Json]
    wrong_changes: list[Json]
    ignored: list[Json]
    """Updates without any field that can be changed."""


RESOURCES = {
    "definitions": Resource(
        DEFINITIONS,
        "64f666666666666666666666",
        a_definition,
        "PUT",
        [
            *({field: ""} for field in ("name", "description")),
            *({field: "x" * 256} for field in ("name", "slug", "description")),
            *({"slug": slug} for slug in ("-a", "_a", "a b", "a.b", "é", "a\n", "a/b")),
            *({"type": type_} for type_ in ("text", "String", "integer", "array", "null")),
            {"name": "", "slug": "é", "type": "text"},
        ],
        [{"type": "list"}, {"customer_editable": True}, {"name": "N", "type": "object", "customer_editable": True}],
        [
            {"name": ""},
            {"name": None},
            {"description": "x" * 256},
            {"type": "text"},
            {"customer_editable": "true"},
            {"customer_editable": None},
        ],
        [{}, {"slug": "new"}, {"pinned": False, "is_locked": True, "_id": "x"}],
    ),
    "groups": Resource(
        GROUPS,
        "64f111111111111111111111",
        lambda: a_group(["u1"]),
        "PATCH",
        [
            *({field: ""} for field in a_group()),
            *({field: "x" * 256} for field in ("name", "description")),
            *({"category": category} for category in ("gold", "L1", "l4")),
            *(
                {"file_url": url}
                for url in ("users.csv", "ftp://a/b", "data:text/plain,a", "http://a b", "file:///etc")
            ),
        ],
        [],
        [{"name": ""}, {"name": None}, {"description": 1}, {"file_url": "x"}, {"file_url": None}],
        [{}, {"category": "l3"}, {"status": "failed", "tags": ["x"], "uid": 9, "is_active": False}],
    ),
}
CHANGES: list[Json] = [{"name": "New"}, {"description": "Neu 👒"}, {"name": "New", "description": "New"}]
EVERY_RESOURCE = pytest.mark.parametrize("resource", RESOURCES.values(), ids=RESOURCES)


@EVERY_RESOURCE
def test_a_refused_creation_names_its_fields_and_stores_nothing(api: Api, resource: Resource) -> None:
    """DEF-16, GRP-16, FMT-05, FMT-06, ERR-03: every field is required."""
    before, body = all_items(api, resource.path), resource.body()
    for fields in [*resource.wrong, *({field: wrong} for field in body for wrong in (None, 5))]:
        assert set(refused(api.post(resource.path, {**body, **fields}))) == {f"body.{field}" for field in fields}, (
            fields
        )
    for missing in body:
        sent = {field: value for field, value in body.items() if field != missing}
        assert refused(api.post(resource.path, sent)) == [f"body.{missing}"]
    assert refused(api.request("POST", resource.path)) == ["body"]
    assert all_items(api, resource.path) == before


@EVERY_RESOURCE
def test_an_update_changes_what_it_names_and_nothing_else(api: Api, resource: Resource) -> None:
    """DEF-04, DEF-05, DEF-06, GRP-04, GRP-05, GRP-06: `__v` counts the updates of a group."""
    path = f"{resource.path}/{created(api.post(resource.path, resource.body()))['_id']}"
    api.settle()
    users = api.get(f"{path}/users").json()
    for changes in [*CHANGES, *resource.changes]:
        old = api.get(path).json()
        answer = api.request(resource.method, path, json=changes)
        assert answer.status_code == 200
        new = answer.json()
        counted = {"__v": old["__v"] + 1} if "__v" in old else {}
        assert new == {**old, **changes, **counted, "modified_at": new["modified_at"]}
        assert moment(new["modified_at"]) > moment(old["modified_at"])
        assert api.get(path).json() == new
        assert api.get(f"{path}/users").json() == users


@EVERY_RESOURCE
def test_an_update_that_is_refused_or_names_no_field_changes_nothing(api: Api, resource: Resource) -> None:
    """DEF-20, GRP-19, FMT-05."""
    path = f"{resource.path}/{resource.existing}"
    before = api.get(path).json()
    for changes in resource.wrong_changes:
        answer = api.request(resource.method, path, json={"name": "Right", "description": "Right", **changes})
        assert set(refused(answer)) == {f"body.{field}" for field in changes}
    assert refused(api.request(resource.method, path)) == ["body"]
    for body in resource.ignored:
        answer = api.request(resource.method, path, json=body)
        assert (answer.status_code, answer.json()) == (200, before)
    api.settle()
    assert api.get(path).json() == before


@EVERY_RESOURCE
def test_an_unknown_id_is_404_and_named_in_the_message(api: Api, resource: Resource) -> None:
    """DEF-08, GRP-08."""
    path = f"{resource.path}/64f000000000000000000000"
    requests = [("GET", ""), ("DELETE", ""), (resource.method, "")]
    requests += [("GET", "/users"), ("POST", "/refresh")] if resource.path == GROUPS else []
    for method, below in requests:
        answer = api.request(method, f"{path}{below}", json={"name": "New"} if method == resource.method else None)
        refused(answer, 404)
        assert "64f000000000000000000000" in answer.json()["message"]
