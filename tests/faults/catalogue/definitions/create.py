"""Faults of creating definitions (DEF-01 to DEF-03, DEF-13, DEF-15)."""

import asyncio
import html
import unicodedata
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, item, operation, records, refused, saying, wrap
from tests.faults.operators.lists import relist
from tests.faults.operators.store import after_create, graves, stored, stored_as
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import fault, faults, operator

from audience_mock.operations.context import Context
from audience_mock.store import definitions
from audience_mock.store.definitions import CREATED_WITH, DEFAULTS, Definitions

LIST = ops.LIST_DEFINITIONS

faults(
    "DEF-01",
    description_is_lost=stored(Definitions, description=lambda text: ""),
    description_is_trimmed=stored(Definitions, description=str.strip),
    description_is_cut_at_250=stored(Definitions, description=lambda text: text[:250]),
    description_like_the_name_is_dropped=stored_as(
        lambda b: {**b, "description": "" if b["description"] == b["name"] else b["description"]}, Definitions
    ),
    line_ends_are_unix=stored(Definitions, description=lambda text: text.replace("\r\n", "\n")),
    emoji_become_question_marks=stored(
        Definitions, description=lambda text: "".join(c if ord(c) < 0x10000 else "?" for c in text)
    ),
    name_is_normalised=stored(Definitions, name=lambda text: unicodedata.normalize("NFC", text)),
    name_is_cut_at_64=stored(Definitions, name=lambda text: text[:64]),
    name_is_escaped=stored(Definitions, name=lambda text: html.escape(text, quote=False)),
    invisible_characters_are_dropped=stored(
        Definitions, name=lambda text: text.replace("\u200b", "").replace("\ufeff", "")
    ),
    slug_is_lower_case=stored(Definitions, slug=str.lower),
    hyphens_of_a_slug_collapse=stored(Definitions, slug=lambda slug: slug.replace("--", "-")),
    slug_of_digits_is_a_number=stored(Definitions, slug=lambda slug: slug.lstrip("0") or "0"),
    datetime_becomes_date=stored(Definitions, type=lambda type_: "date" if type_ == "datetime" else type_),
)


@fault("DEF-01")
def later_creation_overwrites_the_description(mock: Mock) -> None:
    """A read by id comes from a cache whose key is the name: it holds the last creation of that name."""
    last: dict[str, str] = {}
    mock.records(lambda r: last.update({r["name"]: r["description"]}), ops.CREATE_DEFINITION)
    mock.records(lambda r: r.update(description=last.get(r["name"], r["description"])), ops.GET_DEFINITION)


faults(
    "DEF-02",
    objects_are_not_listed=relist(lambda _, r: r["type"] != "object", LIST),
    unicode_names_are_not_listed=relist(lambda _, r: all(ord(c) < 256 for c in r["name"]), LIST),
    long_descriptions_are_not_listed=relist(lambda _, r: len(r["description"]) < 200, LIST),
    list_shortens_descriptions=records(lambda r: r.update(description=r["description"][:120]), LIST),
)


@fault("DEF-02")
def created_is_not_listed(mock: Mock) -> None:
    known = {record["_id"] for tenant in mock.world.tenants() for record in tenant.definitions._records}
    relist(lambda _, record: record["_id"] in known, LIST)(mock)


@operator
def _with_id(mock: Mock, id_of: Callable[[Record], str | None]) -> None:
    """Create a definition with the id `id_of(body)`, unless that is None."""

    def create(original: Any, self: Any, body: Record) -> Any:
        source, new_id = self._source, id_of(body)
        if new_id is not None:
            self._source = SimpleNamespace(new_id=lambda: new_id, now=source.now)
        try:
            return original(self, body)
        finally:
            self._source = source

    mock.wrap(create, Definitions, "create")


