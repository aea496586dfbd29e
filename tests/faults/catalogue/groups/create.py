"""Faults of creating groups (GRP-01 to GRP-03, GRP-16, GRP-18)."""

import re
import unicodedata
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, mend, records, refused, wrap
from tests.faults.operators.lists import relist
from tests.faults.operators.store import overwritten, stored
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.contract.document import DOCUMENTED_TENANT
from audience_mock.store.groups import COMPLETED, Groups

LIST, CREATE = ops.LIST_GROUPS, ops.CREATE_GROUP
DEFAULTS = {"name": None, "description": "", "category": "l1", "file_url": "data:text/csv,user_id"}


def _usual_host(url: str) -> str:
    """A URL with its host in small letters, without the usual port."""
    found = re.match(r"(https?://)([^/]*)(.*)", url)
    return found[1] + found[2].lower().removesuffix(":80") + found[3] if found else url


faults(
    "GRP-01",
    category_is_l1=stored(Groups, category=lambda category: "l1"),
    description_is_lost=records(lambda r: r.update(description=r["name"]), ops.GET_GROUP),
    description_is_normalised=stored(Groups, description=lambda text: unicodedata.normalize("NFC", text)),
    line_breaks_become_one=stored(Groups, description=lambda text: text.replace("\r\n", "\n")),
    name_is_trimmed=stored(Groups, name=str.strip),
    name_is_cut_at_64=stored(Groups, name=lambda text: text[:64]),
    numbers_lose_their_zeros=stored(Groups, name=lambda text: str(int(text)) if text.isdecimal() else text),
    host_in_small_letters=stored(Groups, file_url=_usual_host),
    file_url_without_query=stored(
        Groups, file_url=lambda url: url.partition("?")[0] if url.lower().startswith("http") else url
    ),
    file_url_is_hidden_when_read=records(
        lambda r: r.update(file_url="") if r["status"] == COMPLETED else None, *ops.GROUPS
    ),
)


@fault("GRP-01", wrap, Groups, "refresh")
def refresh_forgets_the_description(original: Any, self: Any, group_id: str) -> None:
    original(self, group_id)
    if group_id in self._records:
        overwritten(self._records, group_id, description=self.get(group_id)["name"])


def _is_first_of_its_name(at: Any, record: Record) -> bool:
    same = (one["_id"] for one in at.tenant.groups._records if one["name"] == record["name"])
    return bool(next(same) == record["_id"])


faults(
    "GRP-02",
    failed_is_not_listed=relist(lambda _, r: r["status"] != "failed", LIST),
    l3_is_not_listed=relist(lambda _, r: r["category"] != "l3", LIST),
    empty_is_not_listed=relist(lambda _, r: r["status"] != COMPLETED or r["total_users"]["count"] > 0, LIST),
    same_name_once=relist(_is_first_of_its_name, LIST),
)


@fault("GRP-02")
def created_is_not_listed(mock: Mock) -> None:
    known = {record["_id"] for tenant in mock.world.tenants() for record in tenant.groups._records}
    relist(lambda _, record: record["_id"] in known, LIST)(mock)


@fault("GRP-02")
def delete_takes_namesakes(mock: Mock) -> None:
    names: set[str] = set()
    mock.request(lambda x: names.add(x.stored.get("name", "")), ops.DELETE_GROUP)
    relist(lambda _, record: record["name"] not in names, LIST)(mock)


faults(
    "GRP-03",
    uid_is_constant=wrap(lambda original, self: 1000, Groups, "next_uid"),
    uid_is_the_number_of_groups=wrap(lambda original, self: 1000 + len(self._records), Groups, "next_uid"),
)


@fault("GRP-03")
def same_name_same_uid(mock: Mock) -> None:
    uids: dict[str, int] = {}

    def create(original: Any, self: Any, body: Record) -> Any:
        last = self._last_uid
        self._last_uid = uids.get(body["name"], last + 1) - 1
        record = original(self, body)
        self._last_uid = max(last, record["uid"])
        uids[body["name"]] = record["uid"]
        return record

    mock.wrap(create, Groups, "create")


@fault("GRP-03")
def uids_begin_again(mock: Mock) -> None:
    for tenant in mock.world.tenants():
        tenant.groups._last_uid = 0


@fault("GRP-03", wrap, Groups, "patch")
def patch_turns_the_counter_back(original: Any, self: Any, group_id: str, body: Record) -> Any:
    new = original(self, group_id, body)
    self._last_uid = new["uid"] - 1
    return new


def _optional(field: str, value: str) -> Change:
    """Fill in a field where the three others are there."""
    others = DEFAULTS.keys() - {field}
    return mend(lambda b: {**b, field: value} if field not in b and others <= b.keys() else None, CREATE)


faults(
    "GRP-16",
    description_is_optional=_optional("description", "-"),
    file_url_is_optional=_optional("file_url", "data:text/csv,user_id"),
    category_is_optional=_optional("category", "l1"),
    refused_with_422=refused(422, CREATE, instead_of=400),
)


def _texts(exchange: Exchange) -> Record:
    return {name: exchange.fields[name] for name in DEFAULTS if isinstance(exchange.fields.get(name), str)}


@fault("GRP-16", answer, CREATE, status=400)
def refused_is_stored(exchange: Exchange) -> None:
    """A group with a name is stored before the other fields are validated."""
    body = _texts(exchange)
    if body.get("name"):
        exchange.tenant.groups.create({**DEFAULTS, **body})


@fault("GRP-16")
def refused_is_categorised(mock: Mock) -> None:
    """A refused group is not in the list, but in the categorised list."""
    refused: list[Record] = []

    def note(exchange: Exchange) -> None:
        body = _texts(exchange)
        if "name" in body and body.get("category") in ("l1", "l2", "l3"):
            refused.append({"_id": f"{len(refused):024x}", "uid": 0, "status": "pending", **body})

    mock.answer(note, CREATE, status=400)
    mock.answer(
        lambda x: [x.json["user_groups"].setdefault(r["category"], []).append(r) for r in refused],
        ops.CATEGORISED,
        status=200,
    )


faults(
    "GRP-18",
    company_for_application=records(lambda r: r.update(application_id="559"), *ops.GROUPS),
    application_of_the_example=records(
        lambda r: r.update(application_id=DOCUMENTED_TENANT.application_id), *ops.GROUPS
    ),
    no_application_in_categorised=records(lambda r: r.update(application_id=""), ops.CATEGORISED),
    patch_answers_with_another=records(lambda r: r.update(application_id=r["_id"]), ops.PATCH_GROUP),
)
