"""The JSON report, for programs.

`format` is 1; it grows when a key changes its meaning or goes, not when one comes.

- `target`, `profile`, `seed`, `version`: what was tested, how, by which version of the suite.
- `started`: RFC 3339; `seconds`: how long it took; `sent`: requests.
- `exit_code`: 0, 1, 2 or 130, as `audience-conformance run --help` says; `verdict`: it in words.
- `strict`: does a broken SHOULD rule fail the run; `interrupted`: was it stopped before its end.
- `selected`: the rules that were to be checked, none for all.
- `notes`: what a reader must know of the run; `left`: what could not be deleted, a URL and why each.
- `known`: rule id -> the reason given for its known failure; `fixed`: those of them that hold;
  `stale`: a sentence for each known failure that has expired or holds at its operation.
- `counts`: MUST and SHOULD -> passed, failed, known, error, skipped, not run -> how many rules.
- `rules`: rule id -> its `level`, its sentence (`rule`), its `status` (as in `counts`), its `replay` line and its
  `results`, one for each check and case:
  - `rule`, and `rules`: all that the check looks at;
  - `check`, `case` (or ""), `operations`: those it exercises, `operation`: the one at fault (or "");
  - `status`: passed, failed, skipped, error;
  - `known`: why a failed one is accepted (or "");
  - `expected`; `actual`: what the target did, or what it lacks, or the traceback; `overdue`: it may only be late;
  - `curl`: the sequence of requests; `seconds`;
  - `sent`: requests sent for it; those that an earlier check has sent, and this one judges too, are not among them.
"""

import json
from typing import Any

from audience_conformance.reports.facts import COLUMNS, LEVELS, replay, verdict
from audience_conformance.results.summary import Summary

FORMAT = 1


def report(summary: Summary) -> str:
    """One JSON object in ASCII: half a surrogate pair, which a target may send, has no UTF-8."""
    counts = {level: summary.counts(level) for level in LEVELS}
    document: dict[str, Any] = {"format": FORMAT, "verdict": verdict(summary).headline, **summary.data()}
    document |= {
        "strict": summary.strict,
        "interrupted": summary.interrupted,
        "selected": summary.selected,
        "fixed": summary.fixed,
        "counts": {level: {status: count[status] for status in COLUMNS} for level, count in counts.items()},
        "rules": {rule_id: rule | {"replay": replay(summary, rule_id)} for rule_id, rule in document["rules"].items()},
    }
    return json.dumps(document, indent=1) + "\n"
