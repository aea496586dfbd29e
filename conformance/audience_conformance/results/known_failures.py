"""Known failures: findings that a team has accepted for now. Their checks still run, and must still fail.

A file is a list in YAML, or plain lines, which mean the same:

    - {rule: DEF-05, operation: updateUserAttributeDefinition, reason: resets it, ticket: AUD-7, expires: 2026-12-31}

    DEF-05 updateUserAttributeDefinition: resets it ticket=AUD-7 expires=2026-12-31

The reason is required. `operation`, `check`, `case` and `text` (a part of what the finding says) narrow an entry: any
other finding of the rule is a new one. With `flaky: true`, a check that fails is run again alone at the end of the
run: the finding is accepted if it passes then. A text or a case with blanks needs YAML. `#` starts a comment.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from audience_conformance.contract.document import operations
from audience_conformance.contract.names import suggestion
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.finding import MAX_SHOWN
from audience_conformance.results.result import Result, exercised

_FIELDS = ("rule", "operation", "check", "case", "text", "reason", "ticket", "expires", "flaky")
_LINE = re.compile(r"(?P<rule>[^\s:]+)(?:\s+(?P<operation>[^\s:]+))?\s*:(?:\s+(?P<reason>.*))?")
_KEY = re.compile(r"\s*(?<!\S)(check|case|ticket|expires|flaky)=(\S+)$")
_MAX_REASON = 200


class KnownFailuresError(ValueError):
    """A file of known failures cannot be used; the message names the place and the fix."""


@dataclass(frozen=True)
class Entry:
    """One known failure: of a rule, or of a rule at one operation, in one check or case, or with a certain text."""

    rule: str
    operation: str | None
    reason: str
    ticket: str | None = None
    expires: date | None = None
    check: str | None = None
    case: str | None = None
    text: str | None = None
    flaky: bool = False

    @property
    def name(self) -> str:
        case = f"({self.case})" if self.case else None
        text = f'with "{self.text}"' if self.text else None
        check = self.check.replace("_", " ") if self.check else None
        return " ".join(filter(None, [self.rule, self.operation, check, case, text]))

    @property
    def why(self) -> str:
        """The reason with the ticket and the last day."""
        details = ", ".join(filter(None, [self.ticket, f"until {self.expires}" if self.expires else ""]))
        return f"{self.reason} ({details})" if details else self.reason

    @property
    def expired(self) -> bool:
        return self.expires is not None and self.expires < datetime.now(UTC).date()

    @property
    def is_whole_rule(self) -> bool:
        return not (self.operation or self.check or self.case or self.text or self.flaky)

    def concerns(self, result: Result) -> bool:
        """Could this result be the known failure, if it were a finding of the rule."""
        return (
            self.rule in result.rules
            and self.check in (None, result.check)
            and self.case in (None, result.case)
            and (self.operation is None or self.operation in _exercised(result))
        )

    def covers(self, result: Result) -> bool:
        """Is this finding the known failure."""
        return (
            result.rule == self.rule
            and self.check in (None, result.check)
            and self.case in (None, result.case)
            and self.operation in (None, *([result.operation] if result.operation else _exercised(result)))
            and (self.text is None or self.text in _said(result))
        )


def _exercised(result: Result) -> tuple[str, ...]:
    return exercised(result.operations, result.case)


def _said(result: Result) -> str:
    return " ".join(f"{result.expected} {result.actual}".split())


@dataclass(frozen=True)
class KnownFailures:
    """All known failures of a run."""

    entries: tuple[Entry, ...] = ()

    def entry(self, result: Result) -> Entry | None:
        """The entry that accepts a finding, if there is one; one that does not ask for a second run comes first."""
        covering = [entry for entry in self.entries if entry.covers(result) and not entry.expired]
        return min(covering, key=lambda entry: entry.flaky, default=None)

    def why(self, result: Result) -> str:
        """The reason why this finding is accepted, or ""."""
        entry = self.entry(result)
        return entry.why if entry else ""

    def rules(self, results: list[Result]) -> dict[str, str]:
        """Rule id -> reason, of the rules without any other finding.

        A rule that is listed as a whole is among them even if it holds, one that is listed in part if it is broken.
        """
        findings = [result for result in results if result.status == "failed"]
        unknown = {result.rule for result in findings if not result.known}
        return {
            entry.rule: entry.why
            for entry in self.entries
            if not entry.expired
            and entry.rule not in unknown
            and (entry.is_whole_rule or any(map(entry.covers, findings)))
        }

    def stale(self, results: list[Result], checked: Iterable[str]) -> list[str]:
        """A line for each entry of these rules that has expired, or that is for a part of a rule and did not happen.

        For a whole rule that now passes, see `Summary.fixed`.
        """
        rules = set(checked)
        lines = []
        for entry in (entry for entry in self.entries if entry.rule in rules):
            if entry.expired:
                lines.append(f"The known failure {entry.name} has expired ({entry.why}): fix it or renew it.")
            elif not entry.is_whole_rule and not entry.flaky:
                lines += _not_happened(entry, results)
        return lines


def now_passes(name: str, why: str) -> str:
    """The message for a known failure that did not happen."""
    return f"{name} holds, yet is listed as a known failure ({why}): take it off the list."


def _not_happened(entry: Entry, results: list[Result]) -> list[str]:
    """A line if all that an entry concerns was judged, and it was not found."""
    concerned = [result for result in results if entry.concerns(result)]
    if not concerned or any(result.status == "failed" and entry.covers(result) for result in results):
        return []
    if all(result.status == "passed" for result in concerned):
        return [now_passes(entry.name, entry.why)]
    without_text = replace(entry, text=None)
    if any(result.status == "failed" and without_text.covers(result) for result in concerned):
        return [f"The known failure {entry.name} did not happen ({entry.why}), another did: correct its text."]
    return []


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
        raise KnownFailuresError(f"{where}: {unknown[0]} is no field of an entry; {suggestion(unknown[0], _FIELDS)}")
    rule, operation = str(fields.get("rule") or ""), fields.get("operation")
    if rule not in catalogue():
        raise KnownFailuresError(f"{where}: {rule!r} is no rule; `audience-conformance rules` lists them all")
    if operation is not None and str(operation) not in operations():
        raise KnownFailuresError(
            f"{where}: {str(operation)!r} is no operationId; {suggestion(str(operation), operations())}"
        )
    reason = " ".join(str(fields.get("reason") or "").split())
    if not reason:
        raise KnownFailuresError(f"{where}: {rule} has no reason; say why it is accepted")
    check = str(fields.get("check") or "").replace(" ", "_") or None
    ticket, case, text = (str(fields.get(name) or "") or None for name in ("ticket", "case", "text"))
    flaky = _flag(where, fields.get("flaky"))
    expires = _day(where, fields.get("expires"))
    return Entry(rule, operation, reason, ticket, expires, check, case, text and " ".join(text.split()), flaky)


def _flag(where: str, value: Any) -> bool:
    text = str(value).lower()
    if value is not None and text not in ("true", "false"):
        raise KnownFailuresError(f"{where}: flaky is {str(value)!r}; write true or false")
    return text == "true"


def _day(where: str, value: Any) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise KnownFailuresError(f"{where}: expires is {str(value)!r}; write a day like 2026-12-31") from None


def as_yaml(findings: Iterable[Result]) -> str:
    """A new file of known failures: an entry for each finding, so that another one of its rule is new."""
    by_rule: dict[str, list[Result]] = {}
    for result in findings:
        by_rule.setdefault(result.rule, []).append(result)
    lines = [
        "# Known failures of the Audience conformance suite: they run, and fail the run once they pass or expire.",
        "# Write in `reason` why each is accepted, name its ticket, and add `expires: YYYY-MM-DD` if it should end.",
    ]
    for rule_id in (rule_id for rule_id in catalogue() if rule_id in by_rule):
        lines += [f"# {catalogue()[rule_id].sentence}", *map(_as_entry, by_rule[rule_id])]
    return "\n".join([*lines, ""])


def _as_entry(result: Result) -> str:
    found_text = " ".join(f"expected {result.expected}; actual: {result.actual}"[:MAX_SHOWN].split())
    fields = {
        "rule": result.rule,
        "operation": result.operation,
        "check": result.check,
        "case": result.case,
        "reason": f"found: {found_text}"[:_MAX_REASON],
        "ticket": "",
    }
    kept = {key: value for key, value in fields.items() if value or key == "ticket"}
    return yaml.safe_dump([kept], sort_keys=False, allow_unicode=True, width=1000).rstrip()