@fault("DEF-03")
def every_id_twice(mock: Mock) -> None:
    last: list[str] = []

    def id_of(body: Record) -> str:
        if last:
            return last.pop()
        last.append(mock.world.ids.new_id())
        return last[0]

    _with_id(id_of)(mock)


@fault("DEF-03")
def same_name_same_id(mock: Mock) -> None:
    """The id is made from name, description and type, not from the slug."""
    ids: dict[Any, str] = {}
    _with_id(lambda b: ids.setdefault((b["name"], b["description"], b["type"]), f"66{len(ids):022x}"))(mock)


@fault("DEF-03")
def id_of_a_deleted_one(mock: Mock) -> None:
    gone = graves(mock, Definitions)
    _with_id(lambda _: gone.popitem()[0] if gone else None)(mock)


@fault("DEF-03", wrap, Definitions, "insert")
def id_from_the_slug_in_small_letters(original: Any, self: Any, record: Record) -> Any:
    new_id = "66" + record["slug"].lower().encode().hex()[-40:]
    made = original(self, {**record, "_id": new_id} if new_id not in self._records else record)
    return {**made, "_id": new_id}


@operator
def _taken_if(mock: Mock, is_taken: Callable[[Record, Record], bool]) -> None:
    """Refuse a slug only if `is_taken(holder, record)`."""

    def insert(original: Any, self: Any, record: Record) -> Any:
        holder = self.by_slug(record["slug"])
        if holder is None or is_taken(holder, record):
            return original(self, record)
        self._records.add(record)
        return record

    mock.wrap(insert, Definitions, "insert")


faults(
    "DEF-13",
    slug_taken_twice=_taken_if(lambda holder, record: False),
    slug_unique_per_type=_taken_if(lambda holder, record: bool(holder["type"] == record["type"])),
    taken_is_409=refused(409, ops.CREATE_DEFINITION, instead_of=400, where=saying("is taken")),
)


@fault("DEF-13", operation, ops.CREATE_DEFINITION)
async def taken_twice_at_once(original: Any, at: Context, body: Record) -> Any:
    """The definition is written some time after its slug was looked up: two creations at once both get it."""
    holder = at.tenant.definitions.by_slug(body["slug"])
    await asyncio.sleep(0.003)
    if holder is None and at.tenant.definitions.by_slug(body["slug"]):
        new_id, now = at.world.ids.new_id(), at.world.ids.now()
        fields = {field: body[field] for field in CREATED_WITH}
        record = {"_id": new_id, **fields, **DEFAULTS, "created_at": now, "modified_at": now}
        at.tenant.definitions._records.add(record)
        return record
    return await original(at, body=body)


faults(
    "DEF-15",
    pinned_by_default=item(DEFAULTS, "pinned", True),
    pin_order_1=item(DEFAULTS, "pin_order", 1),
    default_value_is_empty_text=item(DEFAULTS, "default_value", ""),
    boolean_defaults_to_false=after_create(
        lambda _, r: {"default_value": False} if r["type"] == "boolean" else {}, Definitions
    ),
    modified_later_than_created=after_create(
        lambda store, r: {"modified_at": store._source.now(r["created_at"])}, Definitions
    ),
    no_validations_is_absent=records(lambda r: None if r["validations"] else r.pop("validations"), *ops.DEFINITIONS),
)


@fault("DEF-15", answer, ops.CREATE_DEFINITION, status=201)
def id_is_that_of_the_body(exchange: Exchange) -> None:
    exchange.json.update({"_id": exchange.fields.get("_id", exchange.json["_id"])})


@fault("DEF-15")
def defaults_are_one_object(mock: Mock) -> None:
    """Updates write to the defaults: a new definition is customer_editable like the last update."""
    mock.assign(definitions, "DEFAULTS", dict(definitions.DEFAULTS))

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        new = original(self, record_id, body)
        definitions.DEFAULTS.update({k: v for k, v in body.items() if k == "customer_editable"})
        return new

    mock.wrap(update, Definitions, "update")
