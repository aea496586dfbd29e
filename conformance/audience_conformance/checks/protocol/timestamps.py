"""FMT-11: the times of definitions and groups."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from audience_conformance.checks.prerequisites import TIMESTAMPS
from audience_conformance.checks.protocol.requests import batches
from audience_conformance.checks.protocol.requests.call import method, per_operation
from audience_conformance.checks.protocol.requests.resources import Resources, listed
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, JsonObject, seg
from audience_conformance.client.target import Answer
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.finding import Skip, expect, show

TIMES = ("created_at", "modified_at")
_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII | re.IGNORECASE
)


def is_date_time(value: Any) -> bool:
    """Is it an RFC 3339 date-time, which has a zone; a leap second is one."""
    found = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return False
    try:
        datetime.fromisoformat(f"{found[1]}T{re.sub(':60$', ':59', found[2])}")
    except ValueError:
        return False
    return True


@per_operation("FMT-11", catalogue()["FMT-11"].operations, needs=(TIMESTAMPS,))
def times_are_rfc_3339(api: Api, operation_id: str) -> None:
    """Look at the times of definitions and groups when created, read, updated, listed and put into categories."""
    resources = Resources(api)
    is_group = "Group" in operation_id
    borne = _borne(api, resources, GROUPS if is_group else DEFINITIONS)
    seen = 0
    for answer in _answers(api, operation_id):
        for record in _records(answer) if answer.ok else ():
            for name in borne:
                seen += 1
                right = is_date_time(record.get(name))
                actual = f"{show(record.get(name))}, in {show(record)}"
                expect(right, f"{name} to be an RFC 3339 date-time with a zone", actual, operation=operation_id)
    if not seen:
        raise Skip(f"{TIMESTAMPS}: {operation_id}")


def _answers(api: Api, operation_id: str) -> Iterator[Answer]:
    if method(operation_id) == "GET":
        yield from (sent.answer for sent in batches.response_variants(api, operation_id))
        return
    yield from (sent.answer for sent in batches.valid(api, operation_id) if sent.kind == batches.VALID)


def _records(answer: Answer) -> list[JsonObject]:
    """The definitions or groups in an answer."""
    body = answer.json
    if not isinstance(body, dict):
        return []
    groups = body.get("user_groups")
    if isinstance(groups, dict):
        found = [group for items in groups.values() if isinstance(items, list) for group in items]
    else:
        found = body["items"] if isinstance(body.get("items"), list) else [body]
    return [record for record in found if isinstance(record, dict)]


def _borne(api: Api, resources: Resources, path: str) -> list[str]:
    """The times that this target shows: the contract requires neither, but what one answer shows, all have to."""
    answered: list[Any] = listed(api, path, page_size=1)
    if api.options.writes:
        made = resources.group() if path == GROUPS else resources.definition()
        answered += [made, api.get(f"{path}/{seg(made['_id'])}").json]
    return [name for name in TIMES if any(isinstance(one, dict) and name in one for one in answered)]
