"""Faults of DEF-04 to DEF-06, DEF-14 and DEF-20: updating definitions."""

from datetime import datetime, timedelta
from typing import Any

from tests.faults.helpers import overwritten
from tests.faults.patching import DELETE_DEFINITION, UPDATE_DEFINITION, Exchange, Mock, Record
from tests.faults.registry import fault

from audience_mock.errors import Refusal
from audience_mock.store.definitions import UPDATABLE, Definitions
from audience_mock.store.world import timestamp


def updated_with(mock: Mock, change: Any) -> None:
    """An update is made with what `change(body)` gives."""
    mock.wrap(Definitions, "update", lambda update, self, record_id, body: update(self, record_id, change(body)))


def after_update(mock: Mock, change: Any) -> None:
    """`change(old, new, body)` is written over what an update has written, and answered."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        old = self._records.get(record_id)
        new = original(self, record_id, body)
        if new is not old:
            new = {**new, **change(old, new, body)}
            self._records.replace(new)
        return new

    mock.wrap(Definitions, "update", update)


# --- DEF-04 -------------------------------------------------------------------------------------------


@fault("DEF-04-update-is-not-stored", rule="DEF-04", subtlety="obvious")
def update_is_not_stored(mock: Mock) -> None:
    """An update is answered and never stored."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        old = self._records.get(record_id)
        new = original(self, record_id, body)
        self._records.replace({**old, "modified_at": new["modified_at"]})
        return new

    mock.wrap(Definitions, "update", update)


@fault("DEF-04-customer-editable-is-not-updated", rule="DEF-04", subtlety="plausible")
def customer_editable_is_not_updated(mock: Mock) -> None:
    """An update leaves customer_editable as it is."""
    updated_with(mock, lambda body: {k: v for k, v in body.items() if k != "customer_editable"})


@fault("DEF-04-false-is-not-updated", rule="DEF-04", subtlety="subtle")
def false_is_not_updated(mock: Mock) -> None:
    """An update skips what is falsy: customer_editable cannot become false again."""
    updated_with(mock, lambda body: {k: v for k, v in body.items() if v})


@fault("DEF-04-type-is-not-updated", rule="DEF-04", subtlety="plausible")
def type_is_not_updated(mock: Mock) -> None:
    """An update leaves the type."""
    updated_with(mock, lambda body: {k: v for k, v in body.items() if k != "type"})


@fault("DEF-04-first-field-only", rule="DEF-04", subtlety="subtle")
def first_field_only(mock: Mock) -> None:
    """An update that names several fields changes the first."""

    def change(body: Record) -> Record:
        named = [field for field in UPDATABLE if field in body]
        return {field: body[field] for field in named[:1]}

    updated_with(mock, change)


@fault("DEF-04-list-shows-the-old-name", rule="DEF-04", subtlety="subtle")
def list_shows_the_old_name(mock: Mock) -> None:
    """The list shows the name that a definition was created with."""
    first: dict[str, str] = {}
    after_update(mock, lambda old, new, body: first.setdefault(old["_id"], old["name"]) and {})
    mock.records("definition", lambda r: r.update(name=first.get(r["_id"], r["name"])), "getUserAttributeDefinitions")


# --- DEF-05 -------------------------------------------------------------------------------------------


@fault("DEF-05-description-is-reset", rule="DEF-05", subtlety="obvious")
def description_is_reset(mock: Mock) -> None:
    """An update without description empties it."""
    after_update(mock, lambda old, new, body: {"description": body.get("description", "")})


@fault("DEF-05-customer-editable-is-reset", rule="DEF-05", subtlety="plausible")
def customer_editable_is_reset(mock: Mock) -> None:
    """An update without customer_editable makes it false."""
    after_update(mock, lambda old, new, body: {"customer_editable": body.get("customer_editable", False)})


@fault("DEF-05-type-is-reset", rule="DEF-05", subtlety="plausible")
def type_is_reset(mock: Mock) -> None:
    """An update without type makes it string."""
    after_update(mock, lambda old, new, body: {"type": body.get("type", "string")})


@fault("DEF-05-slug-follows-the-name", rule="DEF-05", subtlety="subtle")
def slug_follows_the_name(mock: Mock) -> None:
    """A new name makes a new slug."""

    def change(old: Record, new: Record, body: Record) -> Record:
        if "name" not in body:
            return {}
        return {"slug": "".join(c if c.isascii() and c.isalnum() else "-" for c in f"s{body['name']}".lower())}

    after_update(mock, change)


@fault("DEF-05-new-type-loses-customer-editable", rule="DEF-05", subtlety="subtle")
def new_type_loses_customer_editable(mock: Mock) -> None:
    """A new type makes customer_editable false."""
    after_update(mock, lambda old, new, body: {"customer_editable": False} if old["type"] != new["type"] else {})


@fault("DEF-05-name-and-description-go-together", rule="DEF-05", subtlety="subtle")
def name_and_description_go_together(mock: Mock) -> None:
    """A new description, without a name, is the name too."""
    after_update(
        mock,
        lambda old, new, body: {"name": body["description"]} if "description" in body and "name" not in body else {},
    )


