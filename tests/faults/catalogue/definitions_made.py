"""Faults of DEF-01 to DEF-03, DEF-13, DEF-15 and DEF-16: creating definitions."""

import html
import unicodedata
from typing import Any

from tests.faults.helpers import changed, relist, stored
from tests.faults.patching import CREATE_DEFINITION, LIST_DEFINITIONS, Exchange, Mock, Record
from tests.faults.registry import fault

from audience_mock.errors import Refusal
from audience_mock.store.definitions import DEFAULTS, Definitions
from audience_mock.store.world import World

# --- DEF-01 -------------------------------------------------------------------------------------------


@fault("DEF-01-description-is-lost", rule="DEF-01", subtlety="obvious")
def description_is_lost(mock: Mock) -> None:
    """The description is not stored."""
    stored(mock, Definitions, lambda body: changed(body, description=""))


@fault("DEF-01-description-is-trimmed", rule="DEF-01", subtlety="plausible")
def description_is_trimmed(mock: Mock) -> None:
    """The description loses the white space at its ends."""
    stored(mock, Definitions, lambda body: changed(body, description=body["description"].strip()))


@fault("DEF-01-name-is-normalised", rule="DEF-01", subtlety="subtle")
def name_is_normalised(mock: Mock) -> None:
    """The name is stored in the Unicode form NFC."""
    stored(mock, Definitions, lambda body: changed(body, name=unicodedata.normalize("NFC", body["name"])))


@fault("DEF-01-name-is-cut-at-64", rule="DEF-01", subtlety="subtle")
def name_is_cut_at_64(mock: Mock) -> None:
    """The name's column holds 64 characters."""
    stored(mock, Definitions, lambda body: changed(body, name=body["name"][:64]))


@fault("DEF-01-description-is-cut-at-250", rule="DEF-01", subtlety="subtle")
def description_is_cut_at_250(mock: Mock) -> None:
    """The description's column holds 250 characters, 5 less than are let in."""
    stored(mock, Definitions, lambda body: changed(body, description=body["description"][:250]))


@fault("DEF-01-slug-is-lower-case", rule="DEF-01", subtlety="plausible")
def slug_is_lower_case(mock: Mock) -> None:
    """The slug is stored in small letters."""
    stored(mock, Definitions, lambda body: changed(body, slug=body["slug"].lower()))


@fault("DEF-01-datetime-becomes-date", rule="DEF-01", subtlety="subtle")
def datetime_becomes_date(mock: Mock) -> None:
    """A definition of type datetime is stored as date."""
    stored(mock, Definitions, lambda b: changed(b, type="date" if b["type"] == "datetime" else b["type"]))


@fault("DEF-01-name-is-escaped", rule="DEF-01", subtlety="plausible")
def name_is_escaped(mock: Mock) -> None:
    """The name is stored with &amp; for &."""
    stored(mock, Definitions, lambda body: changed(body, name=html.escape(body["name"], quote=False)))


@fault("DEF-01-emoji-become-question-marks", rule="DEF-01", subtlety="subtle")
def emoji_become_question_marks(mock: Mock) -> None:
    """The database knows Unicode's first plane only: an emoji in the description becomes a question mark."""

    def change(body: Record) -> Record:
        text = "".join(c if ord(c) < 0x10000 else "?" for c in body["description"])
        return changed(body, description=text)

    stored(mock, Definitions, change)


# --- DEF-02 -------------------------------------------------------------------------------------------


@fault("DEF-02-created-is-not-listed", rule="DEF-02", subtlety="obvious")
def created_is_not_listed(mock: Mock) -> None:
    """A list comes from a cache that creations do not reach."""
    known = {record["_id"] for tenant in mock.tenants() for record in tenant.definitions._records}
    relist(mock, lambda _, record: record["_id"] in known, LIST_DEFINITIONS)


