"""Checks of the rules: `x-rules` and `x-rule-groups` at the top level, and the `x-rules` of operations."""

import re
from collections.abc import Iterator
from typing import Any

from audience_conformance.lint.document import Document, Problem
from audience_conformance.lint.operations import operations
from audience_conformance.lint.show import show
from audience_conformance.lint.walk import Pointer, mapping, sequence, string

LEVELS = ("MUST", "SHOULD")


def catalogue(document: Document) -> list[tuple[Pointer, dict[str, Any]]]:
    """Return the rules of the catalogue with their pointers, without entries that are not mappings."""
    entries = enumerate(sequence(document.data.get("x-rules")))
    return [(("x-rules", index), entry) for index, entry in entries if isinstance(entry, dict)]


def _is_id(value: object) -> bool:
    return re.fullmatch(r"[A-Z]{3}-[0-9]{2}", string(value)) is not None


def rule_id_format(document: Document) -> Iterator[Problem]:
    rules = document.data.get("x-rules", [])
    if not isinstance(rules, list):
        yield document.line(("x-rules",)), "x-rules is not a list; write a list of {id, level, rule}"
    for index, entry in enumerate(sequence(rules)):
        if not isinstance(entry, dict):
            yield document.line(("x-rules", index)), f"{show(entry)} is not a rule; write {{id, level, rule}}"
        elif not _is_id(entry.get("id")):
            wrong = show(entry["id"]) if "id" in entry else "a rule without an id"
            yield document.line(("x-rules", index, "id")), f"{wrong}: an id is three capitals, - and two digits"


def rule_ids_unique(document: Document) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for pointer, entry in catalogue(document):
        rule, line = string(entry.get("id")), document.line((*pointer, "id"))
        if rule in first:
            yield line, f"{rule} is already used on line {first[rule]}; choose an id that was never used"
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
            yield line, f"{show(entry.get('id'))} has no sentence; add it as rule"


def rule_group(document: Document) -> Iterator[Problem]:
    if not isinstance(document.data.get("x-rules"), list):
        return
    titles = document.data.get("x-rule-groups", {})
    if not isinstance(titles, dict):
        yield document.line(("x-rule-groups",)), "x-rule-groups is not a mapping; write {GROUP: title, …}"
    groups: dict[str, Pointer] = {}
    for pointer, entry in catalogue(document):
        if _is_id(entry.get("id")):
            groups.setdefault(entry["id"].partition("-")[0], (*pointer, "id"))
    for group, pointer in groups.items():
        if group not in mapping(titles):
            yield document.line(pointer), f"the rule group {group} has no title; add it to x-rule-groups"
    for group, title in mapping(titles).items():
        line = document.line(("x-rule-groups", group))
        if group not in groups:
            yield line, f"no rule belongs to the group {show(group)}; delete its title or correct it"
        elif not string(title).strip():
            yield line, f"the title of {group} is {show(title)}; write a text"


def rule_known(document: Document) -> Iterator[Problem]:
    if "x-rules" not in document.data:
        return
    known = {string(entry.get("id")) for _, entry in catalogue(document)} - {""}
    for operation in operations(document):
        rules = operation.value.get("x-rules", [])
        place = (*operation.pointer, "x-rules")
        if not isinstance(rules, list):
            yield document.line(place), f"x-rules of {operation.title} is not a list; write a list of rule ids"
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
