"""Servers that conform in another way than the mock: no check may find a broken MUST rule in any of them."""

import asyncio
import base64
import binascii
import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Scope
from tests.faults import operations as ops
from tests.faults import patching, road
from tests.faults.operators.http import error_bodies
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, all_faults
from tests.faults.road import Road

from audience_conformance.checks.registry import rules_without_check
from audience_conformance.contract.rules import catalogue
from audience_mock import errors
from audience_mock.session.jobs import Jobs
from audience_mock.store.ids import IdSource
from audience_mock.store.members import Members, Page, PageQuery

SHOULD_BROKEN = (
    "FMT-06-fraction-is-cut",
    "FMT-07-missing-method-is-404",
    "FMT-09-any-content-type",
    "FMT-10-unknown-path-is-403",
    "FMT-12-attribute-without-type",
    "FMT-13-page-size-is-clamped",
    "FMT-14-last-of-100-in-bulk-is-too-many",
    "FMT-15-milliseconds-are-read-as-seconds",
    "DEF-06-modified-at-stays",
    "DEF-12-case-counts",
    "DEF-13-slug-taken-twice",
    "DEF-14-locked-can-be-updated",
    "DEF-15-pin-order-1",
    "DEF-17-values-stay",
    "DEF-21-pinned-is-taken",
    "DEF-22-renamed-is-added-again",
    "DEF-23-empty-patch-counts",
    "DEF-24-first-value-only",
    "ATT-03-key-is-the-name",
    "ATT-05-new-id-on-replace",
    "ATT-10-any-value-fits",
    "ATT-12-type-is-ignored",
    "ATT-14-null-is-stored",
    "ATT-15-validations-are-ignored",
    "ATT-16-editable-is-overridden",
    "ATT-17-joining-says-who-wrote",
    "BLK-03-job-id-is-constant",
    "BLK-04-nothing-is-written",
    "BLK-05-unknown-key-alone-is-202",
    "BLK-06-first-three-items-only",
    "BLK-07-unreadable-file-is-400",
    "GRP-06-modified-at-stays",
    "GRP-11-case-counts",
    "GRP-12-all-tags-are-needed",
    "GRP-16-description-is-optional",
    "GRP-21-count-becomes-0",
    "GRP-22-first-user-is-a-header",
    "GRP-23-unknown-fields-are-stored",
    "GRP-24-refresh-sorts-the-users",
    "GRP-25-renamed-group-stays-completed",
    "GRP-26-v-counts-refreshes",
    "GRP-27-count-never-goes-down",
    "GRP-28-failed-groups-do-not-count",
    "GRP-29-file-is-ignored-while-one-is-read",
    "MEM-04-page-2-begins-one-late",
    "MEM-05-q-is-ignored",
    "MEM-06-true-shows-all",
    "MEM-08-unknown-cursor-is-the-first-page",
    "MEM-09-cursor-dies-with-its-file",
    "PAG-05-twenty-by-default",
    "PAG-06-past-the-end-is-the-last",
    "PAG-08-page-0-is-page-1",
    "PAG-09-order-on-the-page-turns",
    "PAG-10-groups-newest-first",
    "TEN-01-definition-by-id",
    "TEN-02-update-of-a-definition",
    "CON-03-refresh-restores-the-name",
)
"""Faults of SHOULD rules that break no MUST rule; `should_is_broken` itself breaks FMT-08 and ERR."""


@dataclass(frozen=True)
class Variant:
    """A server that conforms.

    Args:
        change: makes a mock so.
        job_delay: seconds before its background work.
        broken: the SHOULD rules that it breaks, and that a run must name.
        settings: settings of the run.
        road: what happens to requests and answers on the way.
        may_end: the trouble on the way need not end, so that a check may be not judged.
        names_all: a run names each rule that is broken; else one may hide another.
    """

    change: Change = lambda _: None
    job_delay: float = 0.02
    broken: frozenset[str] = frozenset()
    settings: dict[str, Any] = field(default_factory=dict)
    road: Road = road.free
    may_end: bool = False
    names_all: bool = True


def _json_responses(mock: Mock, change: Callable[[Exchange], None]) -> None:
    """Change every response that is JSON."""

    def hook(exchange: Exchange) -> None:
        if exchange.answer_headers.get("content-type") == "application/json" and exchange.sent():
            change(exchange)

    mock.answer(hook)


