"""Faults of DEF-09 to DEF-12: the filters of the list of definitions."""

import re
from typing import Any

from tests.faults.helpers import refilter
from tests.faults.patching import LIST_DEFINITIONS, Exchange, Mock, Record
from tests.faults.registry import fault

from audience_mock.store.definitions import Definitions

FLAGS = ("customer_editable", "encrypted", "pinned", "is_locked")


def like(text: str, pattern: str) -> bool:
    """SQL's LIKE '%pattern%', in which % and _ are wild."""
    parts = [".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern]
    return re.search("".join(parts), text, re.IGNORECASE | re.DOTALL) is not None


def first_seen(mock: Mock, field: str) -> dict[str, Any]:
    """What a field of a definition was before it was updated for the first time."""
    first: dict[str, Any] = {}

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        old = self._records.get(record_id)
        new = original(self, record_id, body)
        first.setdefault(record_id, old[field])
        return new

    mock.wrap(Definitions, "update", update)
    return first


# --- DEF-09 -------------------------------------------------------------------------------------------


@fault("DEF-09-slug-is-ignored", rule="DEF-09", subtlety="obvious")
def slug_is_ignored(mock: Mock) -> None:
    """The slug filter is ignored."""
    refilter(mock, LIST_DEFINITIONS, "slug", lambda record, slug: True)


@fault("DEF-09-slug-by-its-beginning", rule="DEF-09", subtlety="plausible")
def slug_by_its_beginning(mock: Mock) -> None:
    """The slug filter finds all slugs that begin so."""
    refilter(mock, LIST_DEFINITIONS, "slug", lambda record, slug: record["slug"].startswith(slug))


@fault("DEF-09-slug-whatever-the-case", rule="DEF-09", subtlety="subtle")
def slug_whatever_the_case(mock: Mock) -> None:
    """The slug filter does not tell capitals from small letters."""
    refilter(mock, LIST_DEFINITIONS, "slug", lambda record, slug: record["slug"].lower() == slug.lower())


@fault("DEF-09-underscore-is-wild", rule="DEF-09", subtlety="subtle")
def underscore_is_wild(mock: Mock) -> None:
    """In the slug filter an underscore stands for any character."""
    refilter(
        mock,
        LIST_DEFINITIONS,
        "slug",
        lambda record, slug: re.fullmatch(re.escape(slug).replace("_", "."), record["slug"]) is not None,
    )


@fault("DEF-09-capitals-are-not-found", rule="DEF-09", subtlety="subtle")
def capitals_are_not_found(mock: Mock) -> None:
    """The slug that is asked for is put in small letters: one with capitals is never found."""
    refilter(mock, LIST_DEFINITIONS, "slug", lambda record, slug: record["slug"] == slug.lower())


# --- DEF-10 -------------------------------------------------------------------------------------------


@fault("DEF-10-type-is-ignored", rule="DEF-10", subtlety="obvious")
def type_is_ignored(mock: Mock) -> None:
    """The type filter is ignored."""
    refilter(mock, LIST_DEFINITIONS, "type", lambda record, type_: True)


@fault("DEF-10-date-finds-datetime", rule="DEF-10", subtlety="subtle")
def date_finds_datetime(mock: Mock) -> None:
    """The type filter compares beginnings: date finds datetime too."""
    refilter(mock, LIST_DEFINITIONS, "type", lambda record, type_: record["type"].startswith(type_))


@fault("DEF-10-list-finds-nothing", rule="DEF-10", subtlety="plausible")
def list_finds_nothing(mock: Mock) -> None:
    """The type filter finds no definitions of type list."""
    refilter(mock, LIST_DEFINITIONS, "type", lambda record, type_: record["type"] == type_ != "list")


@fault("DEF-10-old-type-after-an-update", rule="DEF-10", subtlety="subtle")
def old_type_after_an_update(mock: Mock) -> None:
    """The type filter goes by the type that a definition was created with."""
    first = first_seen(mock, "type")
    refilter(mock, LIST_DEFINITIONS, "type", lambda record, type_: first.get(record["_id"], record["type"]) == type_)


@fault("DEF-10-unknown-type-finds-all", rule="DEF-10", subtlety="subtle")
def unknown_type_finds_all(mock: Mock) -> None:
    """The type filter is ignored where no definition is of that type."""

    def hook(exchange: Exchange) -> None:
        types = {record["type"] for record in mock.tenant_of(exchange).definitions._records}
        if exchange.query.get("type") not in types:
            exchange.query.pop("type", None)

    mock.request(hook, LIST_DEFINITIONS)


# --- DEF-11 -------------------------------------------------------------------------------------------


@fault("DEF-11-pinned-is-ignored", rule="DEF-11", subtlety="obvious")
def pinned_is_ignored(mock: Mock) -> None:
    """The pinned filter is ignored."""
    refilter(mock, LIST_DEFINITIONS, "pinned", lambda record, flag: True)


@fault("DEF-11-false-is-ignored", rule="DEF-11", subtlety="subtle")
def false_is_ignored(mock: Mock) -> None:
    """A flag filter that is false is ignored."""

    def hook(exchange: Exchange) -> None:
        for name in FLAGS:
            if exchange.query.get(name) == "false":
                del exchange.query[name]

    mock.request(hook, LIST_DEFINITIONS)


@fault("DEF-11-false-finds-nothing", rule="DEF-11", subtlety="plausible")
def false_finds_nothing(mock: Mock) -> None:
    """encrypted=false finds nothing."""
    refilter(mock, LIST_DEFINITIONS, "encrypted", lambda record, flag: bool(record["encrypted"] and flag))


@fault("DEF-11-locked-finds-pinned", rule="DEF-11", subtlety="subtle")
def locked_finds_pinned(mock: Mock) -> None:
    """is_locked=true finds pinned definitions as well."""
    refilter(
        mock, LIST_DEFINITIONS, "is_locked", lambda r, flag: bool(r["is_locked"] or (flag and r["pinned"])) == flag
    )


@fault("DEF-11-old-flag-after-an-update", rule="DEF-11", subtlety="subtle")
def old_flag_after_an_update(mock: Mock) -> None:
    """customer_editable=true goes by what a definition was created with."""
    first = first_seen(mock, "customer_editable")
    refilter(
        mock,
        LIST_DEFINITIONS,
        "customer_editable",
        lambda record, flag: first.get(record["_id"], record["customer_editable"]) == flag,
    )


@fault("DEF-11-true-by-the-text", rule="DEF-11", subtlety="plausible")
def true_by_the_text(mock: Mock) -> None:
    """Any text makes a flag filter true: false means true."""

    def hook(exchange: Exchange) -> None:
        for name in FLAGS:
            if exchange.query.get(name) == "false":
                exchange.query[name] = "true"

    mock.request(hook, LIST_DEFINITIONS)


# --- DEF-12 -------------------------------------------------------------------------------------------


@fault("DEF-12-name-is-ignored", rule="DEF-12", subtlety="obvious")
def name_is_ignored(mock: Mock) -> None:
    """The name filter is ignored."""
    refilter(mock, LIST_DEFINITIONS, "name", lambda record, part: True)


@fault("DEF-12-case-counts", rule="DEF-12", subtlety="plausible")
def case_counts(mock: Mock) -> None:
    """The name filter tells capitals from small letters."""
    refilter(mock, LIST_DEFINITIONS, "name", lambda record, part: part in record["name"])


@fault("DEF-12-beginning-only", rule="DEF-12", subtlety="plausible")
def beginning_only(mock: Mock) -> None:
    """The name filter looks at the beginning of names."""
    refilter(mock, LIST_DEFINITIONS, "name", lambda record, part: record["name"].lower().startswith(part.lower()))


@fault("DEF-12-case-of-ascii-only", rule="DEF-12", subtlety="subtle")
def case_of_ascii_only(mock: Mock) -> None:
    """The name filter knows the capitals of ASCII only."""

    def lower(text: str) -> str:
        return "".join(c.lower() if c.isascii() else c for c in text)

    refilter(mock, LIST_DEFINITIONS, "name", lambda record, part: lower(part) in lower(record["name"]))


@fault("DEF-12-percent-is-wild", rule="DEF-12", subtlety="subtle")
def percent_is_wild(mock: Mock) -> None:
    """In the name filter % stands for any text and _ for any character."""
    refilter(mock, LIST_DEFINITIONS, "name", lambda record, part: like(record["name"], part))


@fault("DEF-12-searches-the-description-too", rule="DEF-12", subtlety="subtle")
def searches_the_description_too(mock: Mock) -> None:
    """The name filter finds what is in a description as well."""
    refilter(
        mock,
        LIST_DEFINITIONS,
        "name",
        lambda r, part: part.casefold() in r["name"].casefold() or part.casefold() in r["description"].casefold(),
    )


@fault("DEF-12-whole-name-only", rule="DEF-12", subtlety="plausible")
def whole_name_only(mock: Mock) -> None:
    """The name filter finds the whole name only."""
    refilter(mock, LIST_DEFINITIONS, "name", lambda record, part: record["name"].casefold() == part.casefold())
