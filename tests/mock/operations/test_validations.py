"""Validations of a definition, which only a seed can set: what passes and what is refused (ATT-15)."""

from pathlib import Path
from typing import Any

import pytest
from tests.mock.conftest import MakeApi
from tests.mock.helpers import DEFINITIONS, Json, created, csv_of, refused, seeded

from audience_mock.seeds import SeedProblem

PATH = f"{DEFINITIONS}/d/user/u1"
CASES: list[tuple[str, str, Any, list[Any], list[Any]]] = [
    ("number", "min", 3, [3, 3.0, 4, 10**30], [2, 2.999, -5]),
    ("number", "max", 3, [3, 2, -(10**30)], [4, 3.001]),
    ("date", "min", "2024-05-01", ["2024-05-01", "2025-01-01"], ["2024-04-30", "1999-12-31"]),
    (
        "datetime",
        "max",
        "2024-05-01T00:00:00Z",
        ["2024-05-01T00:00:00Z", "2024-05-01T01:00:00+01:00", "2024-04-30T19:00:00-05:00"],
        ["2024-05-01T00:00:01Z", "2024-05-01T00:30:00-00:30", "2024-04-30T23:00:00-05:00"],
    ),
    ("string", "min_length", 2, ["ab", "äö", "👒👒"], ["", "a", "👒"]),
    ("string", "max_length", 2, ["", "ab", "👒👒"], ["abc"]),
    ("list", "min_length", 1, [["a"], ["a", "b"]], [[]]),
    ("list", "max_length", 1, [[], ["a"]], [["a", "b"]]),
    ("string", "regex", "^[A-Z]{2}[0-9]+$", ["DE1"], ["", "de1", "DE", "xDE1"]),
    ("list", "regex", "^a", [[], ["a", "ab"]], [["a", "b"]]),
    ("string", "one_of", ["s", "m"], ["s", "m"], ["", "S", "l", "sm"]),
    ("list", "one_of", ["s", "m"], [[], ["s"], ["m", "s", "m"]], [["s", "l"], [""]]),
    ("number", "one_of", [], [], [1]),
]


def definition(type_: str, *validations: Json) -> Json:
    return {"_id": "d", "name": "Size", "slug": "size", "type": type_, "validations": list(validations)}


@pytest.mark.parametrize(("type_", "rule", "bound", "passing", "failing"), CASES)
def test_a_validation_accepts_valid_values_and_refuses_the_rest(
    make_api: MakeApi, tmp_path: Path, type_: str, rule: str, bound: Any, passing: list[Any], failing: list[Any]
) -> None:
    """ATT-15, ATT-10."""
    api = seeded(make_api, tmp_path, definitions=[definition(type_, {"type": rule, "value": bound})])
    for value in passing:
        assert created(api.put(PATH, {"attribute": {"value": value}}))["attribute"]["value"] == value
    for value in failing:
        answer = api.put(PATH, {"attribute": {"value": value}})
        assert refused(answer) == ["body.attribute.value"], value
        assert '"size"' in answer.json()["message"]
    if passing:
        assert api.get(PATH).json()["attribute"]["value"] == passing[-1]


def test_a_value_has_to_pass_every_validation(make_api: MakeApi, tmp_path: Path) -> None:
    """ATT-15; BLK-05: in a bulk update too, which is then not queued."""
    low, high = {"type": "min", "value": 0}, {"type": "max", "value": 9}
    api = seeded(make_api, tmp_path, definitions=[definition("number", low, high)])
    body = {"file_url": csv_of(["u1"]), "attributes": [{"key": "size", "value": -1}]}
    assert refused(api.patch("/user_attribute/bulk_update", body)) == ["body.attributes.0.value"]
    api.settle()
    refused(api.get(PATH), 404)
    statuses = [api.put(PATH, {"attribute": {"value": n}}).status_code for n in (-1, 0, 9, 10)]
    assert statuses == [400, 201, 201, 400]


def test_validations_stay_after_an_update(make_api: MakeApi, tmp_path: Path) -> None:
    rule = {"type": "max_length", "value": 2}
    api = seeded(make_api, tmp_path, definitions=[definition("string", rule)])
    assert api.put(f"{DEFINITIONS}/d", {"name": "New", "type": "list"}).json()["validations"] == [rule]
    refused(api.put(PATH, {"attribute": {"value": ["a", "b", "c"]}}))


@pytest.mark.parametrize(
    "invalid",
    [
        {},
        {"type": "min"},
        {"value": 3},
        {"type": "min_length", "value": "2"},
        {"type": "max_length", "value": ["a"]},
        {"type": "regex", "value": "["},
        {"type": "regex", "value": 5},
        {"type": "one_of", "value": 5},
        {"type": "one_of", "value": "abc"},
    ],
)
def test_an_invalid_validation_is_refused_with_its_seed(make_api: MakeApi, tmp_path: Path, invalid: Json) -> None:
    """FMT-04: otherwise every value of the definition would be a 500."""
    with pytest.raises(SeedProblem):
        seeded(make_api, tmp_path, definitions=[definition("string", invalid)])