def extra_properties(mock: Mock) -> None:
    """Every object has more properties, one of them another in each answer, and every response has more headers."""

    def change(exchange: Exchange) -> None:
        _add_properties(exchange.json, uuid.uuid4().hex)
        exchange.answer_headers |= {"x-request-id": str(uuid.uuid4()), "cache-control": "no-store", "vary": "Accept"}

    _json_responses(mock, change)


def _add_properties(part: Any, nonce: str) -> None:
    """Add properties to an object and to those that it holds, but not to what a value of a definition is."""
    if isinstance(part, list):
        for item in part:
            _add_properties(item, nonce)
    elif isinstance(part, dict):
        for name, inner in part.items():
            for one in inner.values() if name == "user_groups" and isinstance(inner, dict) else (inner,):
                if name not in ("value", "default_value"):
                    _add_properties(one, nonce)
        part |= {"x_extra": {"more": [1, None]}, "trace": nonce}


def other_key_order(mock: Mock) -> None:
    """The keys of every object come in the opposite order."""
    _json_responses(mock, lambda x: x.send(json.dumps(_reversed(x.json), ensure_ascii=False)))


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    return [_reversed(item) for item in value] if isinstance(value, list) else value


def pretty_printed(mock: Mock) -> None:
    """Bodies are in many lines of ASCII, with spaces where JSON allows some, and end in a newline."""
    spaced = (",\n    ", " : ")  # with `indent` it would take twenty times as long
    _json_responses(mock, lambda x: x.send(json.dumps(x.json, separators=spaced) + "\n"))


def charset(mock: Mock) -> None:
    _json_responses(mock, lambda x: x.answer_headers.update({"content-type": "application/json; charset=utf-8"}))


def uuid_ids(mock: Mock) -> None:
    mock.wrap(lambda new_id, self: str(uuid.uuid5(uuid.NAMESPACE_OID, new_id(self))), IdSource, "new_id")


def other_times(mock: Mock) -> None:
    """Times end in +00:00 and have microseconds."""

    def restamp(record: Record) -> None:
        for name in ("created_at", "modified_at", "refreshed_at"):
            if isinstance(record.get(name), str):
                record[name] = record[name].replace("Z", "000+00:00")
        if isinstance(record.get("total_users"), dict):
            restamp(record["total_users"])

    mock.records(restamp, *ops.DEFINITIONS, *ops.GROUPS)


def opaque_cursors(mock: Mock) -> None:
    """Cursors are base64."""

    def before(exchange: Exchange) -> None:
        if (cursor := exchange.query.get("cursor")) is not None:
            try:
                exchange.query["cursor"] = base64.b64decode(cursor, validate=True).decode().removeprefix("v1:")
            except (binascii.Error, ValueError):
                exchange.query["cursor"] = f"no cursor: {cursor}"

    def behind(exchange: Exchange) -> None:
        page = exchange.json["page"]
        for name in ("next_cursor", "prev_cursor"):
            if page[name] is not None:
                page[name] = base64.b64encode(f"v1:{page[name]}".encode()).decode()

    mock.request(before, ops.LIST_USERS)
    mock.answer(behind, ops.LIST_USERS, status=200)


def jobs_behind_writes(mock: Mock) -> None:
    """A job does its work between the next write and its response: that write may be overwritten."""

    async def ask(original: Callable[..., Awaitable[None]], app: ASGIApp, scope: Scope, exchange: Exchange) -> None:
        running = dict(mock.backend.jobs._running)
        await original(app, scope, exchange)
        if exchange.method != "GET" and running:
            for job in running.values():
                Jobs.advance(job)
            await asyncio.wait(running)

    mock.wrap(ask, patching, "ask")


def cursors_die_with_their_users(mock: Mock) -> None:
    """A cursor is the id of a user; once he has left the group, it is unknown."""

    def page(original: Callable[..., Page], self: Members, query: PageQuery) -> Page:
        if query.cursor in self._gone and query.cursor not in self._places:
            raise errors.unknown_cursor(str(query.cursor))
        return original(self, query)

    mock.wrap(page, Members, "page")


def coarse_clock(mock: Mock) -> None:
    """The clock moves once in ten milliseconds."""
    mock.wrap(lambda now, self, after="": f"{now(self)[:-2]}0Z", IdSource, "now")


SMALLER_PAGE, SMALLER_TEXT, FEWER_ITEMS = 50, 200, 50


