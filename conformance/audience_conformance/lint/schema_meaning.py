"""Checks of schemas beyond their shape: the rules of openapi-spec-validator, for any number and depth of schemas."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from openapi_schema_validator import OAS30Validator

from audience_conformance.lint.document import Document, Found, Problem
from audience_conformance.lint.reasons import MASK, reasons
from audience_conformance.lint.references import follow
from audience_conformance.lint.show import show
from audience_conformance.lint.walk import Node, Pointer, mapping, sequence


def schema_problems(document: Document) -> Iterator[Problem]:
    """Check for invalid patterns, repeated members, and required properties that do not exist."""
    validator = jsonschema_rs.Draft4Validator(
        OAS30Validator.META_SCHEMA,
        formats={"regex": _is_regex},
        validate_formats=True,
        mask=MASK,
    )
    inner = set(_inner(document))
    for node in document.nodes:
        if node.kind != "schema" or "$ref" in node.value:
            continue
        if node.pointer not in inner:
            for error in () if validator.is_valid(node.value) else validator.iter_errors(node.value):
                for place, message in reasons(error):
                    yield document.line((*node.pointer, *place)), message
            yield from _undefined_properties(document, node)


def _is_regex(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _inner(document: Document) -> Iterator[Pointer]:
    """Yield the pointer of every schema inside another: openapi-spec-validator checks it with the outer one."""
    above: list[Pointer] = []
    for node in document.nodes:
        if node.kind != "schema":
            continue
        while above and node.pointer[: len(above[-1])] != above[-1]:
            above.pop()
        if above:
            yield node.pointer
        above.append(node.pointer)


def _undefined_properties(document: Document, node: Node) -> Iterator[Problem]:
    parts = sequence(node.value.get("allOf"))
    listed = sequence(node.value.get("required"))
    required = [name for name in listed if isinstance(name, str)]
    if not parts or not required:
        return
    waiting = [Found((*node.pointer, "allOf", index), part) for index, part in enumerate(parts)]
    defined = set(mapping(node.value.get("properties"))) | _properties(document, waiting)
    for name in dict.fromkeys(required):
        if name not in defined:
            line = document.line((*node.pointer, "required", listed.index(name)))
            yield (
                line,
                f"no part of the schema has the required property {show(name)}; add it to properties or correct it",
            )


def _properties(document: Document, level: list[Found]) -> set[str]:
    """Return the names of all properties that the schemas have, by themselves and through their parts."""
    names: set[str] = set()
    seen: set[Pointer] = set()
    while level:
        targets = [follow(document, found.value, found.pointer) for found in level]
        new = {found.pointer: mapping(found.value) for found in targets if found and found.pointer not in seen}
        seen.update(new)
        names.update(*(mapping(schema.get("properties")) for schema in new.values()))
        level = [part for pointer, schema in new.items() for part in _parts(pointer, schema)]
    return names


def _parts(pointer: Pointer, schema: dict[str, Any]) -> Iterator[Found]:
    for key in ("allOf", "anyOf", "oneOf"):
        for index, part in enumerate(sequence(schema.get(key))):
            yield Found((*pointer, key, index), part)
    for key in ("items", "not"):
        if key in schema:
            yield Found((*pointer, key), schema[key])
