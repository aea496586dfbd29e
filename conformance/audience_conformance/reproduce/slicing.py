"""Which request decided a finding, and which earlier ones made or changed what it is about."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from audience_conformance.client.api import DEFINITIONS, GROUPS, PREFIX
from audience_conformance.client.exchange import Answer, Exchange
from audience_conformance.results.finding import Finding, equal

_OWN = re.compile(re.escape(PREFIX) + r"[0-9a-f]{8}-[a-z]*[ _-]?[a-z_]*-?\d+")
"""A text that the suite has made unique, in lower case."""
_WORDS = {
    "", "user_attribute", "definition", "bulk_update", "user", "user_group", "tags", "categories", "categorised",
    "users", "refresh",
}  # fmt: skip
"""The literal segments of the paths."""
_CURSORS = ("next_cursor", "prev_cursor")
MOST_WHOLE = 60
"""The most requests that are sent again where a finding compares several answers."""
MOST_WRITES = 25
"""The most writes that a script sends though the deciding request does not seem to depend on them."""
_SHORTEST = 2
"""Characters of an `actual` that is looked for in the answers: shorter ones are everywhere."""


@dataclass(frozen=True)
class Evidence:
    """What a finding rests on.

    Args:
        deciding: the request whose answer decided.
        before: the requests that it depends on, in order.
        whole: no answer is what the finding calls actual: it compares several, and `before` is all that was sent.
        together: the reads of the same thing since its last change, but for those that wait for a background job, the
            deciding one included: a finding that compares answers compares these.
        at_once: some of them were sent at the same time.
        widely: `before`, and if they are few all other writes: answers may differ by what else was made.
        settled: for writes of a group's file, by `id`, the URL of the group and its status when the check went on.
        racing: a group's users were read before and while a new file was read: the answers depend on who was faster.
    """

    deciding: Exchange
    before: tuple[Exchange, ...]
    together: tuple[Exchange, ...] = ()
    at_once: bool = False
    whole: bool = False
    widely: tuple[Exchange, ...] = ()
    settled: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    racing: bool = False


def evidence(exchanges: Sequence[Exchange], finding: Finding) -> Evidence | None:
    """What a finding rests on, of the exchanges of its check; None if it sent nothing."""
    exchanges = [one for one in exchanges if one.answer is not None]
    if not exchanges:
        return None
    place, found = _deciding(exchanges, finding)
    deciding = exchanges[place]
    whole = not found and len(exchanges) <= MOST_WHOLE
    chosen = _all_before(exchanges, place) if whole else sorted(_depends_on(exchanges, place))
    last_write = max((index for index in chosen if exchanges[index].method != "GET"), default=-1)
    together: list[Exchange] = []
    if deciding.method == "GET" and not whole:
        chosen = sorted({*chosen, *_read_before(exchanges[: max(0, last_write)], deciding)})
        together = [one for one in exchanges[last_write + 1 : place] if _is_of_the_same(one, deciding)]
    writes = [index for index in range(place) if exchanges[index].method != "GET"]
    widely = sorted({*chosen, *(writes if len(writes) <= MOST_WRITES else ())})
    settled = {
        id(exchanges[index]): state
        for index in widely
        if (state := _settled(exchanges[index], exchanges[index + 1 : place]))
    }
    before = tuple(exchanges[index] for index in chosen)
    return Evidence(
        deciding,
        before,
        (*together, deciding),
        at_once=_overlap([*before, deciding]),
        whole=whole,
        widely=tuple(exchanges[index] for index in widely),
        settled=settled,
        racing=any(_races(exchanges, index, place) for index in widely),
    )


def _all_before(exchanges: Sequence[Exchange], place: int) -> list[int]:
    """The indexes of all requests, but of reads that wait for something only the last."""
    return [
        index
        for index in range(place)
        if exchanges[index].method != "GET"
        or (exchanges[index].method, exchanges[index].url) != (exchanges[index + 1].method, exchanges[index + 1].url)
    ]


def _read_before(earlier: Sequence[Exchange], deciding: Exchange) -> list[int]:
    """The index of the last read that is the same as the deciding one: a cache may keep its answer."""
    return [index for index, one in enumerate(earlier) if (one.method, one.url) == ("GET", deciding.url)][-1:]


def _is_of_the_same(one: Exchange, deciding: Exchange) -> bool:
    """Is it a read of the same thing, and none that sees a job under way: their number is another one each time."""
    content = one.answer.json if one.answer is not None else None
    waits = isinstance(content, dict) and content.get("status") == "pending"
    return one.method == "GET" and _path(one) == _path(deciding) and not waits


def _settled(write: Exchange, later: Sequence[Exchange]) -> tuple[str, str] | None:
    """The URL of the group that a request has written, and its status when it was no longer pending."""
    url = _group_of(write)
    for one in later if url else ():
        if status := _status_in(one, url):
            return url, json.dumps(status)
    return None


def _races(exchanges: Sequence[Exchange], at: int, end: int) -> bool:
    """Are users of a group read before a change of its file, and after it before a status has told that it is read."""
    write, url = exchanges[at], _group_of(exchanges[at])
    if not url or write.answer is None or not write.answer.ok or b'"file_url"' not in (write.body or b""):
        return False

    def reads_users(one: Exchange) -> bool:
        return one.method == "GET" and one.url.partition("?")[0] == f"{url}/users"

    later = itertools.takewhile(lambda one: not _status_in(one, url), exchanges[at + 1 : end + 1])
    return any(map(reads_users, exchanges[:at])) and any(map(reads_users, later))


def _group_of(write: Exchange) -> str:
    """The URL of the group that a request writes, or ""."""
    path = _path(write)
    if write.method not in ("POST", "PATCH") or not path.startswith(GROUPS):
        return ""
    made = write.answer.json if write.answer is not None and path == GROUPS else None
    return f"{write.url}/{made.get('_id')}" if isinstance(made, dict) else write.url.removesuffix("/refresh")


def _status_in(exchange: Exchange, url: str) -> Any:
    """The status in the answer to a read of a group, once it is no longer pending."""
    answer = exchange.answer if exchange.method == "GET" and exchange.url == url else None
    content = answer.json if answer is not None else None
    status = content.get("status") if isinstance(content, dict) else None
    return None if status == "pending" else status


# --- the deciding one -------------------------------------------------------------------------------------


def _deciding(exchanges: Sequence[Exchange], finding: Finding) -> tuple[int, bool]:
    """The last exchange whose answer is what the finding calls actual, or holds it; else the last one, and False."""
    last = len(exchanges) - 1
    for index in range(last, -1, -1):
        answer = exchanges[index].answer
        if answer is not None and answer.content and str(answer) in finding.actual:
            return index, True
    if finding.values:
        for index in range(last, -1, -1):
            answer = exchanges[index].answer
            if answer is not None and place_of(finding, answer):
                return index, True
    for value in (_parsed(finding.actual), finding.actual):
        if isinstance(value, dict | list | str) and len(value) >= _SHORTEST:
            for index in range(last, -1, -1):
                answer = exchanges[index].answer
                if answer is not None and any(part == value for part in _parts(answer.json)):
                    return index, True
    return last, finding.values is not None


def place_of(finding: Finding, answer: Answer) -> str:
    """Where in an answer the wrong value is that a finding names by its field: ".page.size"; "" if it is in none."""
    field_name = re.match(r"(?:page\.)?(\w+)", finding.expected)
    if finding.values is None or field_name is None:
        return ""
    content = answer.json
    page = content.get("page") if isinstance(content, dict) else None
    for prefix, holder in (("", content), (".page", page)):
        if isinstance(holder, dict) and field_name[1] in holder and equal(holder[field_name[1]], finding.values[0]):
            return f"{prefix}.{field_name[1]}"
    return ""


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _parts(value: Any) -> Iterator[Any]:
    """A JSON value and all that it holds."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