def _is_large(value: Any) -> bool:
    is_text = isinstance(value, str) and not value.startswith("data:")
    return is_text and (len(value) > SMALLER_TEXT or max(value, default="") > "\uffff")


def smaller_limits(mock: Mock) -> None:
    """Pages hold up to 50 items, texts up to 200 characters of three bytes, bulk updates 50 items."""

    def hook(exchange: Exchange) -> None:
        size, items = exchange.query.get("page_size", ""), exchange.fields.get("attributes")
        wrong = ["page_size"] if size.isdecimal() and int(size) > SMALLER_PAGE else []
        wrong += ["attributes"] if isinstance(items, list) and len(items) > FEWER_ITEMS else []
        wrong += [name for name, value in exchange.fields.items() if _is_large(value)]
        if wrong:
            exchange.refuse(400, f"{wrong[0]} is too large here.", wrong[0])

    mock.request(hook)


LAG = 0.03
"""Seconds by which reads lag behind writes in `reads_lag`."""


def reads_lag(mock: Mock) -> None:
    """For a while after a write, a read is answered as before it; what was not read before is not there."""
    known: dict[str, tuple[int, bytes]] = {}
    written = [0.0]

    def before(exchange: Exchange) -> None:
        if exchange.method != "GET":
            return
        status, content = known.get(f"{exchange.path}?{exchange.query}", (404, b"{}"))
        is_known_or_one = status == HTTPStatus.OK or exchange.record_id
        if time.monotonic() < written[0] + LAG and is_known_or_one:
            exchange.answer(status, text=content.decode())

    def behind(exchange: Exchange) -> None:
        if exchange.method != "GET":
            written[0] = time.monotonic()
        elif time.monotonic() >= written[0] + LAG:
            known[f"{exchange.path}?{exchange.query}"] = exchange.status, exchange.sent()

    mock.request(before)
    mock.answer(behind)


def newest_first(mock: Mock) -> None:
    """Lists are in the reverse order, by which no MUST rule is broken."""
    next(fault for fault in all_faults() if fault.id == "PAG-10-newest-first").change(mock)


def no_data_urls(mock: Mock) -> None:
    """A file is somewhere else, and never in its URL: which URLs there are was decided."""

    def refuse(exchange: Exchange) -> None:
        if str(exchange.fields.get("file_url", "")).lower().startswith("data:") and _is_served(exchange):
            exchange.refuse(400, field="body.file_url", message="file_url is not a URL that this server reads.")

    mock.request(refuse, ops.CREATE_GROUP, ops.PATCH_GROUP, ops.BULK)


def times_in_utc_only(mock: Mock) -> None:
    """A value of the type datetime has milliseconds and Z: how one looks was decided."""

    def refuse(exchange: Exchange) -> None:
        texts = re.findall(r'"value": ?"(\d{4}-\d\d-\d\dT[^"]*)"', exchange.content.decode("utf-8", "replace"))
        is_odd = any(not re.fullmatch(r".{19}\.\d{3}Z", text) for text in texts)
        if is_odd and _is_served(exchange) and (exchange.operation == ops.BULK or exchange.stored):
            exchange.refuse(400, field="body.attribute.value", message="The value is no time that this server knows.")

    mock.request(refuse, ops.PUT_ATTRIBUTE, ops.BULK)


def _is_served(exchange: Exchange) -> bool:
    """Is the company and the application of a request one that the mock has."""
    try:
        return bool(exchange.tenant)
    except KeyError:
        return False


def together(mock: Mock) -> None:
    of_responses = (opaque_cursors, other_times, extra_properties, other_key_order, pretty_printed, charset)
    for change in (uuid_ids, *of_responses):
        change(mock)


def should_is_broken(mock: Mock) -> None:
    """Every SHOULD rule is broken, and every MUST rule kept."""
    faults = {fault.id: fault for fault in all_faults()}
    for fault_id in SHOULD_BROKEN:
        faults[fault_id].change(mock)
    mock.answer(lambda x: x.refuse(422) if x.content and x.body is None else None, ops.CREATE_GROUP, status=400)
    error_bodies(lambda x: x.answer(x.status, {"error": "no"}))(mock)


