"""Writes a finding as a script for any POSIX shell with curl, awk, sed and od.

The script makes what it needs, sends the deciding request, says what was expected and what came, and deletes what it
made. Text of the target is in it only as a format of printf within single quotes, in which a quote, a backslash, a
percent sign and what cannot be seen are escaped.
"""

import functools
import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from audience_conformance.client.exchange import Exchange
from audience_conformance.contract.document import contract
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.evidence import MARK
from audience_conformance.reproduce.judging import (
    COUNTS,
    MAX_SHOWN,
    REPLAY,
    expected_statuses,
    expected_value,
    is_about,
    judge,
    subjects,
)
from audience_conformance.reproduce.quoting import LONG_ID, Names, Origin, comment, escaped
from audience_conformance.reproduce.slicing import Evidence, of_other_checks
from audience_conformance.results.finding import Finding, cut
from audience_conformance.results.result import Result

LEFT_TO_REPLAY = {
    "FMT-15": "the finding compares a time with the Date of a response, which this script cannot",
    "GET-01": "the finding compares all that is there before and after a read, which this script cannot",
    "GRP-29": "the later file must come while the one before it is being read, sooner than this script sends it",
    "PAG-09": "the order of a list without an order is another each time, and this script asks once",
}
"""Rules whose findings no script can judge, and why."""
MAX_STEPS = 100
"""Requests before the deciding one."""
MAX_SCRIPT = 1_000_000
"""Characters of a script; a longer one says only how to replay the finding."""
_JOBS = re.compile("status|users|count|complete|pending|file")
"""Words of a finding about what a background job does."""
_OF_USERS = re.compile(r"/users$|/user_attribute/user/[^/]+$")
"""Paths of lists of which every item counts: the users of a group that the script makes, and a user's values."""
_FOLDER = Path(__file__).parent


def script(result: Result, finding: Finding, evidence: Evidence, origin: Origin) -> str:
    """The text of a script; it exits 1 while the fault is there, 0 once it is gone, and 2 if it could not be tried."""
    if evidence.at_once or evidence.deciding.answer is None:
        return _unable(result, origin, "the finding needs requests at the same time, which this script cannot send")
    if result.rule in LEFT_TO_REPLAY:
        return _unable(result, origin, LEFT_TO_REPLAY[result.rule])
    if len(evidence.before) > MAX_STEPS:
        return _unable(result, origin, f"the finding needs {len(evidence.before)} requests, too many for a script")
    text = _able(result, finding, evidence, origin)
    if len(text) > MAX_SCRIPT:
        return _unable(result, origin, "the finding has bodies that are too large for a script")
    return text


def _able(result: Result, finding: Finding, evidence: Evidence, origin: Origin) -> str:
    names = Names(origin)
    statuses = expected_statuses(finding, evidence)
    wanted = expected_value(finding, evidence, names)
    is_simple = bool(statuses or wanted)
    judges = [evidence.deciding] if is_simple else list(evidence.together)
    setup = evidence.before if statuses else evidence.widely
    steps = [*(one for one in setup if one not in judges), *judges]
    names.foreign |= of_other_checks(steps)
    last_setup = len(steps) - len(judges)
    judged = range(1 if evidence.whole and not is_simple else last_setup + 1, len(steps) + 1)
    lines = [*_head(result, origin), _secrets(steps, origin), _functions(), ""]
    sent: list[str] = []
    for number, exchange in enumerate(steps, 1):
        lines_of_step = [f"# {number}", *_send(number, exchange, names)]
        if number <= last_setup:
            lines += [
                *lines_of_step,
                *(["succeeded"] if _must_succeed(exchange, evidence.deciding) else []),
                *_learn(number, exchange, steps[number:], names, _waits(evidence, steps[number - 1 :])),
                *_wait(evidence.settled.get(id(exchange)), names),
            ]
        else:
            sent += [*lines_of_step, *_learn(number, exchange, steps[number:], names)]
    counts = wanted is not None and wanted[0] in COUNTS
    recorded = [
        _was(number, exchange, names)
        for number, exchange in enumerate(steps, 1)
        if not is_simple or (counts and exchange is evidence.deciding)
    ]
    shown = range(1, len(steps) + 1) if not is_simple else judged
    creates = any(one.method == "POST" and one.answer is not None and one.answer.ok for one in steps)
    return "\n".join(
        [
            *lines,
            *recorded,
            f"own={int(creates)} times={int('_at' in finding.expected)} messages={int(result.rule == 'ERR-04')}",
            f"jobs={int(bool(_JOBS.search(finding.expected) or 'total_users' in finding.actual[:MAX_SHOWN]))}",
            f"unlimited={int(any(one.method == 'GET' and origin.run_id not in one.url for one in judges))}",
            f"limited={shlex.quote(_numbers(steps, lambda one: origin.run_id in one.url))}",
            f"documented={shlex.quote(_documented())}",
            f"whole={shlex.quote(_numbers(steps, lambda one: is_about(_OF_USERS, one)))}",
            f"steps='{' '.join(map(str, shown))}' judged='{' '.join(map(str, judged))}'",
            f"subjects={subjects(finding, evidence)}",
            "",
            "# The deciding request.",
            "decide() {",
            *(f"  {line}" for line in sent),
            "}",
            "",
            *judge(finding, statuses, expected_value(finding, evidence, names), evidence),
            "",
        ]
    )


