"""What generators, importers and readers need of openapi.yaml; `make clients` tries it with real ones."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from connexion.spec import OpenAPISpecification
from hypothesis import given
from hypothesis import strategies as st
from tests.yaml_files import contract

CONTRACT: dict[str, Any] = contract()
SCHEMAS: dict[str, dict[str, Any]] = CONTRACT["components"]["schemas"]
FILE_URL = SCHEMAS["FileUrl"]
IS_URI = jsonschema_rs.Draft4Validator({"type": "string", "format": "uri"}, validate_formats=True)
IS_FILE_URL = jsonschema_rs.Draft4Validator({"pattern": FILE_URL["pattern"]})


def parts(place: str, schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and all schemas inside it, each with its place."""
    yield place, schema
    for name, below in schema.get("properties", {}).items():
        yield from parts(f"{place}.{name}", below)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from parts(f"{place}.{keyword}", schema[keyword])
    for keyword in ("oneOf", "allOf", "anyOf"):
        for place_in_list, below in enumerate(schema.get(keyword, ())):
            yield from parts(f"{place}.{keyword}.{place_in_list}", below)


ALL = [part for name, schema in SCHEMAS.items() for part in parts(name, schema)]


def test_connexion_accepts_the_contract() -> None:
    """It validates the contract here, and not at each start of a mock."""
    assert OpenAPISpecification.load(contract()).version == (3, 0, 3)


def test_every_schema_and_every_property_has_a_description() -> None:
    properties = [
        (f"{place}.{name}", below) for place, schema in ALL for name, below in schema.get("properties", {}).items()
    ]
    assert len(properties) > 100
    assert [
        place for place, below in (*SCHEMAS.items(), *properties) if not {"$ref", "description"} & below.keys()
    ] == []


def test_every_number_has_a_format() -> None:
    """Else Go reads a number as float32, and 16777217 as 16777216."""
    numbers = [(place, schema) for place, schema in ALL if schema.get("type") in {"number", "integer"}]
    formats = {"number": {"double"}, "integer": {"int32", "int64"}}
    assert [place for place, schema in numbers if schema.get("format") not in formats[schema["type"]]] == []


def test_every_object_says_that_it_is_open() -> None:
    """Else TypeScript reads `{type: object}` as an object without properties."""
    objects = [(place, schema) for place, schema in ALL if schema.get("type") == "object" and ".allOf." not in place]
    assert [place for place, schema in objects if "additionalProperties" not in schema] == []
    assert SCHEMAS["RefusedError"]["additionalProperties"] is True


def test_every_enum_and_every_object_has_a_name() -> None:
    """Else a generator numbers them: Error1, Item, Type."""
    inside = [(place, schema) for place, schema in ALL if "." in place and ".allOf." not in place]
    unnamed = {place for place, schema in inside if "enum" in schema or schema.get("type") == "object"}
    assert unnamed == {"ApiError.success"}  # a constant, which needs no name


@given(st.from_regex(FILE_URL["pattern"], fullmatch=True))
def test_a_text_of_the_pattern_of_file_urls_is_a_uri(text: str) -> None:
    assert IS_URI.is_valid(text)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("https://files.example.com/users.csv", True),
        ("HTTP://user:pass@[2001:db8::1]:8080/a%20b?c=d#e", True),
        ("http://127.0.0.1:4010", True),
        ("data:text/csv,user_id%0A1", True),
        ("DATA:Text/CSV;charset=utf-8;base64,dXNlcl9pZA==", True),
        ("data:text/csv,\x03\u0423", False),
        ("data:text/csv;user_id", False),
        ("data:text/plain,user_id", False),
        ("http:/users.csv", False),
        ("http://", False),
        ("http://files.example.com/two words.csv", False),
        ("http://[1::2::3]/", False),
        ("http://files.example.com/#a#b", False),
        ("ftp://files.example.com/users.csv", False),
        ("users.csv", False),
    ],
)
def test_the_pattern_of_file_urls_says_all(text: str, *, fits: bool) -> None:
    assert IS_FILE_URL.is_valid(text) is fits
    assert IS_URI.is_valid(text) or not fits
