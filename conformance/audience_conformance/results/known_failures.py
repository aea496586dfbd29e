"""Known failures: findings that a team has accepted for now. Their checks still run, and must still fail.

A file is a list in YAML, or plain lines, which mean the same:

    - {rule: DEF-05, operation: updateUserAttributeDefinition, reason: resets it, ticket: AUD-7, expires: 2026-12-31}

    DEF-05 updateUserAttributeDefinition: resets it ticket=AUD-7 expires=2026-12-31

The reason is required; operation, ticket and expires are optional. `#` starts a comment.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.finding import MAX_SHOWN
from audience_conformance.results.result import Result

_FIELDS = ("rule", "operation", "reason", "ticket", "expires")
_LINE = re.compile(r"(?P<rule>[^\s:]+)(?:\s+(?P<operation>[^\s:]+))?\s*:(?:\s+(?P<reason>.*))?")
_KEY = re.compile(r"\s*(?<!\S)(ticket|expires)=(\S+)$")
_MAX_REASON = 200


class KnownFailuresError(ValueError):
    """A file of known failures cannot be used; the message names the place and the fix."""


@dataclass(frozen=True)
class Entry:
    """One known failure: of a rule, or of a rule at one operation."""

    rule: str
    operation: str | None
    reason: str
    ticket: str | None = None
    expires: date | None = None

    @property
    def name(self) -> str:
        return f"{self.rule} {self.operation}" if self.operation else self.rule

    @property
    def why(self) -> str:
        """The reason with the ticket and the last day."""
        details = ", ".join(filter(None, [self.ticket, f"until {self.expires}" if self.expires else ""]))
        return f"{self.reason} ({details})" if details else self.reason

    @property
    def expired(self) -> bool:
        return self.expires is not None and self.expires < datetime.now(UTC).date()

    def covers(self, result: Result) -> bool:
        operations = [result.operation] if result.operation else result.operations
        return result.rule == self.rule and (self.operation is None or self.operation in operations)


@dataclass(frozen=True)
class KnownFailures:
    """All known failures of a run."""

    entries: tuple[Entry, ...] = ()

    def why(self, result: Result) -> str:
        """The reason why this finding is accepted, or ""."""
        return next((entry.why for entry in self.entries if entry.covers(result) and not entry.expired), "")

    def rules(self, results: list[Result]) -> dict[str, str]:
        """Rule id -> reason, of the rules without any other finding."""
        unknown = {result.rule for result in results if result.status == "failed" and not self.why(result)}
        return {entry.rule: entry.why for entry in self.entries if not entry.expired and entry.rule not in unknown}

    def stale(self, results: list[Result], checked: Iterable[str]) -> list[str]:
        """A line for each entry of these rules that has expired, or whose operation now passes.

        For a whole rule that now passes, see `Summary.fixed`.
        """
        rules = set(checked)
        lines = []
        for entry in (entry for entry in self.entries if entry.rule in rules):
            if entry.expired:
                lines.append(f"The known failure {entry.name} has expired ({entry.why}): fix it or renew it.")
            elif entry.operation and _operation_passes(entry, results):
                lines.append(now_passes(entry.name, entry.why))
        return lines


def now_passes(name: str, why: str) -> str:
    """The message for a known failure that did not happen."""
    return f"{name} holds, yet is listed as a known failure ({why}): take it off the list."


def _operation_passes(entry: Entry, results: list[Result]) -> bool:
    """The rule fails at other operations, and not at the entry's operation, which was checked."""
    findings = [result for result in results if result.rule == entry.rule and result.status == "failed"]
    checked = any(entry.operation in result.operations and entry.rule in result.rules for result in results)
    return checked and bool(findings) and not any(map(entry.covers, findings))


