"""The contract for any company and application: what a client is generated from that must fit every server."""

import copy
from collections.abc import Iterator
from typing import Any

from audience_conformance.contract.document import contract, follow

TENANT = ("company_id", "application_id")


def open_contract() -> dict[str, Any]:
    """The contract with plain strings for company and application, in place of the enums of the documents."""
    document = copy.deepcopy(contract())
    for parameter in _parameters(document):
        if parameter["name"] in TENANT:
            _remove_enum(follow(parameter["schema"], document))
    return document


def _parameters(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All parameters, those in `components` and those in place; their schemas may be references."""
    yield from document.get("components", {}).get("parameters", {}).values()
    for item in document["paths"].values():
        for holder in (item, *(value for value in item.values() if isinstance(value, dict))):
            yield from (follow(parameter, document) for parameter in holder.get("parameters", ()))


def _remove_enum(schema: dict[str, Any]) -> None:
    schema.pop("enum", None)
    sources = schema.get("x-source")
    if isinstance(sources, dict):
        sources.pop("enum", None)
    if sources == {}:
        del schema["x-source"]
