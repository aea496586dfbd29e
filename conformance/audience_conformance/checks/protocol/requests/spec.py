"""What the contract says about an operation, by operationId; and checks that have one case for each operation."""

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus

from audience_conformance.checks.registry import CheckFunction, check
from audience_conformance.client.api import JsonObject, seg
from audience_conformance.contract.document import contract, follow, operations
from audience_conformance.contract.open_tenants import TENANT
from audience_conformance.contract.schema_errors import target_of, value_at
from audience_conformance.contract.sources import Pointer

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def per_operation(
    rule: str, cases: Iterable[str], *, more: Iterable[str] = (), generates: bool = False, needs: Iterable[str] = ()
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check with one case for each operation; the cases of GET operations need no write permission.

    Args:
        rule: the rule.
        cases: the operationIds.
        more: further cases, which only read.
        generates: as for `check`.
        needs: as for `check`.
    """
    cases, more = list(cases), list(more)
    read_only = [*filter(is_read, cases), *more]
    return check(rule, on=" ".join(cases), cases=[*cases, *more], read_only=read_only, generates=generates, needs=needs)


# --- method and path ----------------------------------------------------------------------------------


def method(operation_id: str) -> str:
    return operations()[operation_id][0]


def is_read(operation_id: str) -> bool:
    return method(operation_id) == "GET"


def template(operation_id: str) -> str:
    """The path below the application: "/user_group/{group_id}"."""
    return operations()[operation_id][1].partition("{application_id}")[2]


def path(operation_id: str, ids: Mapping[str, str]) -> str:
    """The path below the application, with these ids in it."""
    text = template(operation_id)
    for name, value in ids.items():
        text = text.replace(f"{{{name}}}", seg(value))
    return text


def path_parameters(operation_id: str) -> list[str]:
    """The path parameters after company and application: ["definition_id", "user_id"]."""
    return re.findall(r"{(\w+)}", template(operation_id))


def can_be_404(operation_id: str) -> bool:
    """Does the path name a definition or a group, which may not exist; every user id is valid."""
    return bool({"definition_id", "group_id"} & set(path_parameters(operation_id)))


def of_same_path(operation_id: str) -> list[str]:
    """The operations of this path, in the order of the contract."""
    return [known for known in operations() if template(known) == template(operation_id)]


def methods_of_path(operation_id: str) -> list[str]:
    return [method(known) for known in of_same_path(operation_id)]


FIRST_OF_PATHS = [operation_id for operation_id in operations() if of_same_path(operation_id)[0] == operation_id]
"""One operation for each path."""


def reading_operation(operation_id: str) -> str | None:
    """The operation that reads the resource that this operation creates or changes."""
    if method(operation_id) not in {"POST", "PUT", "PATCH"}:
        return None
    resource = re.escape(template(operation_id)) + (r"/{\w+}" if creates(operation_id) else "")
    return next((known for known in operations() if is_read(known) and re.fullmatch(resource, template(known))), None)


# --- input --------------------------------------------------------------------------------------------


def query_parameters(operation_id: str) -> list[JsonObject]:
    """The query parameters, references followed."""
    parameters = [_parameter(parameter) for parameter in operations()[operation_id][2].get("parameters", [])]
    return [parameter for parameter in parameters if parameter["in"] == "query"]


def _parameter(node: JsonObject) -> JsonObject:
    """A parameter; neither it nor its schema is a $ref."""
    parameter = follow(node)
    return {**parameter, "schema": follow(parameter["schema"])}


def body_schema(operation_id: str) -> JsonObject | None:
    """The schema of the request body, None if the operation takes none."""
    content: JsonObject | None = operations()[operation_id][2].get("requestBody")
    return content and content["content"]["application/json"]["schema"]


def body_pointer(operation_id: str) -> Pointer:
    """Where openapi.yaml has the schema of the request body."""
    return (*_pointer(operation_id), "requestBody", "content", "application/json", "schema")


def body_presence(operation_id: str) -> Pointer:
    """Where openapi.yaml says that a body is required."""
    return (*_pointer(operation_id), "requestBody", "required")


def parameter_pointer(operation_id: str, name: str) -> Pointer:
    """Where openapi.yaml has the schema of a parameter of the operation; the operation itself for an unknown one."""
    own = _pointer(operation_id)
    for holder in (own, own[:-1]):
        for index, parameter in enumerate(value_at((*holder, "parameters")) or ()):
            if follow(parameter)["name"] == name:
                return target_of((*target_of((*holder, "parameters", index)), "schema"))
    return own


def success_pointer(operation_id: str) -> Pointer:
    """Where openapi.yaml has the schema of the body of a success."""
    return (*_pointer(operation_id), "responses", str(success(operation_id)), "content", "application/json", "schema")


def _pointer(operation_id: str) -> Pointer:
    method_, path_, _ = operations()[operation_id]
    return ("paths", path_, method_.lower())


def body_properties(operation_id: str) -> JsonObject:
    """The schemas of the properties of the request body, by name."""
    properties: JsonObject = follow(body_schema(operation_id) or {}).get("properties", {})
    return properties


def has_input(operation_id: str) -> bool:
    """Does the operation take query parameters or a body."""
    return bool(query_parameters(operation_id) or body_schema(operation_id))


def enumerated_tenant(operation_id: str) -> list[str]:
    """Which of company_id and application_id the operation restricts to an enum."""
    _, path_, operation = operations()[operation_id]
    declared = [_parameter(p) for p in (*contract()["paths"][path_]["parameters"], *operation.get("parameters", []))]
    return [name for name in TENANT if any(p["name"] == name and "enum" in p["schema"] for p in declared)]


def is_constrained(operation_id: str) -> bool:
    """Can a request to the operation be invalid, whatever the ids in its path."""
    return bool(enumerated_tenant(operation_id) or body_schema(operation_id)) or any(
        parameter["schema"]["type"] != "string" or "enum" in parameter["schema"]
        for parameter in query_parameters(operation_id)
    )


# --- responses ----------------------------------------------------------------------------------------


def success(operation_id: str) -> int:
    """The status of success."""
    return next(int(status) for status in operations()[operation_id][2]["responses"] if status.startswith("2"))


def creates(operation_id: str) -> bool:
    """Does the operation create a resource that can be deleted."""
    return method(operation_id) == "POST" and success(operation_id) == HTTPStatus.CREATED


def documents_400(operation_id: str) -> bool:
    """Do the documents show a 400 for the operation; else its 400 is a decision."""
    response = operations()[operation_id][2]["responses"].get("400")
    return response is not None and follow(response)["x-source"] != "decision"
