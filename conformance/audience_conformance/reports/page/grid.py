"""The matrix: operations by rule groups, a mark for every rule."""

from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.facts import COLUMNS, LEVELS, groups, matrix, worst
from audience_conformance.reports.page.markup import css, mark, text
from audience_conformance.results.summary import RuleStatus, Summary

TITLES = {
    "FMT": "format",
    "ERR": "errors",
    "DEF": "definitions",
    "ATT": "user attributes",
    "BLK": "bulk update",
    "GRP": "groups",
    "MEM": "members of a group",
    "PAG": "pages",
    "TEN": "tenants",
    "CON": "concurrency",
    "GET": "reading",
}


def section(summary: Summary) -> str:
    """Each cell is a button that keeps the rules of its operation and group."""
    cells = matrix(summary)
    heads = "".join(
        f'<th scope="col" role="columnheader"><button type="button" tabindex="-1" data-group="{group}"'
        f' title="{TITLES.get(group, group)}" aria-label="{group}: {TITLES.get(group, group)}">{group}</button></th>'
        for group in groups()
    )
    rows = "".join(
        _row(operation_id, {group: cells.get((operation_id, group), {}) for group in groups()})
        for operation_id in operations()
    )
    legend = "".join(
        f'<li><i class="{css(status)}" aria-hidden="true"></i> {status}</li>'
        for status in COLUMNS
        if status in summary.statuses().values()
    )
    return f"""<section class="grid" aria-labelledby="grid-title">
<h2 id="grid-title">Operations and rules</h2>
<p class="hint">Every mark is a rule: squares are MUST, discs below them SHOULD. Choose a cell, a row or a column to see
its rules.</p>
<table role="grid" aria-labelledby="grid-title">
<thead role="rowgroup"><tr role="row"><td role="presentation"></td>{heads}</tr></thead>
<tbody role="rowgroup">{rows}</tbody>
</table>
<ul class="legend">{legend}</ul>
</section>"""


def _row(operation_id: str, cells: dict[str, dict[str, RuleStatus]]) -> str:
    method, path, operation = operations()[operation_id]
    path = path.removeprefix("/company/{company_id}/application/{application_id}")
    title = text(f"{operation['summary']}: {method} {path}")
    head = (
        f'<th scope="row" role="rowheader"><button type="button" tabindex="-1" data-op="{operation_id}"'
        f' title="{title}"><span class="method">{method}</span>'
        f"<span class='op'>{operation_id}</span></button></th>"
    )
    return f'<tr role="row">{head}{"".join(_cell(operation_id, group, rules) for group, rules in cells.items())}</tr>'


def _cell(operation_id: str, group: str, rules: dict[str, RuleStatus]) -> str:
    if not rules:
        return '<td role="gridcell"></td>'
    lines, told = "", []
    for level in LEVELS:
        of_level = {rule_id: status for rule_id, status in rules.items() if catalogue()[rule_id].level == level}
        if of_level:
            lines += f'<span class="{level.lower()}">{"".join(mark(*pair) for pair in _pairs(of_level))}</span>'
            told.append(_told(level, of_level))
    label = f"{group}, {operation_id}: {'; '.join(told)}"
    return (
        f'<td role="gridcell"><button type="button" tabindex="-1" class="cell {css(worst(rules.values()))}"'
        f' data-op="{operation_id}" data-group="{group}" aria-label="{label}">{lines}</button></td>'
    )


def _pairs(rules: dict[str, RuleStatus]) -> list[tuple[RuleStatus, str]]:
    return [(status, rule_id) for rule_id, status in rules.items()]


def _told(level: str, rules: dict[str, RuleStatus]) -> str:
    """As in "3 of 4 MUST hold, DEF-05 failed"."""
    held = [rule_id for rule_id, status in rules.items() if status == "passed"]
    rest = [f"{rule_id} {status}" for rule_id, status in rules.items() if status != "passed"]
    return ", ".join([f"{len(held)} of {len(rules)} {level} hold", *rest])
