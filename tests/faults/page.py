"""The matrix of rules and faults as one self-contained HTML page."""

import json
from collections import Counter
from html import escape
from typing import Any

from tests.faults.matrix import Row

from audience_conformance.contract.rules import catalogue

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #c0392b; --own: #1a7f4b; --by: #d9a521; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 90rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; }
.tile { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem; min-width: 7rem; }
.tile b { display: block; font-size: 1.5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; } th, td { padding: .2rem .5rem; text-align: left; vertical-align: top; }
.list td { border-top: 1px solid var(--line); } .list td:first-child { min-width: 11rem; }
.grid td, .grid th { padding: 0; font-size: 9px; } .grid td { width: 11px; min-width: 11px; height: 11px; }
.grid th.col { height: 4.2em; } .grid th.col span { writing-mode: vertical-rl; }
.grid th.row { padding-right: .4rem; white-space: nowrap; }
.grid td { outline: 1px solid var(--line); }
.own { background: var(--own); } .by { background: var(--by); }
.chip { display: inline-block; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem; font-size: 12px; }
.chip.own { color: #fff; border-color: var(--own); } .survives { color: var(--bad); font-weight: 600; }
input, select { font: inherit; padding: .25rem .5rem; } code { font-size: 13px; overflow-wrap: anywhere; }
small { opacity: .75; }
"""
_SCRIPT = """
const text = document.querySelector('#text'), kind = document.querySelector('#kind');
function filter() {
  const wanted = text.value.toLowerCase();
  for (const row of document.querySelectorAll('.list tbody tr')) {
    const shown = row.textContent.toLowerCase().includes(wanted) && row.dataset.kind.includes(kind.value);
    row.hidden = !shown;
  }
}
text.oninput = kind.onchange = filter;
"""


def page(rows: list[Row], facts: dict[str, Any]) -> str:
    """The page; `facts` are the numbers at its head, label to value."""
    tiles = "".join(f"<div class=tile><b>{escape(str(v))}</b>{escape(k)}</div>" for k, v in facts.items())
    body = f"""<h1>Faults and the rules that name them</h1>
<div class=tiles>{tiles}</div>
<h2>Rules that break (across) under the faults of a rule (down)</h2>
<p><small>Green: the rule that owns the fault. Yellow: another rule breaks too. The stronger, the more.</small></p>
<div class=scroll>{_grid(rows)}</div>
<h2>Every fault</h2>
<p><input id=text type=search placeholder="rule, fault or words" aria-label="Filter">
<select id=kind aria-label="Which"><option value="">all</option><option>survives</option><option>misnamed</option>
<option>obvious</option><option>plausible</option><option>subtle</option></select></p>
<div class=scroll><table class=list><thead><tr><th>Fault<th>What is wrong<th>Rules that break<th>Seconds<th>Schemathesis
</thead><tbody>{"".join(map(_line, rows))}</tbody></table></div>"""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    title = "<title>Faults and the rules that name them</title>"
    return (
        f'<!doctype html><html lang="en">{head}{title}<style>{_STYLE}</style><body>{body}'
        f"<script>{_SCRIPT}</script></body></html>"
    )


def _grid(rows: list[Row]) -> str:
    rules = list(catalogue())
    number = Counter(row.rule for row in rows)
    broken = Counter((row.rule, rule) for row in rows for rule in row.rules)
    head = "".join(f'<th class=col scope=col title="{escape(catalogue()[r].sentence)}"><span>{r}</span>' for r in rules)
    lines = []
    for owner in rules:
        if number[owner]:
            cells = "".join(_cell(owner, rule, broken[owner, rule], number[owner]) for rule in rules)
            lines.append(f"<tr><th class=row scope=row>{owner} <small>{number[owner]}</small>{cells}")
    return f"<table class=grid><thead><tr><th>{head}</thead><tbody>{''.join(lines)}</tbody></table>"


def _cell(owner: str, rule: str, times: int, of: int) -> str:
    if not times:
        return "<td>"
    strength = 0.25 + 0.75 * times / of
    kind = "own" if rule == owner else "by"
    told = f"{rule} breaks under {times} of {of} faults of {owner}"
    return f'<td class={kind} style="opacity:{strength:.2f}" title="{told}">'


def _line(row: Row) -> str:
    others = [rule for rule in row.rules if rule != row.rule]
    chips = [f'<span class="chip own">{row.rule}</span>'] if row.by_owner else []
    chips += [f"<span class=chip>{rule}</span>" for rule in others]
    verdict = " ".join(chips) or "<span class=survives>survives</span>"
    kind = f"{row.subtlety} {'' if row.killed else 'survives'} {'misnamed' if row.killed and not row.by_owner else ''}"
    peer = "" if row.peer is None else f"{row.peer['first']} s" if row.peer["killed"] else "survives"
    return (
        f'<tr data-kind="{kind}"><td><code>{row.id}</code><br><small>{row.subtlety}</small><td>{escape(row.about)}'
        f"<td>{verdict}<td>{row.seconds:.1f}<td>{peer}"
    )


def data(rows: list[Row], facts: dict[str, Any]) -> str:
    """The same as JSON."""
    return json.dumps({"facts": facts, "faults": [row.__dict__ for row in rows]}, indent=1)
