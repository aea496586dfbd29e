"""Faults of timestamps (FMT-11)."""

from collections.abc import Callable
from datetime import datetime

from tests.faults import operations as ops
from tests.faults.operators.http import records
from tests.faults.patching import Record
from tests.faults.registry import Change, faults


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
