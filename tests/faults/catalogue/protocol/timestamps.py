"""Faults of timestamps (FMT-11, FMT-15)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import records, wrap
from tests.faults.operators.store import after_create, after_write
from tests.faults.patching import Record
from tests.faults.registry import Change, fault, faults

from audience_mock.store.definitions import Definitions
from audience_mock.store.groups import Groups
from audience_mock.store.ids import timestamp


def _times(change: Callable[[str], str], names: str, *operation_ids: str) -> Change:
    return records(lambda r: r.update({name: change(r[name]) for name in names.split()}), *operation_ids)


def _as(pattern: str, *operation_ids: str) -> Change:
    return _times(lambda text: f"{datetime.fromisoformat(text):{pattern}}", "created_at modified_at", *operation_ids)


def _modified_without_zone(record: Record) -> None:
    if record["modified_at"] != record["created_at"]:
        record["modified_at"] = record["modified_at"].removesuffix("Z")


faults(
    "FMT-11",
    time_without_zone=_as("%Y-%m-%dT%H:%M:%S.%f", *ops.DEFINITIONS),
    time_as_in_http=_as("%a, %d %b %Y %H:%M:%S GMT", *ops.GROUPS),
    zone_without_colon_in_categorised=_as("%Y-%m-%dT%H:%M:%S+0000", ops.CATEGORISED),
    blank_in_place_of_t_in_the_list=_times(lambda text: text.replace("T", " "), "created_at", ops.LIST_DEFINITIONS),
    no_zone_in_the_answer_to_a_creation=_times(lambda text: text.rstrip("Z"), "created_at", ops.CREATE_GROUP),
    no_zone_after_an_update=records(
        _modified_without_zone, *(ops.LIST_DEFINITIONS, ops.GET_DEFINITION, ops.UPDATE_DEFINITION), *ops.GROUPS
    ),
    zone_by_its_name=_times(lambda text: text.replace("Z", " UTC"), "modified_at", ops.GET_GROUP),
    date_alone=_times(lambda text: text[:10], "created_at", ops.GET_DEFINITION),
)


def _later(**by: float) -> Callable[[str], str]:
    return lambda text: timestamp(datetime.fromisoformat(text) + timedelta(**by))


faults(
    "FMT-15",
    local_time_is_called_utc=_times(_later(hours=5.5), "created_at modified_at", *ops.DEFINITIONS, *ops.GROUPS),
    half_an_hour_back_after_an_update=after_write(
        lambda old, new, body: {"modified_at": _later(minutes=-30)(new["modified_at"])}, Definitions, "update"
    ),
    milliseconds_are_read_as_seconds=after_create(lambda store, r: {"created_at": "1970-01-21T02:03:04.567Z"}, Groups),
    time_of_the_start_of_the_server=_times(_later(hours=-1), "created_at", *ops.DEFINITIONS),
    a_day_ahead=_times(_later(days=1), "created_at modified_at", *ops.GROUPS),
    list_shows_local_time=_times(_later(hours=1), "created_at modified_at", ops.LIST_DEFINITIONS, ops.LIST_GROUPS),
    categorised_shows_local_time=_times(_later(hours=-8), "created_at modified_at", ops.CATEGORISED),
    patch_answers_in_local_time=_times(_later(hours=2), "modified_at", ops.PATCH_GROUP),
    modified_at_of_the_body=after_write(
        lambda old, new, body: {"modified_at": body.get("modified_at", new["modified_at"])}, Groups, "patch"
    ),
)


@fault("FMT-15", wrap, Definitions, "create")
def created_at_of_the_body(original: Any, self: Any, body: Record) -> Any:
    record = original(self, body)
    record["created_at"] = body.get("created_at", record["created_at"])
    return record
