"""Operations 7 to 10: users' values (contract.md, section 3)."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import DEFINITIONS, Json, a_definition, all_items, created, ids, refused, seeded

FAVOURITE_COLOUR = "64f666666666666666666666"
GIFT_WRAP = "64f999999999999999999999"
UNKNOWN = "64f000000000000000000000"
GRACE = "64f222222222222222222222"


def at(definition_id: str, user_id: str) -> str:
    return f"{DEFINITIONS}/{definition_id}/user/{user_id}"


def put(api: Api, definition_id: str, user_id: str, value: Any) -> Json:
    return created(api.put(at(definition_id, user_id), {"attribute": {"value": value}}))


def define(api: Api, type_: str, slug: str = "hat-size") -> str:
    return str(created(api.post(DEFINITIONS, a_definition(slug, type=type_)))["_id"])


def held(api: Api, user_id: str, **query: Any) -> list[Any]:
    return all_items(api, f"/user_attribute/user/{user_id}", **query)


# --- values -----------------------------------------------------------------------------------------

DEEP: Any = {}
for level in range(50):
    DEEP = {"in": DEEP} if level % 2 else [DEEP]

FITTING: dict[str, list[Any]] = {
    "string": ["", " ", "0", "null", "größer 👒\u0000\u2028", "x" * 100_000],
    "number": [
        *(0, -1, 2**53 + 1, 2**63, 2**80, -(2**80), 10**300),
        *(0.1, -0.5, 5e-324, 1.7976931348623157e308, 1e16, 12345678.901234567),
    ],
    "boolean": [False, True],
    "date": ["2024-02-29", "0001-01-01", "9999-12-31"],
    "datetime": [
        "2024-05-01T09:30:00Z",
        "2024-05-01T09:30:00.123456789+05:30",
        "2024-05-01t09:30:00z",
        "2016-12-31T23:59:60Z",
        "1985-04-12T23:20:50.5-00:00",
    ],
    "list": [[], [""], ["a", "a", "ü"], ["x"] * 1000],
    "object": [{}, {"": None}, {"a": [1, 2.5, {"b": False}], "ключ": 2**80}, {"$ref": "#/x", "__proto__": 1}, DEEP],
}
UNFIT: dict[str, list[Any]] = {
    "string": [0, False, [], {}, 1.5],
    "number": ["", "1", True, False, [], {}],
    "boolean": [0, 1, "true", "", [], {}],
    "date": ["", "2024-02-30", "2024-2-3", "20240203", "2024-05-01T00:00:00Z", " 2024-05-01", "٢٠٢٤-05-01", 20240501],
    "datetime": ["", "2024-05-01", "2024-05-01T09:30:00", "2024-05-01 09:30:00Z", "2024-05-01T25:00:00Z", 1714555800],
    "list": ["", "a,b", {}, 0],
    "object": ["", "{}", [], 0, False],
}


@pytest.mark.parametrize("type_", FITTING)
def test_a_value_of_every_type_reads_back_equal(api: Api, type_: str) -> None:
    """ATT-01, ATT-06, ATT-13."""
    definition_id = define(api, type_)
    for value in FITTING[type_]:
        answer = put(api, definition_id, "u1", value)
        read = api.get(at(definition_id, "u1")).json()
        assert answer == read == held(api, "u1")[0]
        assert read["attribute"]["value"] == value
        assert type(read["attribute"]["value"]) is type(value)


@settings(derandomize=True, database=None, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=10,
        ),
    )
)
def test_any_object_reads_back_equal(api: Api, value: Json) -> None:
    """ATT-01."""
    found = api.get(DEFINITIONS, slug="anything").json()["items"]
    definition_id = found[0]["_id"] if found else define(api, "object", "anything")
    put(api, definition_id, "u1", value)
    assert api.get(at(definition_id, "u1")).json()["attribute"]["value"] == value


@pytest.mark.parametrize("type_", UNFIT)
def test_a_value_that_does_not_fit_the_type_is_refused_and_the_stored_one_stays(api: Api, type_: str) -> None:
    """ATT-10."""
    definition_id = define(api, type_)
    before = put(api, definition_id, "u1", FITTING[type_][0])
    for value in UNFIT[type_]:
        for user_id in ("u1", "u2"):
            answer = api.put(at(definition_id, user_id), {"attribute": {"value": value}})
            assert refused(answer) == ["body.attribute.value"], value
            assert '"hat-size"' in answer.json()["message"]
    assert api.get(at(definition_id, "u1")).json() == before
    assert held(api, "u2") == []


WITHOUT_A_VALUE: list[tuple[Any, str]] = [
    ({"attribute": {"value": None}}, "body.attribute.value"),
    ({"attribute": {"value": [1]}}, "body.attribute.value"),
    ({"attribute": {"value": ["a", None]}}, "body.attribute.value"),
    ({"attribute": {}}, "body.attribute.value"),
    ({"attribute": {"key": "favourite_colour"}}, "body.attribute.value"),
    ({"attribute": None}, "body.attribute"),
    ({"attribute": "teal"}, "body.attribute"),
    ({"value": "teal"}, "body.attribute"),
    ({}, "body.attribute"),
    ([], "body"),
]


def test_a_put_without_a_value_is_refused(api: Api) -> None:
    """ATT-11, ATT-14."""
    before = api.get(at(FAVOURITE_COLOUR, GRACE)).json()
    for body, field in WITHOUT_A_VALUE:
        assert refused(api.put(at(FAVOURITE_COLOUR, GRACE), body)) == [field], body
    assert refused(api.request("PUT", at(FAVOURITE_COLOUR, GRACE))) == ["body"]
    assert api.get(at(FAVOURITE_COLOUR, GRACE)).json() == before


def test_unknown_properties_of_a_put_are_ignored(api: Api) -> None:
    body = {"attribute": {"value": "red", "key": "other", "x": 1}, "user_id": "u9", "updated_by": "me", "_id": "x"}
    record = created(api.put(at(FAVOURITE_COLOUR, "u1"), body))
    assert record["attribute"] == {"key": "favourite_colour", "value": "red"}
    assert (record["user_id"], record["updated_by"]) == ("u1", "platform")
    assert record["_id"] != "x"


# --- the record -------------------------------------------------------------------------------------


@pytest.mark.parametrize("user_id", ["u1", "größe/☂ %41?#", "0", " ", "..."])
def test_an_attribute_says_whose_it_is_and_of_what(api: Api, user_id: str) -> None:
    """ATT-02, ATT-03."""
    encoded = "".join(f"%{byte:02X}" for byte in user_id.encode())
    record = put(api, FAVOURITE_COLOUR, encoded, "red")
    assert record == {
        "_id": record["_id"],
        "application_id": "64b000000000000000000001",
        "user_id": user_id,
        "user_attribute_definition_id": FAVOURITE_COLOUR,
        "attribute": {"key": "favourite_colour", "value": "red"},
        "type": "string",
        "updated_by": "platform",
        "customer_overridden": False,
    }
    assert len(record["_id"]) == 24
    assert held(api, encoded) == [record]


def test_writing_over_a_customers_own_value_makes_it_the_platforms(make_api: MakeApi, tmp_path: Path) -> None:
    value = {"user_id": "u1", "definition": "d", "value": "mine", "updated_by": "u1", "customer_overridden": True}
    definition = {"_id": "d1", "name": "D", "slug": "d", "type": "string"}
    api = seeded(make_api, tmp_path, definitions=[definition], values=[value])
    before = api.get(at("d1", "u1")).json()
    assert (before["updated_by"], before["customer_overridden"]) == ("u1", True)
    after = put(api, "d1", "u1", "ours")
    assert (after["updated_by"], after["customer_overridden"]) == ("platform", False)


def test_a_second_put_replaces_the_value_and_keeps_the_id(api: Api) -> None:
    """ATT-04, ATT-05, ATT-13."""
    first = put(api, FAVOURITE_COLOUR, "u1", "red")
    put(api, GIFT_WRAP, "u1", True)
    second = put(api, FAVOURITE_COLOUR, "u1", "blue")
    assert second["_id"] == first["_id"]
    assert [item["attribute"]["value"] for item in held(api, "u1")] == ["blue", True]


def test_a_list_holds_one_users_attributes_only(api: Api) -> None:
    """ATT-06."""
    mine = [put(api, FAVOURITE_COLOUR, "u1", "red"), put(api, GIFT_WRAP, "u1", False)]
    put(api, FAVOURITE_COLOUR, "u2", "blue")
    assert held(api, "u1") == mine
    assert len({*ids(held(api, "u1")), *ids(held(api, "u2")), *ids(held(api, GRACE))}) == 5


# --- deletion, and what is not there ----------------------------------------------------------------


def test_a_deleted_attribute_is_gone_and_others_stay(api: Api) -> None:
    """ATT-07, ATT-08, ATT-09."""
    first = put(api, FAVOURITE_COLOUR, "u1", "red")
    kept = [put(api, GIFT_WRAP, "u1", True), put(api, FAVOURITE_COLOUR, "u2", "red")]
    answer = api.delete(at(FAVOURITE_COLOUR, "u1"))
    assert answer.status_code == 200
    assert answer.json()["success"] is True
    assert answer.json()["message"]
    refused(api.get(at(FAVOURITE_COLOUR, "u1")), 404)
    refused(api.delete(at(FAVOURITE_COLOUR, "u1")), 404)
    assert [*held(api, "u1"), *held(api, "u2")] == kept
    assert api.get(f"{DEFINITIONS}/{FAVOURITE_COLOUR}").status_code == 200
    assert put(api, FAVOURITE_COLOUR, "u1", "red")["_id"] != first["_id"]


def test_an_unknown_definition_is_404(api: Api) -> None:
    """ATT-09."""
    for definition_id in (UNKNOWN, "x", "favourite_colour", "%F0%9F%91%92"):
        refused(api.put(at(definition_id, "u1"), {"attribute": {"value": "red"}}), 404)
        refused(api.get(at(definition_id, "u1")), 404)
        refused(api.delete(at(definition_id, "u1")), 404)


def test_an_absent_attribute_is_404_and_the_answer_names_the_user(api: Api) -> None:
    """ATT-09."""
    for method in ("GET", "DELETE"):
        answer = api.request(method, at(FAVOURITE_COLOUR, "nobody"))
        refused(answer, 404)
        assert "nobody" in answer.json()["message"]
        assert FAVOURITE_COLOUR in answer.json()["message"]
