"""More faults of DEF-07 to DEF-13: what shows only for some values, after some other write, or in one place."""

import asyncio
from typing import Any

from tests.faults.helpers import refilter
from tests.faults.patching import (
    CREATE_DEFINITION,
    GET_DEFINITION,
    LIST_DEFINITIONS,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.operations.context import Context
from audience_mock.store.definitions import CREATED_WITH, DEFAULTS, Definitions

# --- DEF-07, DEF-08 -------------------------------------------------------------------------------------


@fault("DEF-07-old-id-finds-the-heir", rule="DEF-07", subtlety="subtle")
def old_id_finds_the_heir(mock: Mock) -> None:
    """The id of a deleted definition leads to the one that took its slug."""
    slugs: dict[str, str] = {}
    mock.records("definition", lambda r: slugs.update({r["_id"]: r["slug"]}), CREATE_DEFINITION)

    def hook(exchange: Exchange) -> None:
        slug = slugs.get(exchange.ids["definition_id"])
        heir = mock.tenant_of(exchange).definitions.by_slug(slug) if slug else None
        if heir:
            exchange.answer(200, heir)

    mock.answer(hook, GET_DEFINITION, status=404)


@fault("DEF-07-still-under-false-flags", rule="DEF-07", subtlety="subtle")
def still_under_false_flags(mock: Mock) -> None:
    """A deleted definition is still found by pinned=false."""
    _still_found(mock, "pinned", "false")


@fault("DEF-07-still-under-its-name", rule="DEF-07", subtlety="subtle")
def still_under_its_name(mock: Mock) -> None:
    """A deleted definition is still found by the whole of its name."""
    _still_found(mock, "name", None)


def _still_found(mock: Mock, name: str, wanted: str | None) -> None:
    """Deleted definitions stay on a page that is asked for with this query parameter."""
    gone: list[Record] = []

    def delete(original: Any, self: Any, record_id: str) -> None:
        record = self.get(record_id)
        original(self, record_id)
        gone.append(record)

    def hook(exchange: Exchange) -> None:
        asked = exchange.query.get(name)
        if asked is not None and wanted in {None, asked}:
            extra = [r for r in gone if wanted or r["name"] == asked]
            extra = [r for r in extra if exchange.query.get("slug", r["slug"]) == r["slug"]]
            exchange.json["items"] += extra

    mock.wrap(Definitions, "delete", delete)
    mock.answer(hook, LIST_DEFINITIONS, status=200)


@fault("DEF-08-beginning-of-an-id-is-enough", rule="DEF-08", subtlety="subtle")
def beginning_of_an_id_is_enough(mock: Mock) -> None:
    """A definition is read by the beginning of its id, where one id alone begins so."""

    def get(original: Any, self: Any, record_id: str) -> Any:
        ids = [r["_id"] for r in self._records if len(record_id) >= 20 and r["_id"].startswith(record_id)]
        return original(self, ids[0] if len(ids) == 1 else record_id)

    mock.wrap(Definitions, "get", get)


@fault("DEF-08-blank-behind-an-id", rule="DEF-08", subtlety="subtle")
def blank_behind_an_id(mock: Mock) -> None:
    """The ids of updates are trimmed: one with a blank behind it is updated."""
    mock.wrap(Definitions, "update", lambda update, self, record_id, body: update(self, record_id.strip(), body))


# --- DEF-09 to DEF-13 -----------------------------------------------------------------------------------


@fault("DEF-09-ignored-from-page-2-on", rule="DEF-09", subtlety="subtle")
def ignored_from_page_2_on(mock: Mock) -> None:
    """From page 2 on the slug filter is lost."""

    def hook(exchange: Exchange) -> None:
        if exchange.query.get("page_no", "1") != "1":
            exchange.query.pop("slug", None)

    mock.request(hook, LIST_DEFINITIONS)


@fault("DEF-09-deleted-slug-stays-unknown", rule="DEF-09", subtlety="subtle")
def deleted_slug_stays_unknown(mock: Mock) -> None:
    """A slug that was deleted once is not found any more when it is given again."""
    dead: set[str] = set()

    def delete(original: Any, self: Any, record_id: str) -> None:
        slug = self.get(record_id)["slug"]
        original(self, record_id)
        dead.add(slug)

    mock.wrap(Definitions, "delete", delete)
    refilter(mock, LIST_DEFINITIONS, "slug", lambda record, slug: record["slug"] == slug and slug not in dead)


@fault("DEF-10-type-is-lost-beside-a-flag", rule="DEF-10", subtlety="subtle")
def type_is_lost_beside_a_flag(mock: Mock) -> None:
    """Beside customer_editable the type filter is ignored."""
    _lost_beside(mock, "type", "customer_editable")


@fault("DEF-10-type-is-lost-beside-a-name", rule="DEF-10", subtlety="subtle")
def type_is_lost_beside_a_name(mock: Mock) -> None:
    """Beside a name the type filter is ignored."""
    _lost_beside(mock, "type", "name")


@fault("DEF-11-encrypted-is-lost-beside-pinned", rule="DEF-11", subtlety="subtle")
def encrypted_is_lost_beside_pinned(mock: Mock) -> None:
    """Beside pinned the encrypted filter is ignored."""
    _lost_beside(mock, "encrypted", "pinned")


@fault("DEF-11-locked-is-lost-beside-customer-editable", rule="DEF-11", subtlety="subtle")
def locked_is_lost_beside_customer_editable(mock: Mock) -> None:
    """Beside customer_editable=false the filter is_locked is ignored."""
    _lost_beside(mock, "is_locked", "customer_editable", "false")


def _lost_beside(mock: Mock, name: str, other: str, only: str | None = None) -> None:
    def hook(exchange: Exchange) -> None:
        if other in exchange.query and only in {None, exchange.query[other]}:
            exchange.query.pop(name, None)

    mock.request(hook, LIST_DEFINITIONS)


@fault("DEF-11-only-with-a-page-size", rule="DEF-11", subtlety="subtle")
def only_with_a_page_size(mock: Mock) -> None:
    """Without page_size the flag filters are ignored."""

    def hook(exchange: Exchange) -> None:
        if "page_size" not in exchange.query:
            for flag in ("customer_editable", "encrypted", "pinned", "is_locked"):
                exchange.query.pop(flag, None)

    mock.request(hook, LIST_DEFINITIONS)


@fault("DEF-12-short-parts-are-ignored", rule="DEF-12", subtlety="subtle")
def short_parts_are_ignored(mock: Mock) -> None:
    """A name of less than three characters is not looked for: the filter keeps all."""
    _name_filter(mock, lambda name, part: len(part) < 3 or part.casefold() in name.casefold())


@fault("DEF-12-backslash-escapes", rule="DEF-12", subtlety="subtle")
def backslash_escapes(mock: Mock) -> None:
    """In the name filter a backslash escapes what follows it, as in SQL."""
    _name_filter(mock, lambda name, part: part.replace("\\", "").casefold() in name.casefold())


@fault("DEF-12-plus-is-a-blank", rule="DEF-12", subtlety="subtle")
def plus_is_a_blank(mock: Mock) -> None:
    """The name filter is decoded twice: a plus stands for a blank."""
    _name_filter(mock, lambda name, part: part.replace("+", " ").casefold() in name.casefold())


def _name_filter(mock: Mock, keeps: Any) -> None:
    refilter(mock, LIST_DEFINITIONS, "name", lambda record, part: keeps(record["name"], part))


@fault("DEF-13-taken-twice-at-once", rule="DEF-13", subtlety="subtle")
def taken_twice_at_once(mock: Mock) -> None:
    """The slug is looked up, and the definition written a while later: two creations at once both get it."""

    async def create(original: Any, at: Context, body: Record) -> Any:
        holder = at.tenant.definitions.by_slug(body["slug"])
        await asyncio.sleep(0.003)
        if holder is None and at.tenant.definitions.by_slug(body["slug"]):
            new_id, now = at.world.new_id(), at.world.now()
            fields = {field: body[field] for field in CREATED_WITH}
            record = {"_id": new_id, **fields, **DEFAULTS, "created_at": now, "modified_at": now}
            at.tenant.definitions._records.add(record)
            return record
        return await original(at, body=body)

    mock.operation(create, CREATE_DEFINITION)
