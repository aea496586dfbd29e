"""Checks of `x-source`: every constraint has a source."""

from collections.abc import Iterator
from typing import Any

from audience_conformance.contract.sources import FIELD, SOURCES, source_of, sourced_objects
from audience_conformance.lint.document import Document, Problem
from audience_conformance.lint.show import show
from audience_conformance.lint.walk import Node, Pointer

# Fields of a schema that reject no value, and its `x-` fields. Every other field constrains, known to OpenAPI or not.
_DESCRIBING = frozenset(
    {"title", "description", "example", "externalDocs", "xml", "deprecated", "type", "properties", "items", "nullable"}
)

# Fields of other objects that constrain a request or response.
_CONSTRAINING = {
    "parameter": frozenset({"required", "style", "explode", "allowReserved", "allowEmptyValue"}),
    "header": frozenset({"required", "style", "explode"}),
    "request body": frozenset({"required"}),
}

# Values with which a field constrains nothing.
_VOID: dict[str, tuple[Any, ...]] = {
    "additionalProperties": (True, {}),
    "allowEmptyValue": (False,),
    "allowReserved": (False,),
    "exclusiveMaximum": (False,),
    "exclusiveMinimum": (False,),
    "minItems": (0,),
    "minLength": (0,),
    "minProperties": (0,),
    "readOnly": (False,),
    "required": ([], False),
    "uniqueItems": (False,),
    "writeOnly": (False,),
}


def constraint_source(document: Document) -> Iterator[Problem]:
    sourced = list(sourced_objects(document.data))
    if not sourced:
        return
    for pointer, value in sourced:
        yield from _invalid_sources(document, (*pointer, FIELD), value[FIELD])
    for node in document.nodes:
        for keyword in _constraints(node):
            if source_of(document.data, node.pointer, keyword) is None:
                fix = f"add x-source: {{{keyword}: one of {', '.join(SOURCES)}}}"
                line = document.line((*node.pointer, keyword))
                yield line, f"{keyword}: {show(node.value[keyword])} has no source; {fix}"


def _invalid_sources(document: Document, pointer: Pointer, value: object) -> Iterator[Problem]:
    choices = ", ".join(SOURCES)
    if isinstance(value, dict):
        for keyword, source in value.items():
            if source not in SOURCES:
                line = document.line((*pointer, keyword))
                yield line, f"the source {show(source)} of {keyword} is not one of {choices}"
    elif value not in SOURCES:
        text = f"x-source is {show(value)}; write one of {choices}, or a mapping of keywords to them"
        yield document.line(pointer), text


def _constraints(node: Node) -> Iterator[str]:
    """Yield the keywords of the object that constrain what is valid."""
    if "$ref" in node.value:
        return
    for keyword, value in node.value.items():
        if node.kind == "schema":
            constrains = keyword not in _DESCRIBING and not keyword.startswith("x-")
        else:
            constrains = keyword in _CONSTRAINING.get(node.kind, ())
        if constrains and not any(value == void and type(value) is type(void) for void in _VOID.get(keyword, ())):
            yield keyword
