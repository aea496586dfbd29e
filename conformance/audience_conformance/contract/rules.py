"""The catalogue of rules, as openapi.yaml has it (x-rules)."""

import functools
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from audience_conformance.contract.document import contract, operations


class Rule(NamedTuple):
    """One rule: its permanent id, MUST or SHOULD, its sentence, and the operations that it binds."""

    id: str
    level: str
    sentence: str
    operations: tuple[str, ...]

    @property
    def group(self) -> str:
        return self.id.partition("-")[0]

    @property
    def source(self) -> str:
        """Where the rule comes from: a MUST rests on the documents."""
        return "the documents" if self.level == "MUST" else "the platform's client libraries, or a decision"


@functools.cache
def catalogue() -> dict[str, Rule]:
    """Every rule by id, in the order of the contract."""
    bound: dict[str, list[str]] = {}
    for operation_id, (_, _, operation) in operations().items():
        for rule_id in operation["x-rules"]:
            bound.setdefault(rule_id, []).append(operation_id)
    return {
        entry["id"]: Rule(entry["id"], entry["level"], entry["rule"], tuple(bound.get(entry["id"], ())))
        for entry in contract()["x-rules"]
    }


def source_of_rule(rule_id: str) -> str:
    """What a finding of a rule rests on where no keyword of openapi.yaml was broken: "documents" or "decision"."""
    return "documents" if catalogue()[rule_id].level == "MUST" else "decision"


def group_titles() -> dict[str, str]:
    """Rule group -> its title (x-rule-groups), in the order of the contract."""
    titles: dict[str, str] = contract()["x-rule-groups"]
    return titles


def select(patterns: str, ids: Any = None) -> list[str]:
    """The rule ids that comma-separated patterns name: "DEF-*,PAG-02".

    Raises:
        ValueError: a pattern that names none.
    """
    known = list(ids if ids is not None else catalogue())
    chosen: set[str] = set()
    for pattern in filter(None, (part.strip().upper() for part in patterns.split(","))):
        matching = {rule_id for rule_id in known if fnmatchcase(rule_id, pattern)}
        if not matching:
            raise ValueError(f"no rule is called {pattern}; `audience-conformance rules` lists them all")
        chosen |= matching
    return [rule_id for rule_id in known if rule_id in chosen]