def _numbers(steps: Sequence[Exchange], is_counted: Callable[[Exchange], bool]) -> str:
    """The numbers of some of the requests, with a blank on either side."""
    return f" {' '.join(str(number) for number, one in enumerate(steps, 1) if is_counted(one))} "


def _must_succeed(exchange: Exchange, deciding: Exchange) -> bool:
    """Did a request succeed that the finding rests on: what is refused now may be what was wrong then."""
    is_alike = (exchange.method, exchange.url) == (deciding.method, deciding.url) and exchange.method != "POST"
    return exchange.answer is not None and exchange.answer.ok and not is_alike


def _head(result: Result, origin: Origin) -> list[str]:
    rule = catalogue()[result.rule]
    case = f", case {result.case}" if result.case else ""
    return [
        "#!/bin/sh",
        MARK,
        *comment(f"{rule.id} {rule.level}: {rule.sentence}"),
        *comment(f"Check {result.check.replace('_', ' ')}{case} ({result.location})"),
        *comment(f"Expected: {cut(result.expected, MAX_SHOWN)}"),
        *comment(f"Actual then: {cut(result.actual, MAX_SHOWN)}"),
        "#",
        "# Usage: sh FILE [URL]; in the environment TOKEN, that of the headers, KEEP=1 to keep what it makes,",
        "# and WAIT, the seconds for what happens later.",
        "# Exit code: 1 while the fault is there, 0 once it is gone, 2 if it could not be tried.",
        "set -u",
        "LC_ALL=C",
        "export LC_ALL",
        f"base=${{1:-{shlex.quote(origin.base_url)}}}",
        f"path={shlex.quote(contract()['servers'][0]['url'])}",
        f"wait={max(1, round(origin.wait))}",
        "",
    ]


def _unable(result: Result, origin: Origin, why: str) -> str:
    say = f"not tried: {why}; {REPLAY}"
    return "\n".join([*_head(result, origin), f"printf '%s\\n' {shlex.quote(say)} >&2", "exit 2", ""])


def _secrets(steps: Iterable[Exchange], origin: Origin) -> str:
    """The function that gives curl the secret headers, in a way that no list of processes shows them."""
    names = {name.lower(): name for step in steps for name, _ in step.headers if name.lower() in origin.secrets}
    if not names:
        return "secrets() { :; }\n"
    shown = [
        f"{''.join(map(escaped, name))}: {origin.secrets[lower].replace('$TOKEN', '%s')}"
        for lower, name in names.items()
    ]
    lines = [
        f'  printf \'header = "{line}"\\n\' "$token"' if "%s" in line else f"  printf 'header = \"{line}\"\\n'"
        for line in shown
    ]
    return "\n".join(
        [
            'if [ -z "${TOKEN-}" ]; then',
            "  printf '%s\\n' 'not tried: set TOKEN, the token of the headers' >&2",
            "  exit 2",
            "fi",
            "token=$(printf '%s' \"$TOKEN\" | sed 's/[\\\\\"]/\\\\&/g')",
            "secrets() {",
            *lines,
            "}",
            "",
        ]
    )


