"""Faults of the filters name and tags of the list of groups (GRP-11, GRP-12)."""

import re
from collections.abc import Callable
from functools import partial

from tests.faults import operations as ops
from tests.faults.operators.http import ignored_beside
from tests.faults.operators.lists import like, refilter
from tests.faults.registry import Change, faults

LIST = ops.LIST_GROUPS
by_tags = partial(refilter, LIST, "tags")


def by_name(finds: Callable[[str, str], bool]) -> Change:
    """Filter by `finds(name, text)`."""
    return refilter(LIST, "name", lambda r, text: finds(r["name"], text))


def _finds(text: str, part: str) -> bool:
    return part.casefold() in text.casefold()


def _matches(text: str, pattern: str) -> bool:
    try:
        return re.search(pattern, text, re.IGNORECASE) is not None
    except re.error:
        return _finds(text, pattern)


faults(
    "GRP-11",
    name_is_ignored=by_name(lambda name, text: True),
    case_counts=by_name(lambda name, text: text in name),
    small_letters_only=by_name(lambda name, text: text.lower() in name),
    underscore_is_wild=by_name(like),
    end_is_not_looked_at=by_name(lambda name, text: _finds(name[:-1], text)),
    blanks_are_cut_off=by_name(lambda name, text: _finds(name, text.strip())),
    words_in_any_order=by_name(lambda name, text: all(_finds(name, word) for word in text.split(" "))),
    name_is_a_pattern=by_name(_matches),
    hundred_characters_are_compared=by_name(lambda name, text: _finds(name[:100], text)),
    name_beside_a_type_is_ignored=ignored_beside("name", "type", LIST),
)


def _listed(tags: str) -> list[str]:
    return [tag.strip() for tag in tags.split(",") if tag.strip()]


faults(
    "GRP-12",
    tags_are_ignored=by_tags(lambda r, tags: True),
    all_tags_are_needed=by_tags(lambda r, tags: set(_listed(tags)) <= set(r["tags"])),
    first_tag_only=by_tags(lambda r, tags: bool(set(_listed(tags)[:1]) & set(r["tags"]))),
    two_tags_at_most=by_tags(lambda r, tags: bool({*tags.split(",")[:2]} & {*r["tags"]})),
    first_tag_of_the_group=by_tags(lambda r, tags: bool(set(_listed(tags)) & set(r["tags"][:1]))),
    part_of_a_tag=by_tags(lambda r, tags: any(one in tag for one in _listed(tags) for tag in r["tags"])),
    capitals_do_not_count=by_tags(
        lambda r, tags: bool({*tags.lower().split(",")} & {tag.lower() for tag in r["tags"]})
    ),
    tags_beside_a_status_are_ignored=ignored_beside("tags", "status", LIST),
)
