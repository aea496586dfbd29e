"""Checks of the rules: the catalogue `x-rules` at the top level, and the ids that operations list as `x-rules`."""

import re
from collections.abc import Iterator
from typing import Any

from audience_conformance.lint.document import Document, Problem
from audience_conformance.lint.operations import operations
from audience_conformance.lint.show import show
from audience_conformance.lint.walk import Pointer, sequence, string

LEVELS = ("MUST", "SHOULD")


def catalogue(document: Document) -> list[tuple[Pointer, dict[str, Any]]]:
    """Return the rules of the catalogue, each with its place; entries that are no mapping are left out."""
    entries = enumerate(sequence(document.data.get("x-rules")))
    return [(("x-rules", index), entry) for index, entry in entries if isinstance(entry, dict)]


def _is_id(value: object) -> bool:
    return re.fullmatch(r"[A-Z]{3}-[0-9]{2}", string(value)) is not None


def rule_id_format(document: Document) -> Iterator[Problem]:
    rules = document.data.get("x-rules", [])
    if not isinstance(rules, list):
        yield document.line(("x-rules",)), "x-rules is no list; write a list of {id, level, rule}"
    for index, entry in enumerate(sequence(rules)):
        if not isinstance(entry, dict):
            yield document.line(("x-rules", index)), f"{show(entry)} is no rule; write {{id, level, rule}}"
        elif not _is_id(entry.get("id")):
            wrong = show(entry["id"]) if "id" in entry else "a rule without an id"
            yield document.line(("x-rules", index, "id")), f"{wrong}: an id is three capitals, - and two digits"


def rule_ids_unique(document: Document) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for pointer, entry in catalogue(document):
        rule, line = string(entry.get("id")), document.line((*pointer, "id"))
        if rule in first:
            yield line, f"{rule} stands on line {first[rule]} already; take an id that was never used"
        elif rule:
            first[rule] = line


def rule_level(document: Document) -> Iterator[Problem]:
    for pointer, entry in catalogue(document):
        if entry.get("level") not in LEVELS:
            wrong = show(entry["level"]) if "level" in entry else "no level"
            yield document.line((*pointer, "level")), f"{wrong} for {show(entry.get('id'))}; write MUST or SHOULD"


def rule_sentence(document: Document) -> Iterator[Problem]:
    for pointer, entry in catalogue(document):
        if not string(entry.get("rule")).strip():
            line = document.line((*pointer, "rule"))
            yield line, f"{show(entry.get('id'))} has no sentence; say as rule what must hold"


def rule_known(document: Document) -> Iterator[Problem]:
    if "x-rules" not in document.data:
        return
    known = {string(entry.get("id")) for _, entry in catalogue(document)} - {""}
    for operation in operations(document):
        rules = operation.value.get("x-rules", [])
        place = (*operation.pointer, "x-rules")
        if not isinstance(rules, list):
            yield document.line(place), f"x-rules of {operation.title} is no list; write a list of rule ids"
        for index, rule in enumerate(sequence(rules)):
            if not isinstance(rule, str) or rule not in known:
                yield document.line((*place, index)), f"{show(rule)} is not in the catalogue; correct or add it"
            elif rule in rules[:index]:
                yield document.line((*place, index)), f"{rule} is listed twice for {operation.title}; delete one"


def rule_bound(document: Document) -> Iterator[Problem]:
    if "x-rules" not in document.data:
        return
    bound = set()
    for operation in operations(document):
        rules = sequence(operation.value.get("x-rules"))
        bound |= {string(rule) for rule in rules}
        if not rules:
            yield document.line(operation.pointer), f"{operation.title} lists no rule; add x-rules: [id, …]"
    for pointer, entry in catalogue(document):
        rule = entry.get("id")
        if _is_id(rule) and rule not in bound:
            yield document.line((*pointer, "id")), f"no operation lists {rule}; add it to the x-rules of one"
