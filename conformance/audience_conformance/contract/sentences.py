"""The sentences of openapi.yaml that tell behaviour, each with the checks that fail where it is false.

A sentence of `x-rules` has the checks of its rule. sentences.yaml has those of the descriptions: of operations,
parameters, schemas, properties, and of the parts of the introduction that are about all operations.
"""

import functools
import re
from importlib.resources import files
from typing import Any

import yaml

from audience_conformance.contract.document import contract

SECTIONS = ("Pages", "Errors", "Tenants", "Conventions")
"""The parts of the introduction that tell behaviour."""


@functools.cache
def checked_sentences() -> dict[str, tuple[str, ...]]:
    """Sentence of a description -> the names of the checks that fail where it is false."""
    return {sentence: tuple(checks.split()) for sentence, checks in _table()["behaviour"].items()}


def unchecked() -> dict[str, str]:
    """Sentence of a description that no check holds a server to -> why."""
    reasons: dict[str, str] = _table()["unchecked"]
    return reasons


def meanings() -> frozenset[str]:
    """The sentences of descriptions that say what something means: no answer of a server can make them false."""
    return frozenset(_table()["meaning"])


@functools.cache
def described() -> dict[str, list[str]]:
    """Every sentence of the descriptions -> the places that have it, as "createUserGroup" or "UserGroup.status"."""
    found: dict[str, list[str]] = {}
    for place, text in _descriptions():
        for sentence in split(text):
            found.setdefault(sentence, []).append(place)
    return found


def split(text: str) -> list[str]:
    """The sentences of a text, each on one line."""
    parts = re.split(r"(?<=[.])\s+(?=[A-Z`])", text.strip())
    return [" ".join(part.split()) for part in parts if part.strip()]


def _table() -> dict[str, Any]:
    text = files("audience_conformance.contract").joinpath("sentences.yaml").read_text("utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


def _descriptions() -> list[tuple[str, str]]:
    """Place and text of each description."""
    document = contract()
    parts = re.split(r"^## (.+)$", document["info"]["description"], flags=re.MULTILINE)
    found = [(title, text) for title, text in zip(parts[1::2], parts[2::2], strict=True) if title in SECTIONS]
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "operationId" in operation:
                name = operation["operationId"]
                found.append((name, operation.get("description", "")))
                parameters = [one for one in operation.get("parameters", []) if "description" in one]
                found += [(f"{name}?{one['name']}", one["description"]) for one in parameters]
    for name, parameter in document["components"]["parameters"].items():
        found.append((name, parameter.get("description", "")))
    for name, schema in document["components"]["schemas"].items():
        found.append((name, schema.get("description", "")))
        properties = schema.get("properties", {})
        found += [(f"{name}.{one}", part["description"]) for one, part in properties.items() if "description" in part]
    return found
