"""Other renderings of the contract: for clients of any tenant, and for a server that needs a token."""

import copy

from audience_mock import errors
from audience_mock.contract.document import JsonObject, error_schema, tenant_enums

SCHEME = "bearerAuth"
"""Name of the security scheme."""
UNAUTHORISED = "Unauthorised"
"""Name of the 401 response."""


def open_tenants(contract: JsonObject) -> JsonObject:
    """A copy in which company and application are plain strings: a client generated from it fits every server."""
    opened = copy.deepcopy(contract)
    for _, schema in tenant_enums(opened):
        del schema["enum"]
        _forget_source(schema, "enum")
    return opened


def _forget_source(schema: JsonObject, keyword: str) -> None:
    """Remove a keyword from the map of sources; a word, which covers the whole schema, stays."""
    sources = schema.get("x-source")
    if isinstance(sources, dict) and sources.pop(keyword, None) and not sources:
        del schema["x-source"]


def with_bearer_auth(contract: JsonObject) -> JsonObject:
    """A copy that declares the token of --require-token: the scheme, and a 401 for every operation."""
    secured = copy.deepcopy(contract)
    components = secured["components"]
    components.setdefault("securitySchemes", {})[SCHEME] = {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that the server was started with (--require-token).",
        "x-source": "decision",
    }
    secured["security"] = [{SCHEME: []}]
    components["responses"][UNAUTHORISED] = _unauthorised(secured)
    for item in secured["paths"].values():
        for operation in item.values():
            if "operationId" in operation:
                answers = {**operation["responses"], "401": {"$ref": f"#/components/responses/{UNAUTHORISED}"}}
                operation["responses"] = dict(sorted(answers.items()))
    return secured


def _unauthorised(contract: JsonObject) -> JsonObject:
    example = {"summary": "No Authorization header", "value": errors.unauthorised(sent=False).body()}
    return {
        "description": "The token is missing or wrong",
        "x-source": "decision",
        "content": {
            "application/json": {
                "schema": dict(error_schema(contract)),
                "examples": {"token_missing": example},
            }
        },
    }
