"""FMT-11: the times of definitions and groups."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from audience_conformance.checks.prerequisites import TIMESTAMPS
from audience_conformance.checks.protocol.requests import batches, spec
from audience_conformance.checks.protocol.requests.resources import Resources, first_page
from audience_conformance.checks.protocol.requests.spec import per_operation
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, seg
from audience_conformance.client.exchange import Answer
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.finding import Skip, expect, show

TIMES = ("created_at", "modified_at")
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
