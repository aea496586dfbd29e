"""How a script tells whether a fault is there: by a status, by one value, or by all that the answers say."""

import json
import re
import shlex

from audience_conformance.client.exchange import Exchange
from audience_conformance.reports.facts import visible
from audience_conformance.reproduce.quoting import Names
from audience_conformance.reproduce.slicing import Evidence, made, place_of
from audience_conformance.results.finding import Finding, cut

MAX_SHOWN = 600
REPLAY = "audience-conformance replay report.json tries it"
COUNTS = (".page.item_total", ".page.has_next")
"""Values that depend on all items of a list."""
_CHANGES = re.compile(r"\d{4}-\d\d-\d\d|[0-9A-Fa-f]{24}$|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")
"""Times and ids: they are others in each run."""
_UNSURE = "the lists hold other items than they did, which this script has not made"
_RACING = "the answers depend on how far a background job was"
_CATEGORIES = re.compile(r"/categories$")
"""Paths of lists whose items never say whose they are."""


def expected_statuses(finding: Finding, evidence: Evidence) -> list[str]:
    """The statuses of which the finding expected one, as patterns of the shell; none if it is not about a status."""
    answer = evidence.deciding.answer
    if answer is None or not finding.statuses or str(answer) not in finding.actual:
        return []
    return [] if str(answer.status) in finding.statuses else list(finding.statuses)


def expected_value(finding: Finding, evidence: Evidence, names: Names) -> tuple[str, str] | None:
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


def subjects(finding: Finding, evidence: Evidence) -> str:
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


def judge(finding: Finding, statuses: list[str], wanted: tuple[str, str] | None, evidence: Evidence) -> list[str]:
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
        if place in COUNTS:
            unsure = ["read_both", f"! are_others count || give_up {shlex.quote(f'{_UNSURE}; {REPLAY}')}"]
    else:
        test = ["if is_as_it_was; then is_there=1; else is_there=0; fi"]
        if is_about(_CATEGORIES, evidence.deciding):
            test.append(f"has_parts || give_up {shlex.quote(f'{_UNSURE}; {REPLAY}')}")
        unsure = [f'[ "$is_there" = 1 ] || ! are_others || give_up {shlex.quote(f"{_UNSURE}; {REPLAY}")}']
        if evidence.racing:
            unsure = [f'[ "$is_there" = 1 ] || give_up {shlex.quote(f"{_RACING}; {REPLAY}")}']
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


def is_about(pattern: re.Pattern[str], exchange: Exchange) -> bool:
    return pattern.search(exchange.url.partition("?")[0]) is not None
