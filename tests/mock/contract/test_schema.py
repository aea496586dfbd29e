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
