"""Writes a finding as a script for any POSIX shell with curl, awk, sed and od.

The script makes what it needs, sends the deciding request, says what was expected and what came, and deletes what it
made. Text of the target is in it only as a format of printf within single quotes, in which a quote, a backslash, a
percent sign and what cannot be seen are escaped.
"""

import functools
import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from audience_conformance.client.exchange import Exchange
from audience_conformance.contract.document import contract
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.evidence import MARK
from audience_conformance.reports.facts import visible
from audience_conformance.reproduce.slicing import Evidence, made, of_other_checks, place_of
from audience_conformance.results.finding import Finding, cut
from audience_conformance.results.result import Result

MAX_SHOWN = 600
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
LONG_ID = 12
"""Characters from which on an id is looked for in bodies: a shorter one can be anything."""
_JOBS = re.compile("status|users|count|complete|pending|file")
"""Words of a finding about what a background job does."""
_CHANGES = re.compile(r"\d{4}-\d\d-\d\d|[0-9A-Fa-f]{24}$|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")
"""Times and ids: they are others in each run."""
_REPLAY = "audience-conformance replay report.json tries it"
_UNSURE = "the lists hold other items than they did, which this script has not made"
_RACING = "the answers depend on how far a background job was"
_OF_USERS = re.compile(r"/users$|/user_attribute/user/[^/]+$")
"""Paths of lists of which every item counts: the users of a group that the script makes, and a user's values."""
_CATEGORIES = re.compile(r"/categories$")
"""Paths of lists whose items never say whose they are."""
_COUNTS = (".page.item_total", ".page.has_next")
"""Values that depend on all items of a list."""
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Origin:
    """Where and how a finding was made.

    Args:
        base_url: of the target, with the base path.
        run_id: of the run, which is in every name that it made.
        secrets: names of secret headers in lower case, and what is shown for their values.
        wait: seconds for a background job.
    """

    base_url: str
    run_id: str
    secrets: Mapping[str, str]
    wait: float


@dataclass
class _Names:
    """The texts that a script replaces by variables: a text, and the word of the shell in a URL and in a body.

    `foreign` are texts of the run's other checks, which stay: the script does not make these things.
    """

    origin: Origin
    ids: dict[str, str] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)

    def pattern(self, *, in_url: bool, ids: bool = True) -> tuple[re.Pattern[str], dict[str, str]]:
        """What a text is split at, and the word of the shell for each part that is found."""
        run = self.origin.run_id
        words = {run: '"$run"', run.upper(): '"$run_in_capitals"'}
        found = [f"(?i:{re.escape(text)})(?!\\d)" for text in self.foreign]
        found += [re.escape(word) for word in words]
        for text, variable in self.ids.items() if ids else ():
            if in_url:
                encoded = quote(text, safe="")
                words[encoded] = f'"$(seg "${variable}")"'
                before = "group_uid=" if variable.startswith("uid") else "[/=]"
                found.insert(0, f"(?<={before}){re.escape(encoded)}(?=[/&?]|$)")
            elif len(text) >= LONG_ID:
                words[text] = f'"${variable}"'
                found.insert(0, re.escape(text))
        return re.compile(f"({'|'.join(found)})"), words

    def format(self, content: bytes, *, ids: bool = True) -> str:
        """A format of printf in single quotes and its arguments, which together give these bytes."""
        pattern, words = self.pattern(in_url=False, ids=ids)
        formatted, arguments = "", []
        for number, part in enumerate(pattern.split(content.decode("utf-8", "surrogateescape"))):
            if number % 2 and part in words:
                formatted += "%s"
                arguments.append(words[part])
            else:
                formatted += "".join(map(_escaped, part))
        return " ".join([f"'{formatted}'", *arguments])

    def url(self, url: str) -> str:
        """A URL as one word of the shell, on the base URL of the script."""
        rest = url.removeprefix(self.origin.base_url)
        pattern, words = self.pattern(in_url=True)
        parts = [
            words[part] if number % 2 and part in words else shlex.quote(part)
            for number, part in enumerate(pattern.split(rest))
            if part
        ]
        return ('"$base"' if rest != url else "") + "".join(parts)


