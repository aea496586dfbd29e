"""More faults of DEF: what shows only for some values, after some other write, or in one place."""

from typing import Any

from tests.faults.catalogue.definitions_changed import after_update
from tests.faults.helpers import changed, overwritten, relist, stored
from tests.faults.patching import (
    CREATE_DEFINITION,
    GET_DEFINITION,
    LIST_DEFINITIONS,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.store.definitions import Definitions

# --- DEF-01 to DEF-03 -----------------------------------------------------------------------------------


@fault("DEF-01-line-ends-are-unix", rule="DEF-01", subtlety="subtle")
def line_ends_are_unix(mock: Mock) -> None:
    """A description with the line ends of Windows is stored with those of Unix."""
    stored(mock, Definitions, lambda body: changed(body, description=body["description"].replace("\r\n", "\n")))


@fault("DEF-01-description-like-the-name-is-dropped", rule="DEF-01", subtlety="subtle")
def description_like_the_name_is_dropped(mock: Mock) -> None:
    """A description that only repeats the name is stored empty."""
    stored(
        mock, Definitions, lambda b: changed(b, description="" if b["description"] == b["name"] else b["description"])
    )


@fault("DEF-01-invisible-characters-are-dropped", rule="DEF-01", subtlety="subtle")
def invisible_characters_are_dropped(mock: Mock) -> None:
    """A name loses its zero-width characters."""
    stored(mock, Definitions, lambda body: changed(body, name=body["name"].replace("\u200b", "").replace("\ufeff", "")))


@fault("DEF-01-hyphens-of-a-slug-collapse", rule="DEF-01", subtlety="subtle")
def hyphens_of_a_slug_collapse(mock: Mock) -> None:
    """Two hyphens in a row in a slug are stored as one."""
    stored(mock, Definitions, lambda body: changed(body, slug=body["slug"].replace("--", "-")))


@fault("DEF-01-slug-of-digits-is-a-number", rule="DEF-01", subtlety="subtle")
def slug_of_digits_is_a_number(mock: Mock) -> None:
    """A slug of digits alone loses the zeros before it."""
    stored(mock, Definitions, lambda body: changed(body, slug=body["slug"].lstrip("0") or "0"))


@fault("DEF-01-later-creation-overwrites-the-description", rule="DEF-01", subtlety="subtle")
def later_creation_overwrites_the_description(mock: Mock) -> None:
    """What is read by id comes from a cache with the name as its key: the last creation of the name is in it."""
    last: dict[str, str] = {}
    mock.records("definition", lambda r: last.update({r["name"]: r["description"]}), CREATE_DEFINITION)
    mock.records("definition", lambda r: r.update(description=last.get(r["name"], r["description"])), GET_DEFINITION)


@fault("DEF-02-long-descriptions-are-not-listed", rule="DEF-02", subtlety="subtle")
def long_descriptions_are_not_listed(mock: Mock) -> None:
    """The list leaves out definitions whose description has 200 characters or more."""
    relist(mock, lambda at, record: len(record["description"]) < 200, LIST_DEFINITIONS)


@fault("DEF-02-list-shortens-descriptions", rule="DEF-02", subtlety="subtle")
def list_shortens_descriptions(mock: Mock) -> None:
    """The list shows the first 120 characters of a description."""
    mock.records("definition", lambda r: r.update(description=r["description"][:120]), LIST_DEFINITIONS)


@fault("DEF-03-id-from-the-slug-in-small-letters", rule="DEF-03", subtlety="subtle")
def id_from_the_slug_in_small_letters(mock: Mock) -> None:
    """An id is made from the slug in small letters: two that differ in case only share it."""

    def put_in(original: Any, self: Any, record: Record) -> Any:
        new_id = "66" + record["slug"].lower().encode().hex()[-40:]
        made = original(self, {**record, "_id": new_id} if new_id not in self._records else record)
        return {**made, "_id": new_id}

    mock.wrap(Definitions, "put_in", put_in)


# --- DEF-04 to DEF-06 -----------------------------------------------------------------------------------


@fault("DEF-04-whole-list-shows-the-old-name", rule="DEF-04", subtlety="subtle")
def whole_list_shows_the_old_name(mock: Mock) -> None:
    """The list without filters comes from a cache that updates do not reach."""
    cached: dict[str, Record] = {}

    def hook(exchange: Exchange) -> None:
        if exchange.query.keys() <= {"page_no", "page_size"}:
            for record in exchange.records():
                if record["_id"] in cached:
                    record.update({k: cached[record["_id"]][k] for k in ("name", "description", "type")})

    mock.records("definition", lambda r: cached.setdefault(r["_id"], dict(r)) and None, CREATE_DEFINITION)
    mock.answer(hook, LIST_DEFINITIONS, status=200)


@fault("DEF-04-type-stays-where-a-value-is", rule="DEF-04", subtlety="subtle")
def type_stays_where_a_value_is(mock: Mock) -> None:
    """A new type is passed over in silence where some user holds a value, even if it fits."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        if next(self._attributes.values_of(record_id), None):
            body = {k: v for k, v in body.items() if k != "type"}
        return original(self, record_id, body)

    mock.wrap(Definitions, "update", update)


@fault("DEF-04-name-of-another-is-not-taken", rule="DEF-04", subtlety="subtle")
def name_of_another_is_not_taken(mock: Mock) -> None:
    """An update to a name that another definition bears is answered 200 and leaves the name."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        if any(r["name"] == body.get("name") and r["_id"] != record_id for r in self._records):
            body = {k: v for k, v in body.items() if k != "name"}
        return original(self, record_id, body)

    mock.wrap(Definitions, "update", update)


@fault("DEF-05-update-by-the-beginning-of-the-slug", rule="DEF-05", subtlety="subtle")
def update_by_the_beginning_of_the_slug(mock: Mock) -> None:
    """A new description is written to every definition whose slug begins like the updated one's."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        new = original(self, record_id, body)
        if "description" in body:
            for other in list(self._records):
                if other["slug"].startswith(new["slug"]) and other["_id"] != record_id:
                    overwritten(self._records, other["_id"], description=body["description"])
        return new

    mock.wrap(Definitions, "update", update)


@fault("DEF-05-update-of-all-of-the-name", rule="DEF-05", subtlety="subtle")
def update_of_all_of_the_name(mock: Mock) -> None:
    """customer_editable is written to every definition of the same name."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        new = original(self, record_id, body)
        if "customer_editable" in body:
            for other in list(self._records):
                if other["name"] == new["name"] and other["_id"] != record_id:
                    overwritten(self._records, other["_id"], customer_editable=body["customer_editable"])
        return new

    mock.wrap(Definitions, "update", update)


@fault("DEF-06-list-shows-the-old-modified-at", rule="DEF-06", subtlety="subtle")
def list_shows_the_old_modified_at(mock: Mock) -> None:
    """In the list, modified_at stays that of the creation."""
    mock.records("definition", lambda r: r.update(modified_at=r["created_at"]), LIST_DEFINITIONS)


@fault("DEF-06-created-at-of-the-body", rule="DEF-06", subtlety="subtle")
def created_at_of_the_body(mock: Mock) -> None:
    """An update takes created_at from the body, where it stands in it."""
    after_update(mock, lambda old, new, body: {"created_at": body.get("created_at", old["created_at"])})
