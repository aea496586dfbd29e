"""FMT: the times of definitions and groups."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from audience_conformance.checks.assertions import body, items
from audience_conformance.checks.definitions.create import definition_body
from audience_conformance.checks.groups.helpers import categorised, group_body
from audience_conformance.checks.prerequisites import DATE, TIMESTAMPS
from audience_conformance.checks.protocol.requests import batches, spec
from audience_conformance.checks.protocol.requests.resources import Resources, first_page
from audience_conformance.checks.protocol.requests.spec import per_operation
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, seg
from audience_conformance.client.exchange import Answer
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.finding import Skip, expect, show

TIMES = ("created_at", "modified_at")
MOST_APART = timedelta(minutes=5)
"""Between the Date of an answer and the time of what it has created or changed."""
OF_OLD = "2001-02-03T04:05:06.000Z"
_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII | re.IGNORECASE
)


def is_date_time(value: Any) -> bool:
    """Is it an RFC 3339 date-time, which has a zone; a leap second is valid."""
    match = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return False
    try:
        datetime.fromisoformat(f"{match[1]}T{re.sub(':60$', ':59', match[2])}")
    except ValueError:
        return False
    return True


@per_operation("FMT-11", catalogue()["FMT-11"].operations, needs=(TIMESTAMPS,))
def times_are_rfc_3339(api: Api, operation_id: str) -> None:
    """Create, read, update and list definitions and groups: their times must be RFC 3339 date-times with a zone.

    The contract requires neither time; a time that the target shows in one resource must be in all.
    """
    names = _shown_times(api, GROUPS if "Group" in operation_id else DEFINITIONS)
    skipped = True
    for answer in _answers(api, operation_id):
        for record in _records(answer) if answer.ok else ():
            for name in names:
                skipped = False
                right = is_date_time(record.get(name))
                actual = f"{show(record.get(name))}, in {show(record)}"
                expect(right, f"{name} to be an RFC 3339 date-time with a zone", actual, operation=operation_id)
    if skipped:
        raise Skip(f"{TIMESTAMPS}: {operation_id}")


def _answers(api: Api, operation_id: str) -> Iterator[Answer]:
    if spec.is_read(operation_id):
        yield from (sent.answer for sent in batches.response_variants(api, operation_id))
    else:
        yield from (sent.answer for sent in batches.valid(api, operation_id) if sent.kind == batches.VALID)


def _records(answer: Answer) -> list[JsonObject]:
    """The definitions or groups in a body."""
    body = answer.json
    if not isinstance(body, dict):
        return []
    groups = body.get("user_groups")
    if isinstance(groups, dict):
        records = [group for items in groups.values() if isinstance(items, list) for group in items]
    else:
        records = body["items"] if isinstance(body.get("items"), list) else [body]
    return [record for record in records if isinstance(record, dict)]


def _shown_times(api: Api, path: str) -> list[str]:
    """The times that this target shows."""
    records: list[Any] = first_page(api, path, page_size=1)
    if api.options.writes:
        resources = Resources(api)
        created = resources.group() if path == GROUPS else resources.definition()
        records += [created, api.get(f"{path}/{seg(created['_id'])}").json]
    return [name for name in TIMES if any(isinstance(record, dict) and name in record for record in records)]


@per_operation("FMT-15", catalogue()["FMT-15"].operations, needs=(TIMESTAMPS, DATE))
def times_are_those_of_the_request(api: Api, operation_id: str) -> None:
    """Create or change a definition or a group, also with other times in the body; read it by id and in its lists.

    The time lies within five minutes of the Date of the response to the write.
    """
    collection = GROUPS if "Group" in operation_id else DEFINITIONS
    name = "created_at" if spec.creates(operation_id) else "modified_at"
    resource: JsonObject = {} if spec.creates(operation_id) else body(api.post(collection, _new_body(api, collection)))
    shown = False
    for more in ({}, dict.fromkeys(TIMES, OF_OLD)):
        if spec.creates(operation_id):
            answer = api.post(collection, {**_new_body(api, collection), **more})
        else:
            changes = {"description": api.unique("Changed "), **more}
            answer = api.request(spec.method(operation_id), f"{collection}/{seg(resource['_id'])}", body=changes)
        written = body(answer, operation=operation_id)
        resource, now = {**resource, **written}, date_of(answer)
        if now is None:
            raise Skip(DATE)
        views = {
            "the response": written,
            "the one read by id": body(api.get(f"{collection}/{seg(resource['_id'])}")),
            "the list": _entry(items(api.get(collection, name=resource.get("name"))), resource),
        }
        if collection == GROUPS and more:
            views["the categorised list"] = _entry(categorised(api).get(str(resource.get("category")), []), resource)
        for source, view in views.items():
            shown = shown or is_date_time(view.get(name))
            lies_near(view.get(name), now, f"{name} in {source}", operation_id)
    if not shown:
        raise Skip(f"{TIMESTAMPS}: {operation_id}")


def _new_body(api: Api, collection: str) -> JsonObject:
    return group_body(api) if collection == GROUPS else definition_body(api)


def _entry(listed: list[JsonObject], resource: JsonObject) -> JsonObject:
    """The entry of a resource; empty where it is absent, which other rules are about."""
    return next((one for one in listed if one.get("_id") == resource.get("_id")), {})


def date_of(answer: Answer) -> datetime | None:
    """The Date of a response; None where it has none."""
    try:
        date = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def lies_near(time: Any, now: datetime, what: str, operation_id: str) -> None:
    """Report a finding if a time is not that of a request; FMT-11 and FMT-12 are about times that are none."""
    if is_date_time(time):
        moment = datetime.fromisoformat(re.sub(r":60(?=\D|$)", ":59", time.upper()))
        expected = f"{what} to be within five minutes of the Date of the write, {now.isoformat()}"
        expect(abs(moment - now) <= MOST_APART, expected, time, operation=operation_id)