@functools.cache
def _documented() -> str:
    """The names of all properties of the contract, with a blank on either side: others are not compared."""
    names = {name for schema in contract()["components"]["schemas"].values() for name in schema.get("properties", {})}
    return f" {' '.join(sorted(names))} "


@functools.cache
def _functions() -> str:
    functions, awk = ((_FOLDER / name).read_text("utf-8") for name in ("functions.sh", "json.awk"))
    return functions.replace("@json.awk@", awk).replace("@replay@", REPLAY)


def _send(number: int, exchange: Exchange, names: Names) -> list[str]:
    lines = [f"body {names.format(exchange.body)}" if exchange.body else "body"]
    words = ["send", str(number), shlex.quote(exchange.method), names.url(exchange.url)]
    has_type = False
    for name, value in exchange.headers:
        if name.lower() in names.origin.secrets:
            continue
        has_type = has_type or name.lower() == "content-type"
        words += ["-H", shlex.quote(f"{name}: {value}" if value else f"{name};")]
    if exchange.body and not has_type:
        words += ["-H", "Content-Type:"]
    return [*lines, " ".join(words)]


def _learn(
    number: int, exchange: Exchange, later: list[Exchange], names: Names, waits: Iterable[str] = ()
) -> list[str]:
    """The lines that take from an answer what later requests, and `waits` for these URLs, need, and name it."""
    lines = []
    for path, text in _given(exchange):
        is_used = any(_uses(one, path, text) for one in later) or any(_is_in(url, path, text) for url in waits)
        if text in names.ids or not is_used:
            continue
        variable = f"{path.rpartition('.')[2].strip('_')}_{number}"
        lines += [f"{variable}=$(value {number} {shlex.quote(path)})", f'need "${variable}"']
        names.ids[text] = variable
    return lines


def _given(exchange: Exchange) -> list[tuple[str, str]]:
    """The ids of what a request has made and the cursors in its answer, with their paths."""
    answer = exchange.answer
    content = answer.json if answer is not None and answer.ok else None
    if not isinstance(content, dict):
        return []
    found_page = content.get("page")
    page = found_page if isinstance(found_page, dict) else {}
    found = [("._id", content.get("_id")), (".uid", content.get("uid"))] * (exchange.method == "POST")
    found += [(f".page.{name}", page.get(name)) for name in ("next_cursor", "prev_cursor")]
    return [
        (path, str(value))
        for path, value in found
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value)
    ]


def _uses(exchange: Exchange, path: str, text: str) -> bool:
    """Is an id in a request, as a segment, a value of the query, or in the body."""
    return _is_in(exchange.url, path, text) or (len(text) >= LONG_ID and text.encode() in (exchange.body or b""))


def _is_in(url: str, path: str, text: str) -> bool:
    """Is an id in a URL, as a segment or a value of the query."""
    before = "group_uid=" if path == ".uid" else "[/=]"
    return re.search(rf"(?<={before}){re.escape(quote(text, safe=''))}(?=[/&?]|$)", url) is not None


def _waits(evidence: Evidence, steps: Iterable[Exchange]) -> list[str]:
    """The URLs that the script waits for after these requests."""
    return [evidence.settled[id(one)][0] for one in steps if id(one) in evidence.settled]


def _wait(settled: tuple[str, str] | None, names: Names) -> list[str]:
    """The lines that wait until a group's file is read as it was in the run."""
    return [f"wait_for {shlex.quote(settled[1])} {names.url(settled[0])}"] if settled else []


def _was(number: int, exchange: Exchange, names: Names) -> str:
    """The line that writes the answer of the run as `send` writes one."""
    answer = exchange.answer
    assert answer is not None, "an exchange without an answer decides nothing"
    media = answer.headers.get("content-type", "").partition(";")[0].strip()
    first = f"{answer.status}\n{media}\n{answer.headers.get('allow', '')}\n".encode("latin-1", "replace")
    return f'printf {names.format(first + answer.content.replace(bytes(1), b" "), ids=False)} >"$dir/{number}.was"'
