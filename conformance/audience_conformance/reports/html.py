"""The HTML report: one page (report.html.j2) that loads nothing and can be read without its script.

Jinja2 escapes every value. Should that ever fail, the page's Content-Security-Policy still allows no script but its
own and no request to another host.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from audience_conformance.checks.registry import CHECKS
from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import Rule, catalogue, group_titles
from audience_conformance.reports import facts
from audience_conformance.reports.basis import basis
from audience_conformance.reports.causes import common_causes, group_causes
from audience_conformance.reports.evidence import evidence
from audience_conformance.reports.facts import LEVELS, Tone
from audience_conformance.results.result import Result
from audience_conformance.results.summary import RuleStatus, Summary

FOLDER = Path(__file__).parent

TONE_SIGNS: dict[Tone, str] = {"good": "✓", "warning": "!", "bad": "✕", "unknown": "?"}
ICON_COLOURS: dict[Tone, str] = {"good": "#2f7d57", "warning": "#b97a10", "bad": "#c8372d", "unknown": "#7a5bb5"}

OPENED = 3
"""Broken rules that are open from the start."""
SHORT = 72
"""JSON up to this length stays on one line."""
TENANT = "/company/{company_id}/application/{application_id}"


def report(summary: Summary) -> str:
    """Return an HTML document."""
    style, script = ((FOLDER / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    statuses = summary.statuses()
    failed = [rule_id for rule_id, status in statuses.items() if status == "failed"]
    return _template().render(
        summary=summary,
        verdict=facts.verdict(summary),
        statuses=statuses,
        style=Markup(style),  # noqa: S704 (our own file)
        script=Markup(script),  # noqa: S704 (our own file)
        style_hash=_hash(style),
        script_hash=_hash(script),
        cells={place: _cell(*place, rules) for place, rules in facts.matrix(summary).items()},
        rules=[_rule(summary, rule, statuses[rule.id]) for rule in catalogue().values()],
        opened=failed[:OPENED],
        causes=common_causes(summary),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=_visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["css"] = lambda status: status.replace(" ", "-")
    environment.filters["value"] = lambda text: indented(facts.shortened(text, facts.MOST_SHOWN))
    environment.filters["path"] = lambda path: path.removeprefix(TENANT)
    environment.globals |= {
        "facts": facts,
        "basis": basis,
        "evidence": evidence,
        "operations": operations(),
        "groups": group_titles(),
        "tone_signs": TONE_SIGNS,
        "icon_colours": ICON_COLOURS,
    }
    return environment.get_template("report.html.j2")


def _visible(value: Any) -> Any:
    """Escape characters that cannot be seen, in every value that the template prints."""
    return facts.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"


def _cell(operation: str, group: str, rules: dict[str, RuleStatus]) -> dict[str, Any]:
    """Return a cell of the matrix: its rules by level, and a label such as "3 of 4 MUST hold, DEF-05 failed"."""
    levels = {level: {id_: rules[id_] for id_ in rules if catalogue()[id_].level == level} for level in LEVELS}
    levels = {level: of_level for level, of_level in levels.items() if of_level}
    labels = []
    for level, of_level in levels.items():
        rest = [f"{rule_id} {status}" for rule_id, status in of_level.items() if status != "passed"]
        labels.append(", ".join([f"{len(of_level) - len(rest)} of {len(of_level)} {level} hold", *rest]))
    return {
        "operation": operation,
        "group": group,
        "levels": levels,
        "status": facts.worst(rules.values()),
        "label": f"{group}, {operation}: {'; '.join(labels)}",
    }


def _rule(summary: Summary, rule: Rule, status: RuleStatus) -> dict[str, Any]:
    """What the page shows of a rule."""
    results = summary.of_rule(rule.id)
    lacks = dict.fromkeys(result.actual for result in results if result.status == "skipped")
    notes = [f"{'' if status == 'skipped' else 'in part not checked: '}needs {lack}" for lack in lacks]
    notes += [f"not judged: {text}" for text in dict.fromkeys(r.actual for r in results if r.status == "not judged")]
    notes += [f"known: {reason}" for reason in facts.reasons(summary, rule.id)]
    if rule.id in summary.fixed:
        notes.append(f"holds, yet is listed as a known failure: {summary.known[rule.id]}")
    return {
        "rule": rule,
        "status": status,
        "notes": notes,
        "causes": [
            (cause, facts.group_findings(cause.results))
            for cause in group_causes(result for result in results if result.status == "failed")
        ],
        "errors": facts.group_findings(result for result in results if result.status == "error"),
        "replay": facts.replay(summary, rule.id),
        "checks": _checks(summary, results),
    }


def _checks(summary: Summary, results: list[Result]) -> list[dict[str, Any]]:
    """The checks of a rule, each with its cases."""
    about = {check.name: check.about for check in CHECKS}
    checks: dict[str, list[Result]] = {}
    for result in results:
        checks.setdefault(result.check, []).append(result)
    return [
        {
            "name": name,
            "about": about.get(name, ""),
            "location": group[0].location,
            "status": facts.worst(facts.status_of(summary, result) for result in group),
            "requests": sum(result.sent for result in group),
            "seconds": sum(result.seconds for result in group),
            "cases": [(result.case, facts.status_of(summary, result)) for result in group if result.case],
        }
        for name, group in checks.items()
    ]


# --- JSON on lines of its own -----------------------------------------------------------------------------

_JSON_BODY = re.compile(r"(\d{3} )?[\[{]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]\s*[\]}]|[\[\]{},]|[^"\[\]{},]+')


def indented(text: str) -> str:
    """Return JSON, or a status and JSON, with line feeds and blanks between its parts and nothing else changed.

    No parser: numbers, repeated keys and truncated parts stay as they were sent.
    """
    if len(text) <= SHORT or "\n" in text or not _JSON_BODY.match(text):
        return text
    lines: list[str] = []
    depth = 0
    for part in _TOKEN.findall(text):
        if part in ("{", "["):
            depth += 1
            lines.append(f"{part}\n{'  ' * depth}")
        elif part in ("}", "]"):
            depth = max(depth - 1, 0)
            lines.append(f"\n{'  ' * depth}{part}")
        elif part == ",":
            lines.append(f",\n{'  ' * depth}")
        else:
            lines.append(part.lstrip() if lines and lines[-1].endswith((" ", "\n")) else part)
    return "".join(lines)
