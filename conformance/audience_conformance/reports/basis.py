"""What a finding rests on, and the lines of openapi.yaml."""

import functools

from audience_conformance.contract.document import operations
from audience_conformance.contract.location import FILE_NAME, contract_path
from audience_conformance.contract.rules import catalogue
from audience_conformance.contract.sources import Pointer
from audience_conformance.lint import document
from audience_conformance.results.result import Result

SOURCES = {"documents": "the documents", "sdk": "the client libraries", "decision": "a decision"}


def basis(result: Result) -> str:
    """Return what a finding rests on: "a decision (openapi.yaml:1807, pattern)"."""
    keyword = f", {result.rests_on[-1]}" if result.rests_on else ""
    return f"{SOURCES[result.source]} ({FILE_NAME}:{basis_line(result)}{keyword})"


def basis_line(result: Result) -> int:
    """Return the line of openapi.yaml with the broken keyword, or with the rule."""
    return line_of(tuple(result.rests_on)) if result.rests_on else rule_line(result.rule)


def rule_line(rule_id: str) -> int:
    """Return the line of a rule of the catalogue."""
    return line_of(("x-rules", list(catalogue()).index(rule_id)))


def operation_line(operation_id: str) -> int | None:
    """Return the line of an operation's method, None for an unknown one."""
    if operation_id not in operations():
        return None
    method, path, _ = operations()[operation_id]
    return line_of(("paths", path, method.lower()))


@functools.cache
def line_of(pointer: Pointer) -> int:
    """Return the line of what is at a pointer, or of what is around it."""
    return int(_contract().line(pointer))


@functools.cache
def _contract() -> document.Document:
    return document.read(contract_path())