# --- DEF-06 -------------------------------------------------------------------------------------------


@fault("DEF-06-modified-at-stays", rule="DEF-06", subtlety="obvious")
def modified_at_stays(mock: Mock) -> None:
    """An update leaves modified_at."""
    after_update(mock, lambda old, new, body: {"modified_at": old["modified_at"]})


@fault("DEF-06-created-at-is-touched", rule="DEF-06", subtlety="plausible")
def created_at_is_touched(mock: Mock) -> None:
    """An update sets created_at too."""
    after_update(mock, lambda old, new, body: {"created_at": new["modified_at"]})


@fault("DEF-06-modified-at-goes-back", rule="DEF-06", subtlety="plausible")
def modified_at_goes_back(mock: Mock) -> None:
    """An update writes the local time as if it were UTC: an hour back."""

    def change(old: Record, new: Record, body: Record) -> Record:
        return {"modified_at": timestamp(datetime.fromisoformat(new["modified_at"]) - timedelta(hours=1))}

    after_update(mock, change)


@fault("DEF-06-modified-at-by-name-only", rule="DEF-06", subtlety="subtle")
def modified_at_by_name_only(mock: Mock) -> None:
    """Only a new name moves modified_at."""
    after_update(mock, lambda old, new, body: {} if "name" in body else {"modified_at": old["modified_at"]})


# --- DEF-14 -------------------------------------------------------------------------------------------


def _locked_unless(mock: Mock, method: str) -> None:
    """A locked definition lets `method` through."""

    def faulty(original: Any, self: Any, record_id: str, *more: Any) -> Any:
        old = self._records.get(record_id)
        self._records.replace({**old, "is_locked": False})
        try:
            new = original(self, record_id, *more)
        finally:
            overwritten(self._records, record_id, is_locked=old["is_locked"])
        return new and {**new, "is_locked": old["is_locked"]}

    mock.wrap(Definitions, method, faulty)


@fault("DEF-14-locked-can-be-updated", rule="DEF-14", subtlety="obvious")
def locked_can_be_updated(mock: Mock) -> None:
    """A locked definition can be updated."""
    _locked_unless(mock, "update")


@fault("DEF-14-locked-can-be-deleted", rule="DEF-14", subtlety="plausible")
def locked_can_be_deleted(mock: Mock) -> None:
    """A locked definition can be deleted."""
    _locked_unless(mock, "delete")


@fault("DEF-14-locked-is-403", rule="DEF-14", subtlety="plausible")
def locked_is_403(mock: Mock) -> None:
    """A locked definition refuses with 403."""
    mock.answer(
        lambda x: x.refuse(403) if "is locked" in x.json["message"] else None,
        UPDATE_DEFINITION,
        DELETE_DEFINITION,
        status=400,
    )


@fault("DEF-14-locked-takes-a-description", rule="DEF-14", subtlety="subtle")
def locked_takes_a_description(mock: Mock) -> None:
    """A locked definition's description and customer_editable can be updated."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        old = self._records.get(record_id)
        if not old["is_locked"] or "name" in body or "type" in body or not body:
            return original(self, record_id, body)
        changes = {field: body[field] for field in ("description", "customer_editable") if field in body}
        self._records.replace({**old, **changes})
        return self._records.get(record_id)

    mock.wrap(Definitions, "update", update)


# --- DEF-20 -------------------------------------------------------------------------------------------


@fault("DEF-20-written-then-refused", rule="DEF-20", subtlety="plausible")
def written_then_refused(mock: Mock) -> None:
    """Fields are written one by one as they are validated: of a body with a wrong type, the name stays."""

    def hook(exchange: Exchange) -> None:
        body = exchange.fields
        changes = {f: body[f] for f in ("name", "description") if isinstance(body.get(f), str) and body[f]}
        collection = mock.tenant_of(exchange).definitions._records
        if changes and exchange.ids["definition_id"] in collection:
            overwritten(collection, exchange.ids["definition_id"], **changes)

    mock.answer(hook, UPDATE_DEFINITION, status=400)


@fault("DEF-20-name-written-before-the-type-is-judged", rule="DEF-20", subtlety="subtle")
def name_written_before_the_type_is_judged(mock: Mock) -> None:
    """An update whose new type a stored value does not fit is refused, but its other fields are written."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        try:
            return original(self, record_id, body)
        except Refusal as refusal:
            if "cannot change" in refusal.message:
                overwritten(self._records, record_id, **{k: v for k, v in body.items() if k in ("name", "description")})
            raise

    mock.wrap(Definitions, "update", update)


@fault("DEF-20-refused-moves-modified-at", rule="DEF-20", subtlety="subtle")
def refused_moves_modified_at(mock: Mock) -> None:
    """A refused update moves modified_at."""

    def hook(exchange: Exchange) -> None:
        collection = mock.tenant_of(exchange).definitions._records
        if (record_id := exchange.ids["definition_id"]) in collection:
            old = collection.get(record_id)["modified_at"]
            overwritten(collection, record_id, modified_at=mock.backend.world.now(old))

    mock.answer(hook, UPDATE_DEFINITION, status=400)
