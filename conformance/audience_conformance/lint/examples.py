"""Checks that examples exist and match their schemas."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import jsonschema_rs

from audience_conformance.lint.document import Document, Found, Problem
from audience_conformance.lint.reasons import MASK, reasons
from audience_conformance.lint.references import MOST_REFERENCES, follow
from audience_conformance.lint.schemas import StandAlone, TooDeepError, stand_alone
from audience_conformance.lint.structure import openapi
from audience_conformance.lint.walk import Node, Pointer, mapping


def example_present(document: Document) -> Iterator[Problem]:
    for node in document.nodes:
        # Not the content of a parameter or header: the name explains its value.
        if node.kind in ("request body", "response"):
            for name, media_type in mapping(node.value.get("content")).items():
                if not mapping(media_type).get("examples") and "example" not in mapping(media_type):
                    line = document.line((*node.pointer, "content", name))
                    yield line, f"the {name} of this {node.kind} has no example; add one under examples"


class Case(NamedTuple):
    """A value that must match a schema, both with their pointers."""

    pointer: Pointer
    value: Any
    schema: Found


def example_valid(document: Document) -> Iterator[Problem]:
    validators: dict[Pointer, jsonschema_rs.Draft4Validator | None] = {}
    for case in _cases(document):
        if case.schema.pointer not in validators:
            validators[case.schema.pointer] = None
            try:
                converted = stand_alone(document, case.schema)
            except TooDeepError:
                text = f"the schema is more than {MOST_REFERENCES} references deep, so its examples are not checked"
                yield document.line(case.schema.pointer), text
                continue
            try:
                validators[case.schema.pointer] = _validator(converted)
            except jsonschema_rs.ValidationError as error:
                yield from _unusable(document, converted, error)
        validator = validators[case.schema.pointer]
        if validator:
            yield from _mismatches(document, case, validator)


def _mismatches(document: Document, case: Case, validator: jsonschema_rs.Draft4Validator) -> Iterator[Problem]:
    schema_line = document.line(case.schema.pointer)
    for error in validator.iter_errors(case.value):
        for place, message in reasons(error):
            yield document.line((*case.pointer, *place)), f"{message} (schema: line {schema_line})"


def _unusable(document: Document, converted: StandAlone, error: jsonschema_rs.ValidationError) -> Iterator[Problem]:
    for place, message in reasons(error):
        line = document.line(converted.pointer(place))
        if line not in [reported for reported, _ in openapi(document)]:
            yield line, f"the schema is not usable for checking examples: {message}"


def _validator(converted: StandAlone) -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator(
        converted.schema,
        formats={"date": _is_date},  # the only format of OpenAPI that draft 4 lacks
        validate_formats=True,
        mask=MASK,
    )


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def _cases(document: Document) -> Iterator[Case]:
    for node in document.nodes:
        if node.kind == "schema" and "$ref" not in node.value:
            for key in ("example", "default"):
                if key in node.value:
                    yield Case((*node.pointer, key), node.value[key], Found(node.pointer, node.value))
        elif node.kind in ("parameter", "header", "media type") and "schema" in node.value:
            schema = follow(document, node.value["schema"], (*node.pointer, "schema"))
            if schema:  # else ref-resolves reports it
                yield from (Case(pointer, value, schema) for pointer, value in _examples(document, node))


def _examples(document: Document, node: Node) -> Iterator[tuple[Pointer, Any]]:
    values = [((*node.pointer, "example"), node.value["example"])] if "example" in node.value else []
    for name, example in mapping(node.value.get("examples")).items():
        found = follow(document, example, (*node.pointer, "examples", name))
        if found and "value" in mapping(found.value):
            values.append(((*found.pointer, "value"), found.value["value"]))
    # Under a media type other than JSON a string is the raw body, not a value.
    is_raw = node.kind == "media type" and "json" not in str(node.pointer[-1]).lower()
    return ((pointer, value) for pointer, value in values if not (is_raw and isinstance(value, str)))
