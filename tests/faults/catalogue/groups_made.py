"""Faults of GRP-01 to GRP-03, GRP-16 and GRP-18: groups created."""

import unicodedata
from typing import Any

from tests.faults.helpers import changed, relist, stored
from tests.faults.patching import (
    CATEGORISED,
    CREATE_GROUP,
    GET_GROUP,
    LIST_GROUPS,
    PATCH_GROUP,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.store.groups import COMPLETED, Groups

NEEDED = ("name", "description", "category", "file_url")

# --- GRP-01 -------------------------------------------------------------------------------------------


@fault("GRP-01-category-is-l1", rule="GRP-01", subtlety="obvious")
def category_is_l1(mock: Mock) -> None:
    """Every group is created in the category l1."""
    stored(mock, Groups, lambda body: changed(body, category="l1"))


@fault("GRP-01-description-is-lost", rule="GRP-01", subtlety="plausible")
def description_is_lost(mock: Mock) -> None:
    """A group that is read by its id has the name as its description."""
    mock.records("group", lambda record: record.update(description=record["name"]), GET_GROUP)


@fault("GRP-01-name-is-trimmed", rule="GRP-01", subtlety="plausible")
def name_is_trimmed(mock: Mock) -> None:
    """The name loses the white space at its ends."""
    stored(mock, Groups, lambda body: changed(body, name=body["name"].strip()))


@fault("GRP-01-name-is-cut-at-64", rule="GRP-01", subtlety="subtle")
def name_is_cut_at_64(mock: Mock) -> None:
    """The name's column holds 64 characters."""
    stored(mock, Groups, lambda body: changed(body, name=body["name"][:64]))


@fault("GRP-01-description-is-normalised", rule="GRP-01", subtlety="subtle")
def description_is_normalised(mock: Mock) -> None:
    """The description is stored in the Unicode form NFC."""
    stored(mock, Groups, lambda b: changed(b, description=unicodedata.normalize("NFC", b["description"])))


@fault("GRP-01-file-url-without-query", rule="GRP-01", subtlety="subtle")
def file_url_without_query(mock: Mock) -> None:
    """The file_url of a web server loses its query."""

    def change(body: Record) -> Record:
        url = body["file_url"]
        return changed(body, file_url=url.partition("?")[0] if url.lower().startswith("http") else url)

    stored(mock, Groups, change)


@fault("GRP-01-file-url-is-hidden-when-read", rule="GRP-01", subtlety="subtle")
def file_url_is_hidden_when_read(mock: Mock) -> None:
    """Once the file has been read, file_url is empty."""
    mock.records("group", lambda r: r.update(file_url="") if r["status"] == COMPLETED else None)


# --- GRP-02 -------------------------------------------------------------------------------------------


@fault("GRP-02-created-is-not-listed", rule="GRP-02", subtlety="obvious")
def created_is_not_listed(mock: Mock) -> None:
    """Created groups are not in the list."""
    known = {record["_id"] for tenant in mock.tenants() for record in tenant.groups._records}
    relist(mock, lambda _, record: record["_id"] in known, LIST_GROUPS)


@fault("GRP-02-failed-is-not-listed", rule="GRP-02", subtlety="subtle")
def failed_is_not_listed(mock: Mock) -> None:
    """A group whose file cannot be read is not in the list."""
    relist(mock, lambda _, record: record["status"] != "failed", LIST_GROUPS)


@fault("GRP-02-l3-is-not-listed", rule="GRP-02", subtlety="plausible")
def l3_is_not_listed(mock: Mock) -> None:
    """Groups of category l3 are not in the list."""
    relist(mock, lambda _, record: record["category"] != "l3", LIST_GROUPS)


# --- GRP-03 -------------------------------------------------------------------------------------------


@fault("GRP-03-uid-is-constant", rule="GRP-03", subtlety="obvious")
def uid_is_constant(mock: Mock) -> None:
    """Every group gets the uid 1000."""
    mock.wrap(Groups, "next_uid", lambda original, self: 1000)


@fault("GRP-03-uid-is-the-number-of-groups", rule="GRP-03", subtlety="subtle")
def uid_is_the_number_of_groups(mock: Mock) -> None:
    """The uid is the number of groups and one: after a delete it is given twice."""
    mock.wrap(Groups, "next_uid", lambda original, self: 1000 + len(self._records))


@fault("GRP-03-same-name-same-uid", rule="GRP-03", subtlety="plausible")
def same_name_same_uid(mock: Mock) -> None:
    """The uid is made from the name: groups of the same name share it."""
    uids: dict[str, int] = {}

    def create(original: Any, self: Any, body: Record) -> Any:
        known = uids.get(body["name"])
        if known is not None:
            self._last_uid, last = known - 1, self._last_uid
            record = original(self, body)
            self._last_uid = last
            return record
        record = original(self, body)
        uids[body["name"]] = record["uid"]
        return record

    mock.wrap(Groups, "create", create)


# --- GRP-16 -------------------------------------------------------------------------------------------


def _optional(mock: Mock, field: str, value: str) -> None:
    def hook(exchange: Exchange) -> None:
        body = exchange.fields
        if field not in body and len(body.keys() & set(NEEDED)) == 3:
            exchange.body = {**body, field: value}

    mock.request(hook, CREATE_GROUP)


@fault("GRP-16-description-is-optional", rule="GRP-16", subtlety="plausible")
def description_is_optional(mock: Mock) -> None:
    """A group without description is created."""
    _optional(mock, "description", "-")


@fault("GRP-16-file-url-is-optional", rule="GRP-16", subtlety="plausible")
def file_url_is_optional(mock: Mock) -> None:
    """A group without file_url is created, without users."""
    _optional(mock, "file_url", "data:text/csv,user_id")


@fault("GRP-16-category-is-optional", rule="GRP-16", subtlety="plausible")
def category_is_optional(mock: Mock) -> None:
    """A group without category is created in l1."""
    _optional(mock, "category", "l1")


@fault("GRP-16-refused-is-stored", rule="GRP-16", subtlety="subtle")
def refused_is_stored(mock: Mock) -> None:
    """A group with a name is stored before the rest is validated: a refused one stays."""

    def hook(exchange: Exchange) -> None:
        body = exchange.fields
        if isinstance(body.get("name"), str) and body["name"]:
            defaults = {"description": "", "category": "l1", "file_url": "data:text/csv,user_id"}
            whole = {f: body[f] if isinstance(body.get(f), str) else defaults.get(f) for f in NEEDED}
            mock.tenant_of(exchange).groups.create(whole)

    mock.answer(hook, CREATE_GROUP, status=400)


@fault("GRP-16-refused-with-422", rule="GRP-16", subtlety="obvious")
def refused_with_422(mock: Mock) -> None:
    """A group that lacks a field is refused with 422."""
    mock.answer(lambda x: x.refuse(422), CREATE_GROUP, status=400)


# --- GRP-18 -------------------------------------------------------------------------------------------


@fault("GRP-18-company-for-application", rule="GRP-18", subtlety="obvious")
def company_for_application(mock: Mock) -> None:
    """A group's application_id is the company's id."""
    mock.records("group", lambda record: record.update(application_id="559"))


@fault("GRP-18-application-of-the-example", rule="GRP-18", subtlety="subtle")
def application_of_the_example(mock: Mock) -> None:
    """A group's application_id is that of the documented example, whatever the request's."""
    mock.records("group", lambda record: record.update(application_id=mock.tenant.name.application_id))


@fault("GRP-18-no-application-in-categorised", rule="GRP-18", subtlety="plausible")
def no_application_in_categorised(mock: Mock) -> None:
    """In the categorised list groups have an empty application_id."""
    mock.records("group", lambda record: record.update(application_id=""), CATEGORISED)


@fault("GRP-18-patch-answers-with-another", rule="GRP-18", subtlety="subtle")
def patch_answers_with_another(mock: Mock) -> None:
    """The answer of a patch has the group's own id as its application_id."""
    mock.records("group", lambda record: record.update(application_id=record["_id"]), PATCH_GROUP)
