"""More faults of DEF: defaults, locks, refusals, and what a delete leaves."""

from typing import Any

from tests.faults.helpers import overwritten
from tests.faults.patching import (
    CREATE_DEFINITION,
    DELETE_DEFINITION,
    UPDATE_DEFINITION,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.contract.document import DOCUMENTED_TENANT
from audience_mock.errors import Refusal
from audience_mock.store import definitions
from audience_mock.store.attributes import Attributes
from audience_mock.store.definitions import Definitions

TYPES = ("string", "number", "boolean", "date", "datetime", "list", "object")

# --- DEF-14, DEF-15 -------------------------------------------------------------------------------------


@fault("DEF-14-same-again-is-200", rule="DEF-14", subtlety="subtle")
def same_again_is_200(mock: Mock) -> None:
    """An update of a locked definition that changes nothing is 200."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        old = self._records.get(record_id)
        if old["is_locked"] and all(old.get(name) == value for name, value in body.items()):
            return old
        return original(self, record_id, body)

    mock.wrap(Definitions, "update", update)


@fault("DEF-14-refused-delete-takes-the-values", rule="DEF-14", subtlety="subtle")
def refused_delete_takes_the_values(mock: Mock) -> None:
    """The delete of a locked definition is refused when its values are deleted already."""

    def delete(original: Any, self: Any, record_id: str) -> None:
        if record_id in self:
            self._attributes.forget_definition(record_id)
        original(self, record_id)

    mock.wrap(Definitions, "delete", delete)


@fault("DEF-15-defaults-are-one-object", rule="DEF-15", subtlety="subtle")
def defaults_are_one_object(mock: Mock) -> None:
    """The defaults are one object, which updates write to: a new definition is customer_editable like the last."""
    mock.set(definitions, "DEFAULTS", dict(definitions.DEFAULTS))

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        new = original(self, record_id, body)
        if "customer_editable" in body:
            definitions.DEFAULTS["customer_editable"] = body["customer_editable"]
        return new

    mock.wrap(Definitions, "update", update)


# --- DEF-16 ---------------------------------------------------------------------------------------------


@fault("DEF-16-long-name-is-stored-then-refused", rule="DEF-16", subtlety="subtle")
def long_name_is_stored_then_refused(mock: Mock) -> None:
    """A name of more than 120 characters is refused, once the definition is stored."""

    def hook(exchange: Exchange) -> None:
        if len(exchange.json["name"]) > 120:
            exchange.refuse(400, "This name is too long for the search index.")

    mock.answer(hook, CREATE_DEFINITION, status=201)


@fault("DEF-16-refused-list-is-stored", rule="DEF-16", subtlety="subtle")
def refused_list_is_stored(mock: Mock) -> None:
    """A body that is a list of definitions is refused, and each of them stored."""

    def hook(exchange: Exchange) -> None:
        for body in exchange.body if isinstance(exchange.body, list) else ():
            if isinstance(body, dict) and body.keys() >= {"name", "slug", "description", "type"}:
                mock.tenant_of(exchange).definitions.create(body)

    mock.answer(hook, CREATE_DEFINITION, status=400)


@fault("DEF-16-unserved-application-is-stored", rule="DEF-16", subtlety="subtle")
def unserved_application_is_stored(mock: Mock) -> None:
    """A creation for an application that is not served is refused, and stored in the first."""

    def hook(exchange: Exchange) -> None:
        body = exchange.fields
        served = {tenant.name for tenant in mock.tenants()}
        if (exchange.ids["company_id"], exchange.ids["application_id"]) not in served and "slug" in body:
            mock.backend.world.tenant(*DOCUMENTED_TENANT).definitions.create(body)

    mock.answer(hook, CREATE_DEFINITION, status=400)


@fault("DEF-16-bad-name-reserves-the-slug", rule="DEF-16", subtlety="subtle")
def bad_name_reserves_the_slug(mock: Mock) -> None:
    """A creation that is refused for its name alone leaves its slug reserved."""
    reserved: set[str] = set()

    def after(exchange: Exchange) -> None:
        errors = {error["field"] for error in exchange.json.get("errors", [])}
        if errors == {"body.name"} and isinstance(slug := exchange.fields.get("slug"), str):
            reserved.add(slug)

    def before(exchange: Exchange) -> None:
        if isinstance(slug := exchange.fields.get("slug"), str) and slug in reserved:
            exchange.refuse(400, "This slug is taken.")

    mock.request(before, CREATE_DEFINITION)
    mock.answer(after, CREATE_DEFINITION, status=400)


# --- DEF-17 to DEF-20 -----------------------------------------------------------------------------------


@fault("DEF-17-values-of-ten-users", rule="DEF-17", subtlety="subtle")
def values_of_ten_users(mock: Mock) -> None:
    """Of the values of a deleted definition those of the first ten users are removed."""

    def forget(original: Any, self: Attributes, definition_id: str) -> None:
        users = list(self._users_of.get(definition_id, {}))
        for user_id in users[:10]:
            self.delete(user_id, definition_id)
        if not self._users_of.get(definition_id):
            self._users_of.pop(definition_id, None)

    mock.wrap(Attributes, "forget_definition", forget)
    _tombstones(mock)


def _tombstones(mock: Mock) -> None:
    """The values of a deleted definition can still be shown."""
    graves: dict[str, Record] = {}

    def delete(original: Any, self: Any, record_id: str) -> None:
        graves[record_id] = self.get(record_id)
        original(self, record_id)

    def page(original: Any, self: Any, user_id: str, live: Any, *more: Any) -> Any:
        class Both:
            def get(self, record_id: str) -> Record:
                return graves.get(record_id) or live.get(record_id)

        return original(self, user_id, Both(), *more)

    mock.wrap(Definitions, "delete", delete)
    mock.wrap(Attributes, "page", page)


@fault("DEF-17-kept-values-of-longer-slugs-go-too", rule="DEF-17", subtlety="subtle")
def kept_values_of_longer_slugs_go_too(mock: Mock) -> None:
    """With a definition go the values of all whose slug begins like its own."""

    def delete(original: Any, self: Any, record_id: str) -> None:
        slug = self.get(record_id)["slug"]
        original(self, record_id)
        for other in list(self._records):
            if other["slug"].startswith(slug):
                self._attributes.forget_definition(other["_id"])

    mock.wrap(Definitions, "delete", delete)


@fault("DEF-18-no-message-where-values-were", rule="DEF-18", subtlety="subtle")
def no_message_where_values_were(mock: Mock) -> None:
    """The delete of a definition that was updated since its creation says nothing."""
    updated: set[str] = set()
    mock.records("definition", lambda r: updated.add(r["_id"]), UPDATE_DEFINITION)

    def hook(exchange: Exchange) -> None:
        if exchange.ids["definition_id"] in updated:
            exchange.json["message"] = ""

    mock.answer(hook, DELETE_DEFINITION, status=200)


@fault("DEF-20-type-written-then-refused", rule="DEF-20", subtlety="subtle")
def type_written_then_refused(mock: Mock) -> None:
    """The type is written before the other fields are judged: it stays where these are refused."""

    def hook(exchange: Exchange) -> None:
        record_id, type_ = exchange.ids["definition_id"], exchange.fields.get("type")
        tenant = mock.tenant_of(exchange)
        if type_ in TYPES and record_id in tenant.definitions and not any(tenant.attributes.values_of(record_id)):
            overwritten(tenant.definitions._records, record_id, type=type_)

    mock.answer(hook, UPDATE_DEFINITION, status=400)


@fault("DEF-20-refused-type-drops-the-values", rule="DEF-20", subtlety="subtle")
def refused_type_drops_the_values(mock: Mock) -> None:
    """A new type that a stored value does not fit is refused, and the value is gone."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        try:
            return original(self, record_id, body)
        except Refusal as refusal:
            if "cannot change" in refusal.message:
                self._attributes.forget_definition(record_id)
            raise

    mock.wrap(Definitions, "update", update)


@fault("DEF-20-list-filter-takes-the-refused-type", rule="DEF-20", subtlety="subtle")
def list_filter_takes_the_refused_flag(mock: Mock) -> None:
    """The list goes by an index that takes over customer_editable before the rest of an update is judged."""
    index: dict[str, bool] = {}

    def after(exchange: Exchange) -> None:
        if isinstance(flag := exchange.fields.get("customer_editable"), bool):
            index[exchange.ids["definition_id"]] = flag

    def listing(exchange: Exchange) -> None:
        asked = exchange.query.get("customer_editable")
        kept = [
            r
            for r in exchange.json["items"]
            if asked is None or index.get(r["_id"], asked == "true") == (asked == "true")
        ]
        exchange.json["items"] = kept

    mock.answer(after, UPDATE_DEFINITION)
    mock.answer(listing, "getUserAttributeDefinitions", status=200)
