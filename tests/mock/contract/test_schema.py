"""What a message says that a schema takes."""

from typing import Any

import pytest

from audience_mock.contract.document import load_contract, resolve
from audience_mock.contract.schema import Schema, describe

WORDS = "letters and digits"


def message(schema: dict[str, Any], value: Any) -> str:
    (violation,) = Schema(schema).violations(value, "body")
    return violation.message


def test_a_pattern_is_said_in_the_words_of_the_contract() -> None:
    schema = {"type": "string", "minLength": 1, "pattern": "^[a-z0-9]+$", "x-pattern-description": WORDS}
    assert message(schema, "!") == 'body is "!"; send a string (letters and digits) of 1 or more characters.'


def test_a_pattern_without_words_is_shown_a_long_one_shortened() -> None:
    assert message({"type": "string", "pattern": "^a+$"}, "b") == 'body is "b"; send a string (matching ^a+$).'
    long = message({"type": "string", "pattern": f"^({'|'.join(map(str, range(1000)))})$"}, "b")
    assert long.startswith('body is "b"; send a string (matching ^(0|1|')
    assert long.endswith("…).")
    assert len(long) < 120


@pytest.mark.parametrize(("format_", "bits"), [("int32", 32), ("int64", 64)])
def test_the_format_of_an_integer_bounds_it(format_: str, bits: int) -> None:
    schema = Schema({"type": "integer", "format": format_, "nullable": True})
    edge = 2 ** (bits - 1)
    for value in (0, None, edge - 1, -edge):
        assert schema.violations(value, "body") == []
    for value in (edge, -edge - 1):
        (violation,) = schema.violations(value, "body")
        assert violation.message == f"body is {value}; send a whole number or null, {-edge} to {edge - 1}."


def test_a_bound_of_the_contract_stays_beside_the_format() -> None:
    assert message({"type": "integer", "format": "int32", "minimum": 1, "maximum": 100}, 0) == (
        "body is 0; send a whole number, 1 to 100."
    )


@pytest.mark.parametrize("keyword", ["pattern", "minLength"])
def test_the_words_constrain_nothing_by_themselves(keyword: str) -> None:
    plain = {"type": "string", keyword: "^[a-z]+$" if keyword == "pattern" else 2}
    described = {**plain, "x-pattern-description": WORDS}
    for value in ("abc", "A", 5):
        assert bool(Schema(plain).violations(value, "body")) is bool(Schema(described).violations(value, "body"))


def test_no_message_about_a_string_of_the_contract_is_longer_than_a_sentence() -> None:
    contract = load_contract()
    strings = {
        name: schema
        for name, schema in resolve(contract, contract["components"]["schemas"]).items()
        if schema.get("type") == "string"
    }
    assert len(strings) > 3
    assert [name for name, schema in strings.items() if len(describe(schema)) > 160] == []