DECISIONS_BROKEN = (
    "FMT-12-category-without-groups-is-null",
    "FMT-12-false-has-next-is-left-out",
    "FMT-12-item-total-of-none-is-left-out",
    "FMT-12-null-cursors-are-left-out",
    "FMT-13-101-attributes-in-bulk",
    "FMT-13-any-company-for-a-delete",
    "FMT-13-any-direction",
    "FMT-13-any-file-url",
    "FMT-13-empty-name-in-a-patch",
    "FMT-13-list-of-numbers",
    "FMT-13-list-of-numbers-in-bulk",
    "FMT-13-long-text-is-cut",
    "FMT-13-name-of-a-group-may-be-long",
    "FMT-13-slug-is-mended",
    "FMT-13-type-in-capitals",
    "FMT-14-length-is-counted-in-bytes",
    "FMT-14-longest-name-is-refused-in-a-patch",
    "FMT-14-unknown-parameter-is-refused",
)
"""Faults that break only what the contract decided, beside those of SHOULD_BROKEN."""


def decisions_are_broken(mock: Mock) -> None:
    """All that is printed is kept, and none of what is decided: limits are smaller, and what is beyond them is taken.

    Answers lack fields, enums have other members, an absent body is an empty one.
    """
    faults = {fault.id: fault for fault in all_faults()}
    for fault_id in DECISIONS_BROKEN:
        faults[fault_id].change(mock)
    for change in (absent_body_is_empty, smaller_limits, coarse_clock, should_is_broken):
        change(mock)


def absent_body_is_empty(mock: Mock) -> None:
    """An update without a body changes nothing."""
    mock.request(lambda x: setattr(x, "content", x.content or b"{}"), ops.UPDATE_DEFINITION, ops.PATCH_GROUP)


def equal_updates(mock: Mock) -> None:
    """An update with what is there already changes nothing, neither modified_at nor __v."""

    def drop_equal(exchange: Exchange) -> None:
        stored = {name: json.dumps(value) for name, value in exchange.stored.items() if name != "file_url"}
        if exchange.fields:
            exchange.body = {
                name: value for name, value in exchange.fields.items() if json.dumps(value) != stored.get(name)
            }

    mock.request(drop_equal, ops.UPDATE_DEFINITION, ops.PATCH_GROUP)


def should_rules() -> frozenset[str]:
    """The SHOULD rules that have a check."""
    return frozenset(rule.id for rule in catalogue().values() if rule.level == "SHOULD") - rules_without_check()


VARIANTS: dict[str, Variant] = {
    "plain": Variant(),
    "extra-properties": Variant(extra_properties),
    "other-key-order": Variant(other_key_order),
    "pretty-printed": Variant(pretty_printed),
    "charset": Variant(charset),
    "no-data-urls": Variant(
        no_data_urls,
        broken=frozenset({"FMT-14", "ERR-03", "ERR-04"}),  # what is wrong besides is not named first
        settings={"users_file_url": None},
        names_all=False,
    ),
    "times-in-utc-only": Variant(times_in_utc_only, broken=frozenset({"FMT-14"})),
    "uuid-ids": Variant(uuid_ids),
    "other-times": Variant(other_times),
    "opaque-cursors": Variant(opaque_cursors),
    "newest-first": Variant(newest_first, broken=frozenset({"PAG-10"})),
    "together": Variant(together),
    "slow-jobs": Variant(job_delay=1.5, settings={"async_timeout": 10.0}),
    "cursors-die-with-their-users": Variant(cursors_die_with_their_users),
    "coarse-clock": Variant(coarse_clock),
    "equal-updates": Variant(equal_updates),
    "smaller-limits": Variant(smaller_limits, broken=frozenset({"FMT-14"})),
    "reads-lag": Variant(reads_lag, settings={"consistency": 2 * LAG}),
    "jobs-behind-writes": Variant(jobs_behind_writes, job_delay=0.1, settings={"async_timeout": 10.0}),
    "limited": Variant(road=road.limited),
    "gateway": Variant(road=road.gateway),
    "closed": Variant(road=road.closed),
    "expired": Variant(road=road.expired, may_end=True),
    "drips": Variant(road=road.drips, may_end=True, settings={"timeout": 1.0}),
    "decisions-are-broken": Variant(
        decisions_are_broken, broken=should_rules(), settings={"async_timeout": 0.7}, names_all=False
    ),
    "should-is-broken": Variant(should_is_broken, broken=should_rules(), settings={"async_timeout": 0.7}),
}