# --- what it depends on -----------------------------------------------------------------------------------


def _depends_on(exchanges: Sequence[Exchange], place: int) -> set[int]:
    """The indexes of the writes that made or changed what a request is about, and of the reads that gave cursors."""
    wanted = _about(exchanges[place])
    collections = {_collection(exchanges[place])}
    chosen: set[int] = set()
    grows = True
    while grows:
        grows = False
        for index in range(place - 1, -1, -1):
            exchange = exchanges[index]
            if index in chosen or not _matters(exchange, wanted, collections):
                continue
            chosen.add(index)
            wanted |= _about(exchange) | made(exchange)
            grows = True
    return chosen


def _matters(exchange: Exchange, wanted: set[str], collections: set[str]) -> bool:
    if exchange.method == "GET":
        return any(cursor in wanted for cursor in _cursors(exchange.answer))
    return bool((_about(exchange) | made(exchange)) & wanted) or _collection(exchange) in collections - {""}


def _path(exchange: Exchange) -> str:
    """The path below the application."""
    path = urlsplit(exchange.url).path
    return "/" + path.partition("/application/")[2].partition("/")[2]


def _collection(exchange: Exchange) -> str:
    """The collection that a request lists or adds to, or ""."""
    path = _path(exchange)
    if path in (f"{GROUPS}/tags", f"{GROUPS}/categories", f"{GROUPS}/categorised"):
        path = GROUPS
    return f"{urlsplit(exchange.url).path.partition('/application/')[2].partition('/')[0]} {path}" * (
        path in (DEFINITIONS, GROUPS)
    )


