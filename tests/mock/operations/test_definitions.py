"""Operations 1 to 5: definitions (contract.md, section 3)."""

from pathlib import Path
from typing import Any

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import DEFINITIONS, Json, a_definition, all_items, created, ids, moment, refused, seeded

FAVOURITE_COLOUR = f"{DEFINITIONS}/64f666666666666666666666"
UNKNOWN = f"{DEFINITIONS}/64f000000000000000000000"
TYPES = ("string", "number", "boolean", "date", "datetime", "list", "object")
LOCKED = {"_id": "locked", "name": "Tax number", "slug": "tax-number", "type": "string", "is_locked": True}


def create(api: Api, **fields: Any) -> Json:
    return created(api.post(DEFINITIONS, a_definition(**fields)))


def value_of(definition: Json, user_id: str = "u1") -> str:
    return f"{DEFINITIONS}/{definition['_id']}/user/{user_id}"


# --- creation ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", TYPES)
def test_a_created_definition_reads_back(api: Api, type_: str) -> None:
    """DEF-01, DEF-02."""
    body = a_definition(type=type_)
    record = created(api.post(DEFINITIONS, body))
    assert body.items() <= record.items()
    assert api.get(f"{DEFINITIONS}/{record['_id']}").json() == record
    assert record in all_items(api, DEFINITIONS)


def test_a_new_definition_has_the_documented_defaults(api: Api) -> None:
    """DEF-15, FMT-11."""
    body = a_definition()
    record = create(api)
    defaults = {"encrypted", "pinned", "customer_editable", "is_locked"}
    assert {field: record[field] for field in defaults} == dict.fromkeys(defaults, False)
    assert (record["validations"], record["default_value"], record["pin_order"]) == ([], None, 0)
    assert record["created_at"] == record["modified_at"]
    assert moment(record["created_at"])
    assert len(record["_id"]) == 24
    assert int(record["_id"], 16)
    other = {"_id", "validations", "default_value", "pin_order", "created_at", "modified_at"}
    assert set(record) == set(body) | defaults | other


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x"},
        {"name": "Größe 👒 ", "description": "帽子"},
        {"name": "n" * 255, "description": "👒" * 255, "slug": "s" * 255},
        {"slug": "0"},
        {"slug": "A_-9"},
    ],
)
def test_texts_of_1_to_255_characters_are_kept_as_typed(api: Api, fields: Json) -> None:
    assert fields.items() <= create(api, **fields).items()


def test_unknown_properties_are_ignored(api: Api) -> None:
    record = create(api, is_locked=True, _id="mine", colour="red", pinned="?", created_at="1999-01-01")
    assert record["is_locked"] is False
    assert record["pinned"] is False
    assert record["_id"] != "mine"
    assert "colour" not in record
    assert record["created_at"] == record["modified_at"] > "2024"


def test_a_taken_slug_is_refused(api: Api) -> None:
    """DEF-13, DEF-16."""
    first = create(api)
    before = all_items(api, DEFINITIONS)
    answer = api.post(DEFINITIONS, a_definition(name="Other", type="number"))
    assert refused(answer) == ["body.slug"]
    assert '"hat-size"' in answer.json()["message"]
    assert first["_id"] in answer.json()["message"]
    assert all_items(api, DEFINITIONS) == before


def test_a_slug_is_free_in_another_case_and_after_its_definition_is_deleted(api: Api) -> None:
    first = create(api)
    create(api, slug="HAT-size")
    api.delete(f"{DEFINITIONS}/{first['_id']}")
    assert create(api)["_id"] != first["_id"]


# --- update -----------------------------------------------------------------------------------------


def test_a_type_that_a_stored_value_does_not_fit_is_refused(api: Api) -> None:
    """DEF-20: neither the definition nor the value changes."""
    record = create(api)
    created(api.put(value_of(record), {"attribute": {"value": "2024-05-01"}}))
    created(api.put(value_of(record, "u2"), {"attribute": {"value": "large"}}))
    path = f"{DEFINITIONS}/{record['_id']}"
    answer = api.put(path, {"type": "date", "name": "New"})
    assert refused(answer) == ["body.type"]
    assert "large" in answer.json()["message"]
    assert api.get(path).json() == record
    api.delete(value_of(record, "u2"))
    assert api.put(path, {"type": "date"}).json()["type"] == "date"
    value = api.get(value_of(record)).json()
    assert (value["attribute"]["value"], value["type"]) == ("2024-05-01", "date")


def test_a_type_may_change_while_nobody_holds_a_value(api: Api) -> None:
    path = f"{DEFINITIONS}/{create(api)['_id']}"
    for type_ in (*reversed(TYPES), "string"):
        assert api.put(path, {"type": type_}).json()["type"] == type_


# --- deletion ---------------------------------------------------------------------------------------


def test_a_deleted_definition_is_gone(api: Api) -> None:
    """DEF-07, DEF-18, DEF-19."""
    record = create(api)
    path = f"{DEFINITIONS}/{record['_id']}"
    answer = api.delete(path)
    assert answer.status_code == 200
    assert answer.json()["success"] is True
    assert record["_id"] in answer.json()["message"]
    assert record["_id"] not in ids(all_items(api, DEFINITIONS))
    for method in ("GET", "DELETE"):
        refused(api.request(method, path), 404)
    refused(api.put(path, {"name": "New"}), 404)


def test_a_deleted_definition_takes_its_values_along_and_no_others(api: Api) -> None:
    """DEF-17."""
    gone, kept = create(api, slug="gone", name="Gone"), create(api, slug="kept")
    for record in (gone, kept):
        for user_id in ("u1", "u2"):
            created(api.put(value_of(record, user_id), {"attribute": {"value": "x"}}))
    api.delete(f"{DEFINITIONS}/{gone['_id']}")
    for user_id in ("u1", "u2"):
        refused(api.get(value_of(gone, user_id)), 404)
        held = all_items(api, f"/user_attribute/user/{user_id}")
        assert [item["attribute"]["key"] for item in held] == ["kept"]
    assert all_items(api, "/user_attribute/user/u1", name="gone") == []
    refused(api.get(value_of(create(api, slug="gone"))), 404)


# --- locks ------------------------------------------------------------------------------------------


def test_a_locked_definition_refuses_update_and_delete_but_takes_values(make_api: MakeApi, tmp_path: Path) -> None:
    """DEF-14, DEF-20."""
    api = seeded(make_api, tmp_path, definitions=[LOCKED])
    path = f"{DEFINITIONS}/locked"
    before = api.get(path).json()
    for answer in (api.put(path, {"name": "New"}), api.put(path, {"is_locked": False}), api.delete(path)):
        assert refused(answer) == ["path.definition_id"]
        assert "Tax number" in answer.json()["message"]
    assert api.get(path).json() == before
    created(api.put(f"{path}/user/u1", {"attribute": {"value": "DE123"}}))
    assert api.delete(f"{path}/user/u1").status_code == 200


# --- reading ---------------------------------------------------------------------------------------


def test_reading_changes_nothing(api: Api) -> None:
    """GET-01."""
    before = all_items(api, DEFINITIONS)
    for _ in range(2):
        api.get(FAVOURITE_COLOUR)
        api.get(DEFINITIONS, name="o", pinned=True)
        refused(api.get(UNKNOWN), 404)
    assert all_items(api, DEFINITIONS) == before