@fault("DEF-02-objects-are-not-listed", rule="DEF-02", subtlety="plausible")
def objects_are_not_listed(mock: Mock) -> None:
    """Definitions of type object are not listed."""
    relist(mock, lambda _, record: record["type"] != "object", LIST_DEFINITIONS)


@fault("DEF-02-unicode-names-are-not-listed", rule="DEF-02", subtlety="subtle")
def unicode_names_are_not_listed(mock: Mock) -> None:
    """Definitions whose name has a letter beyond Latin-1 are not listed."""
    relist(mock, lambda _, record: all(ord(c) < 256 for c in record["name"]), LIST_DEFINITIONS)


# --- DEF-03 -------------------------------------------------------------------------------------------


def _with_id(mock: Mock, id_of: Any) -> None:
    def create(original: Any, self: Any, body: Record) -> Any:
        new_id = id_of(self, body)
        if new_id is None:
            return original(self, body)
        ground = self._ground
        self._ground = _Ground(ground, new_id)
        try:
            return original(self, body)
        finally:
            self._ground = ground

    mock.wrap(Definitions, "create", create)


class _Ground:
    def __init__(self, world: World, new_id: str) -> None:
        self._world, self._new_id = world, new_id

    def new_id(self) -> str:
        return self._new_id

    def now(self, after: str = "") -> str:
        return self._world.now(after)


@fault("DEF-03-every-id-twice", rule="DEF-03", subtlety="obvious")
def every_id_twice(mock: Mock) -> None:
    """Every second definition gets the id of the one before."""
    last: list[str] = []

    def id_of(definitions: Any, body: Record) -> str | None:
        if last:
            return last.pop()
        last.append(mock.backend.world.new_id())
        return last[0]

    _with_id(mock, id_of)


@fault("DEF-03-same-name-same-id", rule="DEF-03", subtlety="plausible")
def same_name_same_id(mock: Mock) -> None:
    """The id is made from name, description and type: two definitions that differ in the slug alone share it."""
    ids: dict[Any, str] = {}
    _with_id(
        mock,
        lambda _, body: ids.setdefault((body["name"], body["description"], body["type"]), f"66{len(ids):022x}"),
    )


@fault("DEF-03-id-of-a-deleted-one", rule="DEF-03", subtlety="subtle")
def id_of_a_deleted_one(mock: Mock) -> None:
    """The id of a deleted definition is given again to the next."""
    free: list[str] = []

    def delete(original: Any, self: Any, definition_id: str) -> None:
        original(self, definition_id)
        free.append(definition_id)

    mock.wrap(Definitions, "delete", delete)
    _with_id(mock, lambda definitions, body: free.pop() if free else None)


# --- DEF-13 -------------------------------------------------------------------------------------------


def _taken_as(mock: Mock, is_taken: Any) -> None:
    """A slug is refused only if `is_taken(holder, record)`."""

    def put_in(original: Any, self: Any, record: Record) -> Any:
        holder = self.by_slug(record["slug"])
        if holder is None or is_taken(holder, record):
            return original(self, record)
        self._records.add(record)
        return record

    mock.wrap(Definitions, "put_in", put_in)


@fault("DEF-13-slug-taken-twice", rule="DEF-13", subtlety="obvious")
def slug_taken_twice(mock: Mock) -> None:
    """A slug that is taken is taken again."""
    _taken_as(mock, lambda holder, record: False)


@fault("DEF-13-slug-unique-per-type", rule="DEF-13", subtlety="subtle")
def slug_unique_per_type(mock: Mock) -> None:
    """A slug is unique among the definitions of one type only."""
    _taken_as(mock, lambda holder, record: holder["type"] == record["type"])


@fault("DEF-13-taken-is-409", rule="DEF-13", subtlety="plausible")
def taken_is_409(mock: Mock) -> None:
    """A slug that is taken is refused with 409."""

    def hook(exchange: Exchange) -> None:
        if "is taken" in exchange.json["message"]:
            exchange.refuse(409)

    mock.answer(hook, CREATE_DEFINITION, status=400)