def _about(exchange: Exchange) -> set[str]:
    """The ids and unique texts in a request."""
    query = parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
    found = {unquote(segment) for segment in _path(exchange).split("/")} - _WORDS
    found |= {value for name, value in query if name in ("cursor", "group_uid")}
    text = " ".join(value for _, value in query) + " " + _text(exchange.body)
    return found | set(_OWN.findall(text.lower()))


def _text(body: bytes | None) -> str:
    return unquote((body or b"").decode("utf-8", "replace"))


def made(exchange: Exchange) -> set[str]:
    """The ids of what a request has made."""
    answer = exchange.answer
    content = answer.json if exchange.method == "POST" and answer is not None and answer.ok else None
    ids = (content.get("_id"), content.get("uid")) if isinstance(content, dict) else ()
    return {str(one) for one in ids if isinstance(one, str | int)}


def of_other_checks(steps: Sequence[Exchange]) -> set[str]:
    """The unique texts, in lower case, of items in the answers that these requests have not made."""
    own = set[str]().union(*(_about(step) | made(step) for step in steps))
    found: set[str] = set()
    for step in steps:
        for item in _items(step.answer.json if step.answer is not None else None):
            texts = set(_OWN.findall(json.dumps(item, ensure_ascii=False).lower()))
            ids = {item.get(name) for name in ("_id", "uid", "user_id")} if isinstance(item, dict) else set()
            if not own & (texts | {str(one) for one in ids}):
                found |= texts
    return found


def _items(value: Any) -> Iterator[Any]:
    """The items of the lists in an answer, but of lists in items."""
    for part in value.values() if isinstance(value, dict) else ():
        if isinstance(part, list):
            yield from part
        elif isinstance(part, dict):
            yield from _items(part)


def _cursors(answer: Answer | None) -> list[str]:
    content = answer.json if answer is not None else None
    page = content.get("page") if isinstance(content, dict) else None
    found = [page.get(name) for name in _CURSORS] if isinstance(page, dict) else []
    return [cursor for cursor in found if isinstance(cursor, str)]


def _overlap(exchanges: Sequence[Exchange]) -> bool:
    """Were any two of them under way at the same time."""
    timed = sorted((one for one in exchanges if one.started), key=lambda one: one.started)
    return any(later.started < one.started + one.seconds for one, later in itertools.pairwise(timed))