def _escaped(character: str) -> str:
    if character in "'\\%":
        return {"'": "'\\''", "\\": "\\\\", "%": "%%"}[character]
    if character.isprintable():
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))


# --- the script -------------------------------------------------------------------------------------------


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
    names = _Names(origin)
    statuses = _statuses(finding, evidence)
    wanted = _wanted(finding, evidence, names)
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
    counts = wanted is not None and wanted[0] in _COUNTS
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
            f"limited={shlex.quote(_numbers_of(one for one in enumerate(steps, 1) if origin.run_id in one[1].url))}",
            f"documented={shlex.quote(_documented())}",
            f"whole={shlex.quote(_numbers(steps, _OF_USERS))}",
            f"steps='{' '.join(map(str, shown))}' judged='{' '.join(map(str, judged))}'",
            f"subjects={_subjects(finding, evidence)}",
            "",
            "# The deciding request.",
            "decide() {",
            *(f"  {line}" for line in sent),
            "}",
            "",
            *_judge(finding, statuses, _wanted(finding, evidence, names), evidence),
            "",
        ]
    )


def _is_about(pattern: re.Pattern[str], exchange: Exchange) -> bool:
    return pattern.search(exchange.url.partition("?")[0]) is not None


def _numbers(steps: Sequence[Exchange], pattern: re.Pattern[str]) -> str:
    """The numbers of the requests with such a path, with a blank on either side."""
    return _numbers_of(one for one in enumerate(steps, 1) if _is_about(pattern, one[1]))


def _numbers_of(steps: Iterable[tuple[int, Exchange]]) -> str:
    return f" {' '.join(str(number) for number, _ in steps)} "


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
        *_comment(f"{rule.id} {rule.level}: {rule.sentence}"),
        *_comment(f"Check {result.check.replace('_', ' ')}{case} ({result.location})"),
        *_comment(f"Expected: {cut(result.expected, MAX_SHOWN)}"),
        *_comment(f"Actual then: {cut(result.actual, MAX_SHOWN)}"),
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


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in visible(text).split("\n")]


def _unable(result: Result, origin: Origin, why: str) -> str:
    say = f"not tried: {why}; {_REPLAY}"
    return "\n".join([*_head(result, origin), f"printf '%s\\n' {shlex.quote(say)} >&2", "exit 2", ""])