# --- DEF-15 -------------------------------------------------------------------------------------------


@fault("DEF-15-pinned-by-default", rule="DEF-15", subtlety="obvious")
def pinned_by_default(mock: Mock) -> None:
    """A new definition is pinned."""
    mock.item(DEFAULTS, "pinned", True)


@fault("DEF-15-pin-order-1", rule="DEF-15", subtlety="plausible")
def pin_order_1(mock: Mock) -> None:
    """A new definition has pin_order 1."""
    mock.item(DEFAULTS, "pin_order", 1)


@fault("DEF-15-default-value-is-empty-text", rule="DEF-15", subtlety="plausible")
def default_value_is_empty_text(mock: Mock) -> None:
    """A new definition has an empty text as default_value."""
    mock.item(DEFAULTS, "default_value", "")


@fault("DEF-15-boolean-defaults-to-false", rule="DEF-15", subtlety="subtle")
def boolean_defaults_to_false(mock: Mock) -> None:
    """A new boolean definition has false as default_value."""

    def create(original: Any, self: Any, body: Record) -> Any:
        record = original(self, body)
        if record["type"] == "boolean":
            record["default_value"] = False
        return record

    mock.wrap(Definitions, "create", create)


@fault("DEF-15-modified-later-than-created", rule="DEF-15", subtlety="subtle")
def modified_later_than_created(mock: Mock) -> None:
    """A new definition's modified_at is read from the clock a second time: it is a little later than created_at."""

    def create(original: Any, self: Any, body: Record) -> Any:
        record = original(self, body)
        record["modified_at"] = self._ground.now(record["created_at"])
        return record

    mock.wrap(Definitions, "create", create)


@fault("DEF-15-no-validations-is-absent", rule="DEF-15", subtlety="subtle")
def no_validations_is_absent(mock: Mock) -> None:
    """A definition without validations has no such property."""
    mock.records("definition", lambda r: None if r["validations"] else r.pop("validations"))


# --- DEF-16 -------------------------------------------------------------------------------------------


@fault("DEF-16-stored-then-validated", rule="DEF-16", subtlety="plausible")
def stored_then_validated(mock: Mock) -> None:
    """A definition is stored before its body is validated: what is refused stays."""

    def hook(exchange: Exchange) -> None:
        body = exchange.fields
        if isinstance(body.get("slug"), str) and isinstance(body.get("name"), str):
            body = {"description": "-", **body}
            if body.get("type") not in ("string", "number", "boolean", "date", "datetime", "list", "object"):
                body["type"] = "string"
            try:
                mock.tenant_of(exchange).definitions.create(body)
            except Refusal:
                return

    mock.answer(hook, CREATE_DEFINITION, status=400)


@fault("DEF-16-stored-then-taken", rule="DEF-16", subtlety="subtle")
def stored_then_taken(mock: Mock) -> None:
    """A definition is stored before its slug is looked for: the refused one stays beside the first."""

    def put_in(original: Any, self: Any, record: Record) -> Any:
        try:
            return original(self, record)
        except Refusal:
            self._records.add(record)
            raise

    mock.wrap(Definitions, "put_in", put_in)


@fault("DEF-16-refused-takes-the-slug", rule="DEF-16", subtlety="subtle")
def refused_takes_the_slug(mock: Mock) -> None:
    """A refused creation leaves its slug reserved: the mended request is refused too."""
    reserved: set[str] = set()

    def after(exchange: Exchange) -> None:
        if isinstance(slug := exchange.fields.get("slug"), str) and exchange.status == 400:
            reserved.add(slug)

    def before(exchange: Exchange) -> None:
        if exchange.fields.get("slug") in reserved:
            exchange.refuse(400, "This slug is taken.")

    mock.request(before, CREATE_DEFINITION)
    mock.answer(after, CREATE_DEFINITION)
