"""The JSON report, for programs.

`format` is 3; it grows when a key is removed or changes its meaning, not when one is added.

- `target`, `profile`, `seed`, `version`: what was tested, how, and by which version of the suite.
- `started`: RFC 3339; `seconds`: duration; `requests`: number of requests sent.
- `verdict`: Conforms, Conforms with warnings, Does not conform, Partly checked or Not judged; `headline`: the verdict
  and its reason.
- `exit_code`: 0, 1, 2 or 130 (143 for SIGTERM), as `audience-conformance run --help` says.
- `strict`: a broken SHOULD rule fails the run; `allow_partial`: time that ran out and trouble on the way do not;
  `interrupted`: the run was stopped before its end.
- `ended`: why the run ended before it had judged every check, or "".
- `selected_rules`: the rules that were to be checked, none for all.
- `shard`: null, or of a shard its `number`, `of` how many, and the options of the `run` that all shards have in common.
- `command`: the command line of the run without --rules and --shard, secrets as $TOKEN.
- `options`: of the run, by name, as `audience-conformance replay` needs them; no secrets.
- `notes`: remarks on the run; `not_deleted`: a URL and the reason for each object that could not be deleted.
- `known_failures`: rule id -> the reason for its known failure; `passing_known_failures`: those whose rule passed;
  `outdated_known_failures`: a sentence for each that has expired or now passes at its operation.
- `counts`: MUST and SHOULD -> passed, failed, known, error, not judged, skipped, not run -> number of rules.
- `causes`: the causes of the findings, those of MUST rules first, each with its `cause`, the number of `findings` and
  their `rules`: rule id -> number;
- `rules`: rule id -> its `level`, its `requirement`, its `status` (as in `counts`), its `replay` command and its
  `results`, one for each check and case:
  - `rule`: the broken rule, else the check's first; `rules`: all rules of the check;
  - `check`, `case` (or ""), `location`: file and line of the check;
  - `operations`: those that the check exercises; `operation`: the one at fault (or "");
  - `rests_on`: of a finding "the documents", "the client libraries" or "a decision", `contract_line`: the line of
    openapi.yaml that says so, `contract_pointer`: the path to it, [] for the rule itself; else null;
  - `status`: passed, failed, skipped, error,
    not judged (trouble on the way to the target); `known_failure`: why a failed one is accepted (or "");
  - `expected`; `actual`: what the target did, or the missing prerequisite, or the traceback;
  - `trouble`: trouble on the way, each as its kind, how often, and the first time in full;
  - `ends_run`: why no further check could be judged, or "";
  - `cause`: of a finding or an error, the same text for all that have one cause; else null;
  - `overdue`: it may only be late; `seen_after`: of a finding that vanishes if reads wait for writes (--consistency),
    the seconds of that lag, else 0;
  - `curl`: of a finding, the deciding request, then those that it depends on, in order; else the last requests;
    `answer`: what the deciding request was answered (or ""); `script`: the path of the script that reproduces the
    finding, from the folder of the report (or ""); `seconds`;
  - `requests`: number of requests sent, without those shared with an earlier check.
"""

import json
from typing import Any

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.basis import SOURCES, basis_line
from audience_conformance.reports.causes import MOST_CAUSE, cause_of, causes
from audience_conformance.reports.evidence import SCRIPTS, script_name
from audience_conformance.reports.facts import COLUMNS, LEVELS, one_line, replay, verdict
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary

FORMAT = 3


def report(summary: Summary) -> str:
    """Return one JSON object in ASCII: a lone surrogate, which a target may send, has no UTF-8."""
    counts = {level: summary.counts(level) for level in LEVELS}
    document = {
        "format": FORMAT,
        "verdict": summary.verdict.name,
        "headline": verdict(summary).headline,
        "target": summary.target,
        "profile": summary.profile,
        "seed": summary.seed,
        "started": summary.started,
        "seconds": round(summary.seconds, 3),
        "requests": summary.sent,
        "version": summary.version,
        "exit_code": summary.exit_code,
        "strict": summary.strict,
        "allow_partial": summary.allow_partial,
        "interrupted": bool(summary.interrupted),
        "ended": summary.ended,
        "selected_rules": summary.selected,
        "shard": _shard(summary),
        "command": summary.command,
        "options": summary.options,
        "notes": summary.notes,
        "not_deleted": summary.left,
        "known_failures": summary.known,
        "passing_known_failures": summary.fixed,
        "outdated_known_failures": summary.stale,
        "counts": {level: {status: count[status] for status in COLUMNS} for level, count in counts.items()},
        "causes": [
            {"cause": cause.title, "findings": len(cause.results), "rules": cause.rules}
            for cause in causes(summary, "failed", "known")
        ],
        "rules": {
            rule.id: {
                "level": rule.level,
                "requirement": rule.sentence,
                "status": summary.status(rule.id),
                "replay": replay(summary, rule.id),
                "results": [_result(result) for result in summary.of_rule(rule.id)],
            }
            for rule in catalogue().values()
        },
    }
    return json.dumps(document, indent=1) + "\n"


def _shard(summary: Summary) -> dict[str, Any] | None:
    if summary.shard is None:
        return None
    number, of = summary.shard
    return {"number": number, "of": of, "run": summary.of_whole_run}


def _result(result: Result) -> dict[str, Any]:
    return {
        "rule": result.rule,
        "rules": result.rules,
        "check": result.check,
        "case": result.case,
        "location": result.location,
        "operations": result.operations,
        "operation": result.operation,
        "status": result.status,
        "known_failure": result.known,
        **_basis(result),
        "expected": result.expected,
        "actual": result.actual,
        "cause": one_line(cause_of(result), MOST_CAUSE) if result.status in ("failed", "error") else None,
        "overdue": result.overdue,
        "seen_after": result.seen_after,
        "curl": result.curl,
        "answer": result.answer,
        "script": f"{SCRIPTS}/{script_name(result)}" if result.script else "",
        "seconds": result.seconds,
        "requests": result.sent,
        "trouble": result.trouble,
        "ends_run": result.ends_run,
    }


def _basis(result: Result) -> dict[str, Any]:
    """What a finding rests on, and its line in openapi.yaml; null of another result."""
    failed = result.status == "failed"
    return {
        "rests_on": SOURCES[result.source] if failed else None,
        "contract_line": basis_line(result) if failed else None,
        "contract_pointer": list(result.rests_on) if failed else None,
    }