def _secrets(steps: Iterable[Exchange], origin: Origin) -> str:
    """The function that gives curl the secret headers, in a way that no list of processes shows them."""
    names = {name.lower(): name for step in steps for name, _ in step.headers if name.lower() in origin.secrets}
    if not names:
        return "secrets() { :; }\n"
    shown = [
        f"{''.join(map(_escaped, name))}: {origin.secrets[lower].replace('$TOKEN', '%s')}"
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
    return functions.replace("@json.awk@", awk).replace("@replay@", _REPLAY)


def _send(number: int, exchange: Exchange, names: _Names) -> list[str]:
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
    number: int, exchange: Exchange, later: list[Exchange], names: _Names, waits: Iterable[str] = ()
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


def _wait(settled: tuple[str, str] | None, names: _Names) -> list[str]:
    """The lines that wait until a group's file is read as it was in the run."""
    return [f"wait_for {shlex.quote(settled[1])} {names.url(settled[0])}"] if settled else []


def _was(number: int, exchange: Exchange, names: _Names) -> str:
    """The line that writes the answer of the run as `send` writes one."""
    answer = exchange.answer
    assert answer is not None, "an exchange without an answer decides nothing"
    media = answer.headers.get("content-type", "").partition(";")[0].strip()
    first = f"{answer.status}\n{media}\n{answer.headers.get('allow', '')}\n".encode("latin-1", "replace")
    return f'printf {names.format(first + answer.content.replace(bytes(1), b" "), ids=False)} >"$dir/{number}.was"'


def _statuses(finding: Finding, evidence: Evidence) -> list[str]:
    """The statuses of which the finding expected one, as patterns of the shell; none if it is not about a status."""
    answer = evidence.deciding.answer
    if answer is None or not finding.statuses or str(answer) not in finding.actual:
        return []
    return [] if str(answer.status) in finding.statuses else list(finding.statuses)


def _wanted(finding: Finding, evidence: Evidence, names: _Names) -> tuple[str, str] | None:
    """The path of the wrong value in the deciding answer, and the right one as JSON in a word of the shell."""
    answer = evidence.deciding.answer
    if answer is None or finding.values is None or evidence.whole:
        return None
    place, expected = place_of(finding, answer), finding.values[1]
    if not place or not isinstance(expected, str | int | float | bool | None):
        return None
    if str(expected) in names.ids and not isinstance(expected, bool):
        quote_mark = '\\"' if isinstance(expected, str) else ""
        return place, f'"{quote_mark}${names.ids[str(expected)]}{quote_mark}"'
    text = json.dumps(expected)
    if (
        place == ".uid"
        or place.endswith("._id")
        or (_CHANGES.match(str(expected)) and str(expected) not in evidence.deciding.url)
    ):
        return None
    if isinstance(expected, str) and not (expected.isascii() and expected.isprintable() and "/" not in expected):
        return None
    return place, f'"$(printf {names.format(text.encode(), ids=False)})"'


def _subjects(finding: Finding, evidence: Evidence) -> str:
    """The ids of items in the deciding answer that the finding names, as JSON in one word of the shell."""
    answer = evidence.deciding.answer
    content = answer.json if answer is not None else None
    listed = content.get("items") if isinstance(content, dict) else None
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    ids = [item.get("_id", item.get("user_id")) for item in items]
    named = [one for one in ids if isinstance(one, str) and one.isalnum() and one in finding.actual]
    own = {text for step in evidence.before for text in made(step)}
    named = [one for one in named if one not in own]
    return shlex.quote(" ".join(f'"{one}"' for one in named))


def _judge(finding: Finding, statuses: list[str], wanted: tuple[str, str] | None, evidence: Evidence) -> list[str]:
    answer = evidence.deciding.answer
    assert answer is not None, "an exchange without an answer decides nothing"
    unsure: list[str] = []
    if statuses:
        allowed = " | ".join(statuses)
        test = [f"case $status in {allowed}) is_there=0 ;; *) is_there=1 ;; esac"]
        gone, there = "the status is as expected", "the status is not as expected"
    elif wanted:
        place, value = wanted
        test = [
            f'found=$(literal "$step" {shlex.quote(place)})',
            f'if [ "$found" = {value} ]; then is_there=0; else is_there=1; fi',
        ]
        gone, there = f"{place[1:]} is as expected", f"{place[1:]} is not as expected"
        if place in _COUNTS:
            unsure = ["read_both", f"! are_others count || give_up {shlex.quote(f'{_UNSURE}; {_REPLAY}')}"]
    else:
        test = ["if is_as_it_was; then is_there=1; else is_there=0; fi"]
        if _is_about(_CATEGORIES, evidence.deciding):
            test.append(f"has_parts || give_up {shlex.quote(f'{_UNSURE}; {_REPLAY}')}")
        unsure = [f'[ "$is_there" = 1 ] || ! are_others || give_up {shlex.quote(f"{_UNSURE}; {_REPLAY}")}']
        if evidence.racing:
            unsure = [f'[ "$is_there" = 1 ] || give_up {shlex.quote(f"{_RACING}; {_REPLAY}")}']
        gone, there = "the answer is other than it was", "the answer is what it was, but for ids and times"
    trouble = [str(one) for one in (401, 403, 407, 429, 502, 503, 504) if one != answer.status]
    late = finding.overdue or (wanted is not None and wanted[0] == ".status")  # a background job sets it
    return [
        "end=$(($(date +%s) + WAIT))",
        "while :; do",
        "  decide",
        f'  case $status in {" | ".join(trouble)}) give_up "$method $url answered $status" ;; esac',
        *(f"  {line}" for line in test),
        *(['  [ "$is_there" = 1 ] && [ "$(date +%s)" -lt "$end" ] || break', "  pause"] if late else ["  break"]),
        "done",
        f"say {shlex.quote('expected: ' + visible(cut(finding.expected, MAX_SHOWN)))}",
        'say "actual: $status $(shown <"$dir/answer")"',
        *unsure,
        f'[ "$is_there" = 0 ] || {{ say {shlex.quote(f"the fault is there: {there}")}; exit 1; }}',
        f"say {shlex.quote(f'the fault is gone: {gone}')}",
        "exit 0",
    ]
