"""The list of rules, what broke first: each with its findings, its checks and how to try it again."""

from audience_conformance.checks.registry import CHECKS
from audience_conformance.contract.rules import Rule, catalogue
from audience_conformance.reports.facts import (
    LATE,
    LEVELS,
    STATUSES,
    FindingGroup,
    came_to,
    count,
    group_findings,
    reasons,
    replay,
    words,
    worst,
)
from audience_conformance.reports.page.markup import SIGNS, copyable, css, sign, text, value
from audience_conformance.results.result import Result
from audience_conformance.results.summary import RuleStatus, Summary

TITLES: dict[RuleStatus, str] = {
    "failed": "Broken",
    "error": "Not judged: the suite itself failed",
    "known": "Broken, and known to be",
    "skipped": "Skipped",
    "not run": "Not run",
    "passed": "Hold",
}
OPENED = 3
"""Broken rules that are open from the start."""


def section(summary: Summary) -> str:
    """The filters, and the rules by what they came to."""
    statuses = summary.statuses()
    parts, opened = [], 0
    for status in STATUSES:
        chosen = [rule for rule in catalogue().values() if statuses[rule.id] == status]
        if chosen:
            items = []
            for rule in chosen:
                is_open = status == "failed" and opened < OPENED
                opened += is_open
                items.append(_rule(summary, rule, status, is_open))
            parts.append(
                f'<section class="came-to" aria-labelledby="s-{css(status)}"><h3 id="s-{css(status)}">{TITLES[status]}'
                f' <span class="n">{len(chosen)}</span></h3>{"".join(items)}</section>'
            )
    return f"""<section class="rules" id="rules" tabindex="-1" aria-labelledby="rules-title">
<h2 id="rules-title">Rules</h2>
{_filters(summary)}
{"".join(parts)}
<p class="nothing" id="nothing" hidden>No rule is like that. <button type="button" class="clear">Show all</button></p>
</section>"""


def _filters(summary: Summary) -> str:
    statuses = list(summary.statuses().values())
    buttons = "".join(
        f'<button type="button" aria-pressed="false" data-status="{status}">'
        f'<span aria-hidden="true">{SIGNS[status]}</span> {status} <b>{statuses.count(status)}</b></button>'
        for status in STATUSES
        if status in statuses
    )
    levels = "".join(
        f'<button type="button" aria-pressed="false" data-level="{level}">{level}</button>' for level in LEVELS
    )
    return f"""<div class="filters" role="search" aria-label="Rules" id="filters" hidden>
<input type="search" id="query" placeholder="Find in rules and findings" aria-label="Find in rules and findings"
 autocomplete="off" spellcheck="false">
<div class="toggles" role="group" aria-label="Status">{buttons}</div>
<div class="toggles" role="group" aria-label="Level">{levels}</div>
<span class="chosen" id="chosen"></span>
<span class="shown" id="shown" role="status"></span>
<button type="button" class="plain" id="fold">Open all</button>
<button type="button" class="plain clear" id="clear" hidden>Clear</button>
</div>"""


def _rule(summary: Summary, rule: Rule, status: RuleStatus, is_open: bool) -> str:
    results = summary.of_rule(rule.id)
    return f"""<details class="rule {css(status)}" id="{rule.id}" data-status="{status}" data-level="{rule.level}"
 data-group="{rule.group}" data-ops="{" ".join(rule.operations)}"{" open" if is_open else ""}>
<summary>{sign(status)}<span class="id">{rule.id}</span><span class="sentence">{text(rule.sentence)}
{_aside(summary, rule, status, results)}</span><span class="tag {rule.level.lower()}">{rule.level}</span>
<span class="status">{status}</span></summary>
<div class="body">
{"".join(_finding(rule, one) for one in group_findings(result for result in results if result.status == "failed"))}
{"".join(_error(one) for one in group_findings(result for result in results if result.status == "error"))}
{copyable("Check just this rule again", [replay(summary, rule.id)], "replay")}
{_checks(summary, results)}
<p class="about">{rule.level}: it rests on {text(rule.source)}. It binds {_bound(rule)}.</p>
</div></details>
"""


def _aside(summary: Summary, rule: Rule, status: RuleStatus, results: list[Result]) -> str:
    """What is told of a rule before it is opened."""
    lacks = dict.fromkeys(result.actual for result in results if result.status == "skipped")
    in_part = "" if status == "skipped" else "in part not checked: "
    lines = [f"{in_part}needs {text(lack)}" for lack in lacks]
    lines += [f"known: {text(reason)}" for reason in reasons(summary, rule.id)]
    if rule.id in summary.fixed:
        lines.append(f"holds, yet is listed as a known failure: {text(summary.known[rule.id])}")
    return "".join(f'<span class="why">{line}</span>' for line in lines)


def _bound(rule: Rule) -> str:
    return ", ".join(f"<code>{operation_id}</code>" for operation_id in rule.operations)


def _finding(rule: Rule, finding: FindingGroup) -> str:
    result = finding.result
    late = f'<p class="late">{text(LATE)}</p>' if result.overdue else ""
    requests = copyable(count(len(result.curl), "request"), result.curl, "requests") if result.curl else ""
    return f"""<article class="finding"><h4>{text(finding.where)}</h4>
<dl><dt>Requirement</dt><dd>{text(rule.sentence)}</dd>
<dt>Expected</dt><dd>{value(result.expected)}</dd>
<dt>Actual</dt><dd class="actual">{value(result.actual)}{late}</dd></dl>
{requests}</article>"""


def _error(finding: FindingGroup) -> str:
    result = finding.result
    requests = copyable(count(len(result.curl), "request"), result.curl, "requests") if result.curl else ""
    return f"""<article class="finding"><h4>{text(finding.where)}</h4>
<p class="late">This is a fault of the suite, not of the target.</p>{value(result.actual)}{requests}</article>"""


def _checks(summary: Summary, results: list[Result]) -> str:
    """The checks of a rule, each with its cases."""
    about = {check.name: check.about for check in CHECKS}
    checks: dict[str, list[Result]] = {}
    for result in results:
        checks.setdefault(result.check, []).append(result)
    items = []
    for name, of_check in checks.items():
        statuses = [came_to(summary, result) for result in of_check]
        status = worst(statuses)
        cases = "".join(
            f'<li>{sign(of_case)} {text(result.case)}<span class="sr">, {of_case}</span></li>'
            for result, of_case in zip(of_check, statuses, strict=True)
            if result.case
        )
        seconds = sum(result.seconds for result in of_check)
        requests = count(sum(result.sent for result in of_check), "request")
        items.append(
            f'<li>{sign(status)}<span><b>{text(words(name))}</b><span class="sr">, {status}</span>'
            f' <span class="time">{requests}, {seconds:.2f} s</span>'
            f"{f'<br>{text(about[name])}' if about.get(name) else ''}"
            f"{f'<ul class=cases>{cases}</ul>' if cases else ''}</span></li>"
        )
    if not items:
        return '<p class="about">No check of it ran.</p>'
    return f"<h4>{count(len(items), 'check')}</h4><ul class='checks'>{''.join(items)}</ul>"
