"""How openapi.yaml is found and loaded, and how it is changed for the served tenants."""

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import yaml

JsonObject = dict[str, Any]
PATTERN_DESCRIPTION = "x-pattern-description"
"""Key of a schema beside `pattern`: its meaning in words, which fit into "send a string (…)"."""


class TenantName(NamedTuple):
    """One application of one company: the owner of all data."""

    company_id: str
    application_id: str

    def __str__(self) -> str:
        return f"{self.company_id}/{self.application_id}"


DOCUMENTED_TENANT = TenantName("559", "64b000000000000000000001")


def contract_path() -> Path:
    """The openapi.yaml at the root of the checkout, or the copy that the wheel carries."""
    root = Path(__file__).resolve().parents[3]
    if (root / "pyproject.toml").is_file() and (root / "openapi.yaml").is_file():
        return root / "openapi.yaml"
    return Path(__file__).resolve().parents[1] / "openapi.yaml"


def load_contract(tenants: Iterable[TenantName] = ()) -> JsonObject:
    """Load the contract, with every key a string, and add `tenants` to the enums of company and application."""
    contract: JsonObject = orjson.loads(_as_json(contract_path()))
    add_tenants(contract, tenants)
    return contract


@functools.cache
def _as_json(path: Path) -> bytes:
    """The file, read once: a start needs several copies, and to read JSON is the quickest way to make one."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open("rb") as file:
        return orjson.dumps(yaml.load(file, loader), option=orjson.OPT_NON_STR_KEYS)  # noqa: S506 (a safe loader)


def add_tenants(contract: JsonObject, tenants: Iterable[TenantName]) -> None:
    """Add `tenants` to the contract's enums of company and application."""
    served = list(tenants)
    for name, schema in tenant_enums(contract):
        schema["enum"] = list(dict.fromkeys([*schema["enum"], *(getattr(tenant, name) for tenant in served)]))


def tenant_enums(contract: JsonObject) -> list[tuple[str, JsonObject]]:
    """The schemas with an enum of company_id or application_id: in a parameter, or named in `components/schemas`.

    Each comes once, with the name of its parameter, and is the object in the contract itself.
    """
    found = {
        id(schema): (parameter["name"], schema)
        for parameter in _parameters(contract)
        if parameter["name"] in TenantName._fields
        and "enum" in (schema := follow(contract, parameter.get("schema", {})))
    }
    return list(found.values())


def _parameters(contract: JsonObject) -> Iterable[JsonObject]:
    yield from contract.get("components", {}).get("parameters", {}).values()
    for item in contract["paths"].values():
        for holder in (item, *(v for v in item.values() if isinstance(v, dict))):
            yield from (p for p in holder.get("parameters", []) if "$ref" not in p)


def json_schema(schema: Any) -> Any:
    """Translate an OpenAPI 3.0 schema without `$ref` into JSON Schema draft 4.

    They differ in `nullable`, which only counts next to `type`, and in the formats of integers, which are bounds.
    Of the contract's own `x-` keys, the description of a pattern stays, for messages.
    """
    if isinstance(schema, list):
        return [json_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key == PATTERN_DESCRIPTION or not key.startswith("x-")}
    result = {key: json_schema(value) for key, value in kept.items()}
    if result.pop("nullable", False) is True and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
    for keyword, bound in _INTEGERS.get(result.get("format"), {}).items():
        result.setdefault(keyword, bound)
    return result


_INTEGERS: dict[Any, dict[str, int]] = {
    f"int{bits}": {"minimum": -(2 ** (bits - 1)), "maximum": 2 ** (bits - 1) - 1} for bits in (32, 64)
}
"""Format of an integer -> the bounds that it means."""


def documented_responses(contract: JsonObject) -> dict[str, dict[int, JsonObject]]:
    """The documented responses: operationId -> status -> media type object, without `$ref`."""
    return {
        operation["operationId"]: {
            int(status): resolve(contract, response)["content"]["application/json"]
            for status, response in operation["responses"].items()
        }
        for item in contract["paths"].values()
        for operation in item.values()
        if "operationId" in operation
    }


def error_schema(contract: JsonObject) -> JsonObject:
    """The schema of every error body, as the documented 404 responses have it: a `$ref`, whatever its name."""
    for item in contract["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "404" in operation.get("responses", {}):
                response = follow(contract, operation["responses"]["404"])
                schema: JsonObject = response["content"]["application/json"]["schema"]
                return schema
    raise ValueError("no operation of the contract documents a 404, whose schema is that of all errors; document one")


def follow(contract: JsonObject, node: JsonObject) -> JsonObject:
    """The object that a local `$ref` names, or the node itself."""
    while "$ref" in node:
        target: Any = contract
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def resolve(contract: JsonObject, node: Any) -> Any:
    """A deep copy of `node` with every local `$ref` replaced by its target."""
    if isinstance(node, dict):
        if "$ref" in node:
            return resolve(contract, follow(contract, node))
        return {key: resolve(contract, value) for key, value in node.items()}
    if isinstance(node, list):
        return [resolve(contract, item) for item in node]
    return node
