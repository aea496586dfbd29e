"""The operations of a document and their parameters."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from audience_conformance.lint.document import Document
from audience_conformance.lint.references import follow
from audience_conformance.lint.walk import METHODS, Pointer, mapping, sequence, string


class Operation(NamedTuple):
    """One method of one path; messages use its `title`."""

    path: str
    method: str
    pointer: Pointer
    value: dict[str, Any]

    @property
    def title(self) -> str:
        return f"{self.method.upper()} {self.path}"


class Parameter(NamedTuple):
    """A parameter of an operation: `pointer` is its place in the list, `value` the object with `$ref` resolved."""

    pointer: Pointer
    value: dict[str, Any]

    @property
    def name(self) -> str:
        return string(self.value.get("name"))

    @property
    def place(self) -> str:
        return string(self.value.get("in"))


def operations(document: Document) -> Iterator[Operation]:
    """Yield the operations under `paths`, in the order of the file, without callbacks."""
    for path, item in mapping(document.data.get("paths")).items():
        for method, value in mapping(item).items():
            if method in METHODS and isinstance(value, dict) and not path.startswith("x-"):
                yield Operation(path, method, ("paths", path, method), value)


def listed_parameters(document: Document, pointer: Pointer, value: object) -> list[Parameter]:
    """Return the parameters listed by a path item or an operation, without unresolvable ones."""
    listed = []
    for index, item in enumerate(sequence(mapping(value).get("parameters"))):
        place = (*pointer, "parameters", index)
        found = follow(document, item, place)
        if found and isinstance(found.value, dict):
            listed.append(Parameter(place, found.value))
    return listed


def parameters(document: Document, operation: Operation) -> list[Parameter]:
    """Return all parameters of an operation: its own, and those of its path item that it does not override."""
    above = operation.pointer[:-1]
    item = document.data["paths"][operation.path]
    merged = {(p.name, p.place): p for p in listed_parameters(document, above, item)}
    merged |= {(p.name, p.place): p for p in listed_parameters(document, operation.pointer, operation.value)}
    return list(merged.values())
