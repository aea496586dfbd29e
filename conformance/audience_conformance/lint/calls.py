"""Checks of operations: operationIds, documented errors, and links."""

from collections.abc import Iterator

from audience_conformance.lint.document import Document, Problem
from audience_conformance.lint.operations import Operation, Parameter, operations, parameters
from audience_conformance.lint.references import find, follow
from audience_conformance.lint.show import show
from audience_conformance.lint.walk import Node, mapping, string

# These never need a 404: the tenant's ids are configuration, and any user_id may have attributes (contract, "User
# attributes").
IDS_WITHOUT_404 = frozenset({"company_id", "application_id", "user_id"})

# OpenAPI ignores header parameters with these names.
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})

# Schema keywords that accept every string.
_UNCONSTRAINING = frozenset(
    {"type", "title", "description", "example", "default", "nullable", "deprecated", "externalDocs", "xml"},
)


def operation_id(document: Document) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for node in document.nodes:
        if node.kind != "operation":
            continue
        name = node.value.get("operationId")
        line = document.line((*node.pointer, "operationId"))
        if not isinstance(name, str) or not name:
            yield line, f"{_title(node)} has no operationId; give it one, a non-empty string"
        elif name in first:
            yield line, f"the operationId {name} is already used on line {first[name]}; choose another"
        else:
            first[name] = line


def _title(node: Node) -> str:
    return f"{str(node.pointer[-1]).upper()} {node.pointer[-2]}"


def error_documented(document: Document) -> Iterator[Problem]:
    for operation in operations(document):
        line = document.line((*operation.pointer, "responses"))
        reason = _constrained_input(document, operation)
        if reason and not _documents(operation, "400"):
            yield line, f"{operation.title} takes {reason}, which may be invalid; document 400"
        for parameter in parameters(document, operation):
            if _is_id_of_resource(parameter) and not _documents(operation, "404"):
                yield line, f"{operation.title} takes {parameter.name}, which may not exist; document 404"


def _documents(operation: Operation, status: str) -> bool:
    return not mapping(operation.value.get("responses")).keys().isdisjoint({status, "4XX", "default"})


def _constrained_input(document: Document, operation: Operation) -> str:
    """Return an input of the operation that a client can get wrong, or "" if every input is valid."""
    if "requestBody" in operation.value:
        return "a body"
    for parameter in parameters(document, operation):
        ignored = parameter.place == "header" and parameter.name.lower() in _IGNORED_HEADERS
        if not ignored and _is_constrained(document, parameter):
            return f"the {parameter.place} parameter {parameter.name}"
    return ""


def _is_constrained(document: Document, parameter: Parameter) -> bool:
    # A path parameter is always present: without it the request has another path.
    if parameter.place != "path" and parameter.value.get("required") is True:
        return True
    if "content" in parameter.value:
        return True
    found = follow(document, parameter.value.get("schema"), parameter.pointer)
    schema = mapping(found.value) if found else {}
    keywords = {key for key in schema if not key.startswith("x-")}
    return schema.get("type", "string") != "string" or not keywords <= _UNCONSTRAINING


def _is_id_of_resource(parameter: Parameter) -> bool:
    name = parameter.name
    return parameter.place == "path" and name.endswith("_id") and name not in IDS_WITHOUT_404


def link_target(document: Document) -> Iterator[Problem]:
    by_id = {string(operation.value.get("operationId")): operation for operation in operations(document)}
    by_pointer = {operation.pointer: operation for operation in operations(document)}
    for node in document.nodes:
        if node.kind != "link" or "$ref" in node.value:
            continue
        if "operationId" in node.value:
            key, target = "operationId", node.value["operationId"]
            operation = by_id.get(string(target))
        else:
            key, target = "operationRef", node.value.get("operationRef")
            found = find(document, string(target))
            operation = by_pointer.get(found.pointer) if found else None
        if operation:
            yield from _unknown_parameters(document, node, operation)
        else:
            text = f"the link's {key} {show(target)} is not an operation of this file; correct it"
            yield document.line((*node.pointer, key)), text


def _unknown_parameters(document: Document, link: Node, operation: Operation) -> Iterator[Problem]:
    accepted = parameters(document, operation)
    names = [parameter.name for parameter in accepted]
    qualified = [f"{parameter.place}.{parameter.name}" for parameter in accepted]
    for name in mapping(link.value.get("parameters")):
        if name not in names + qualified:
            line = document.line((*link.pointer, "parameters", name))
            yield line, f"the link sets {show(name)}, but {operation.title} takes {', '.join(names) or 'nothing'}"
