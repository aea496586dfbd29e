"""Faults of the filters of the list of definitions (DEF-09 to DEF-12)."""

import re
from collections.abc import Callable
from functools import partial

from tests.faults import operations as ops
from tests.faults.operators.http import FLAGS, ignored, ignored_beside, parameter
from tests.faults.operators.lists import like, refilter
from tests.faults.operators.store import first_values, graves
from tests.faults.patching import Exchange, Mock
from tests.faults.registry import Change, fault, faults, operator

from audience_mock.store.definitions import Definitions

LIST = ops.LIST_DEFINITIONS
by_slug = partial(refilter, LIST, "slug")
by_type = partial(refilter, LIST, "type")
all_flags = " ".join(FLAGS)


def by_name(finds: Callable[[str, str], bool]) -> Change:
    """Filter by `finds(name, text)`."""
    return refilter(LIST, "name", lambda r, text: finds(r["name"], text))


@operator
def by_first(mock: Mock, name: str) -> None:
    """Filter by the value that a definition was created with."""
    first = first_values(mock, name, Definitions, "update")
    refilter(LIST, name, lambda r, value: first.get(r["_id"], r[name]) == value)(mock)


faults(
    "DEF-09",
    slug_is_ignored=by_slug(lambda r, slug: True),
    slug_by_its_beginning=by_slug(lambda r, slug: r["slug"].startswith(slug)),
    slug_whatever_the_case=by_slug(lambda r, slug: r["slug"].lower() == slug.lower()),
    capitals_are_not_found=by_slug(lambda r, slug: r["slug"] == slug.lower()),
    underscore_is_wild=by_slug(lambda r, slug: re.fullmatch(re.escape(slug).replace("_", "."), r["slug"]) is not None),
    blanks_around_a_slug_are_ignored=by_slug(lambda r, slug: r["slug"] == slug.strip()),
    ignored_from_page_2_on=ignored("slug", LIST, where=lambda x: x.query.get("page_no", "1") != "1"),
)


@fault("DEF-09")
def deleted_slug_stays_unknown(mock: Mock) -> None:
    gone = graves(mock, Definitions)
    by_slug(lambda r, slug: r["slug"] == slug and slug not in {old["slug"] for old in gone.values()})(mock)


def _is_type_of_none(exchange: Exchange) -> bool:
    return exchange.query.get("type") not in {record["type"] for record in exchange.tenant.definitions._records}


faults(
    "DEF-10",
    type_is_ignored=by_type(lambda r, type_: True),
    date_finds_datetime=by_type(lambda r, type_: r["type"].startswith(type_)),
    list_finds_nothing=by_type(lambda r, type_: r["type"] == type_ != "list"),
    old_type_after_an_update=by_first("type"),
    unknown_type_finds_all=ignored("type", LIST, where=_is_type_of_none),
    type_is_lost_beside_a_flag=ignored_beside("type", "customer_editable", LIST),
    type_is_lost_beside_a_name=ignored_beside("type", "name", LIST),
)

faults(
    "DEF-11",
    pinned_is_ignored=refilter(LIST, "pinned", lambda r, flag: True),
    false_is_ignored=parameter(lambda flag: None if flag == "false" else flag, all_flags, LIST),
    true_by_the_text=parameter(lambda flag: "true" if flag == "false" else flag, all_flags, LIST),
    false_finds_nothing=refilter(LIST, "encrypted", lambda r, flag: bool(r["encrypted"] and flag)),
    locked_finds_pinned=refilter(
        LIST, "is_locked", lambda r, flag: bool(r["is_locked"] or (flag and r["pinned"])) == flag
    ),
    old_flag_after_an_update=by_first("customer_editable"),
    encrypted_is_lost_beside_pinned=ignored_beside("encrypted", "pinned", LIST),
    locked_is_lost_beside_customer_editable=ignored_beside("is_locked", "customer_editable=false", LIST),
    only_with_a_page_size=ignored(all_flags, LIST, where=lambda x: "page_size" not in x.query),
)


def _ascii_lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


faults(
    "DEF-12",
    name_is_ignored=by_name(lambda name, text: True),
    case_counts=by_name(lambda name, text: text in name),
    case_of_ascii_only=by_name(lambda name, text: _ascii_lower(text) in _ascii_lower(name)),
    beginning_only=by_name(lambda name, text: name.lower().startswith(text.lower())),
    whole_name_only=by_name(lambda name, text: name.casefold() == text.casefold()),
    percent_is_wild=by_name(like),
    short_parts_are_ignored=by_name(lambda name, text: len(text) < 3 or text.casefold() in name.casefold()),
    backslash_escapes=by_name(lambda name, text: text.replace("\\", "").casefold() in name.casefold()),
    plus_is_a_blank=by_name(lambda name, text: text.replace("+", " ").casefold() in name.casefold()),
    searches_the_description_too=refilter(
        LIST, "name", lambda r, text: any(text.casefold() in r[field].casefold() for field in ("name", "description"))
    ),
)