def read_known(path: Path) -> KnownFailures:
    """Read a file of known failures.

    Raises:
        KnownFailuresError: it cannot be read, or an entry is invalid.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise KnownFailuresError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise KnownFailuresError(f"{path} is not UTF-8") from None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if _without_comment(line)]
    is_yaml = bool(lines) and lines[0][1].lstrip().startswith(("-", "[", "{"))
    raw = (
        _from_yaml(path, text)
        if is_yaml
        else [_from_line(path, number, _without_comment(line)) for number, line in lines]
    )
    entries = tuple(_entry(where, fields) for where, fields in raw)
    twice = {entry.name for entry in entries if [other.name for other in entries].count(entry.name) > 1}
    if twice:
        raise KnownFailuresError(f"{path} names {', '.join(sorted(twice))} twice; remove one entry")
    return KnownFailures(entries)


def _without_comment(line: str) -> str:
    return re.sub(r"(^|\s)#.*$", "", line).strip()


def _from_line(path: Path, number: int, line: str) -> tuple[str, dict[str, Any]]:
    where = f"{path}:{number}"
    match = _LINE.fullmatch(line)
    if match is None:
        raise KnownFailuresError(
            f"{where}: not RULE: REASON, like DEF-05: resets pin_order ticket=AUD-7 expires=2026-12-31"
        )
    fields: dict[str, Any] = match.groupdict()
    while fields["reason"] and (more := _KEY.search(fields["reason"])):
        fields[more[1]] = more[2]
        fields["reason"] = fields["reason"][: more.start()]
    return where, fields


def _from_yaml(path: Path, text: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise KnownFailuresError(f"{path}{line} is not YAML: {getattr(error, 'problem', None) or error}") from None
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise KnownFailuresError(f"{path} is not a list of entries like {{rule: DEF-05, reason: …, ticket: …}}")
    return [(f"{path}, entry {number}", entry) for number, entry in enumerate(content, 1)]


def _entry(where: str, fields: dict[str, Any]) -> Entry:
    if unknown := [str(key) for key in fields if key not in _FIELDS]:
        raise KnownFailuresError(
            f"{where}: {', '.join(unknown)} is no field of an entry; there are {', '.join(_FIELDS)}"
        )
    rule, operation = str(fields.get("rule") or ""), fields.get("operation")
    if rule not in catalogue():
        raise KnownFailuresError(f"{where}: {rule!r} is no rule; `audience-conformance rules` lists them all")
    if operation is not None and str(operation) not in operations():
        raise KnownFailuresError(f"{where}: {str(operation)!r} is no operationId of the contract")
    reason = " ".join(str(fields.get("reason") or "").split())
    if not reason:
        raise KnownFailuresError(f"{where}: {rule} has no reason; say why it is accepted")
    ticket = fields.get("ticket")
    return Entry(rule, operation, reason, str(ticket) if ticket else None, _day(where, fields.get("expires")))


def _day(where: str, value: Any) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise KnownFailuresError(f"{where}: expires is {str(value)!r}; write a day like 2026-12-31") from None


def as_yaml(findings: Iterable[Result]) -> str:
    """A new file of known failures: an entry for each rule, or for each operation if all findings name one."""
    by_rule: dict[str, dict[str, Result]] = {}
    for result in findings:
        by_rule.setdefault(result.rule, {}).setdefault(result.operation, result)
    lines = [
        "# Known failures of the Audience conformance suite: they run, and fail the run once they pass or expire.",
        "# Write in `reason` why each is accepted, name its ticket, and add `expires: YYYY-MM-DD` if it should end.",
    ]
    for rule_id in (rule_id for rule_id in catalogue() if rule_id in by_rule):
        findings_of_rule = by_rule[rule_id]
        if "" in findings_of_rule:
            findings_of_rule = {"": findings_of_rule[""]}
        for operation, result in findings_of_rule.items():
            found_text = " ".join(f"expected {result.expected}; actual: {result.actual}"[:MAX_SHOWN].split())
            fields = {
                "rule": rule_id,
                "operation": operation,
                "reason": f"found: {found_text}"[:_MAX_REASON],
                "ticket": "",
            }
            kept = {key: value for key, value in fields.items() if key != "operation" or value}
            entry = yaml.safe_dump([kept], sort_keys=False, allow_unicode=True, width=1000)
            lines += [f"# {catalogue()[rule_id].sentence}", entry.rstrip()]
    return "\n".join([*lines, ""])
