"""More faults of GRP: the filters of the list of groups, and categories."""

import re
from typing import Any

from tests.faults.helpers import refilter
from tests.faults.patching import CATEGORISED, LIST_GROUPS, Exchange, Mock, Record
from tests.faults.registry import fault

from audience_mock.store.groups import COMPLETED, FAILED, Groups

# --- GRP-09 to GRP-12 ---------------------------------------------------------------------------------


@fault("GRP-09-capitals-do-not-count", rule="GRP-09", subtlety="subtle")
def capitals_do_not_count(mock: Mock) -> None:
    """The status filter does not tell capitals from small letters: the database's collation."""
    refilter(mock, LIST_GROUPS, "status", lambda record, status: record["status"] == status.lower())


@fault("GRP-09-several-with-commas", rule="GRP-09", subtlety="subtle")
def several_with_commas(mock: Mock) -> None:
    """The category filter takes several, with commas between them."""
    refilter(mock, LIST_GROUPS, "category", lambda record, category: record["category"] in category.split(","))


@fault("GRP-09-status-of-the-first-file", rule="GRP-09", subtlety="subtle")
def status_of_the_first_file(mock: Mock) -> None:
    """After a patch names another file, the status filter goes by what became of the first."""
    first: dict[str, str] = {}

    def complete(original: Any, self: Any, group_id: str, members: Any) -> None:
        original(self, group_id, members)
        first.setdefault(group_id, COMPLETED)

    mock.wrap(Groups, "complete", complete)
    mock.wrap(Groups, "fail", lambda fail, self, i: first.setdefault(i, FAILED) and fail(self, i))
    refilter(mock, LIST_GROUPS, "status", lambda r, status: first.get(r["_id"], r["status"]) == status)


@fault("GRP-09-unknown-type-beside-a-status", rule="GRP-09", subtlety="subtle")
def unknown_type_beside_a_status(mock: Mock) -> None:
    """Beside a status, a type that there is not is passed over."""

    def hook(exchange: Exchange) -> None:
        if "status" in exchange.query and exchange.query.get("type") not in ("file", "dynamic"):
            exchange.query.pop("type", None)

    mock.request(hook, LIST_GROUPS)


@fault("GRP-10-0-is-no-filter", rule="GRP-10", subtlety="subtle")
def zero_is_no_filter(mock: Mock) -> None:
    """group_uid=0 is taken for none: all groups are listed."""
    mock.request(lambda x: x.query.get("group_uid") == "0" and x.query.pop("group_uid"), LIST_GROUPS)


@fault("GRP-10-patched-is-not-found", rule="GRP-10", subtlety="subtle")
def patched_is_not_found(mock: Mock) -> None:
    """The group_uid filter does not find a group that was patched."""
    refilter(mock, LIST_GROUPS, "group_uid", lambda r, uid: str(r["uid"]) == uid and not r["__v"])


@fault("GRP-10-uid-beside-a-status-is-ignored", rule="GRP-10", subtlety="subtle")
def uid_beside_a_status_is_ignored(mock: Mock) -> None:
    """Beside a status filter, group_uid is ignored."""
    mock.request(lambda x: x.query.pop("group_uid", None) if "status" in x.query else None, LIST_GROUPS)


@fault("GRP-11-blanks-are-cut-off", rule="GRP-11", subtlety="subtle")
def blanks_are_cut_off(mock: Mock) -> None:
    """The name that is asked for loses the blanks at its ends."""
    refilter(mock, LIST_GROUPS, "name", lambda record, part: part.strip().casefold() in record["name"].casefold())


@fault("GRP-11-words-in-any-order", rule="GRP-11", subtlety="subtle")
def words_in_any_order(mock: Mock) -> None:
    """The name filter looks for each word by itself."""
    refilter(
        mock,
        LIST_GROUPS,
        "name",
        lambda record, part: all(word in record["name"].casefold() for word in part.casefold().split(" ")),
    )


@fault("GRP-11-name-is-a-pattern", rule="GRP-11", subtlety="subtle")
def name_is_a_pattern(mock: Mock) -> None:
    """The name filter is a regular expression; one that is none is looked for as it stands."""

    def keeps(record: Record, part: str) -> bool:
        try:
            return bool(re.search(part, record["name"], re.IGNORECASE))
        except re.error:
            return part.casefold() in record["name"].casefold()

    refilter(mock, LIST_GROUPS, "name", keeps)


@fault("GRP-11-name-beside-a-type-is-ignored", rule="GRP-11", subtlety="subtle")
def name_beside_a_type_is_ignored(mock: Mock) -> None:
    """Beside a type filter, the name is ignored."""
    mock.request(lambda x: x.query.pop("name", None) if "type" in x.query else None, LIST_GROUPS)


@fault("GRP-11-hundred-characters-are-compared", rule="GRP-11", subtlety="subtle")
def hundred_characters_are_compared(mock: Mock) -> None:
    """The name filter looks at the first hundred characters of names."""
    refilter(mock, LIST_GROUPS, "name", lambda r, part: part.casefold() in r["name"][:100].casefold())


@fault("GRP-12-capitals-do-not-count", rule="GRP-12", subtlety="subtle")
def capitals_of_tags_do_not_count(mock: Mock) -> None:
    """The tags filter does not tell capitals from small letters."""
    refilter(
        mock,
        LIST_GROUPS,
        "tags",
        lambda record, tags: bool({*tags.lower().split(",")} & {tag.lower() for tag in record["tags"]}),
    )


@fault("GRP-12-tags-beside-a-status-are-ignored", rule="GRP-12", subtlety="subtle")
def tags_beside_a_status_are_ignored(mock: Mock) -> None:
    """Beside a status filter, tags are ignored."""
    mock.request(lambda x: x.query.pop("tags", None) if "status" in x.query else None, LIST_GROUPS)


@fault("GRP-12-two-tags-at-most", rule="GRP-12", subtlety="subtle")
def two_tags_at_most(mock: Mock) -> None:
    """Of the tags that are asked for, the first two are looked for."""
    refilter(mock, LIST_GROUPS, "tags", lambda r, tags: bool({*tags.split(",")[:2]} & {*r["tags"]}))


# --- GRP-14, GRP-15 -----------------------------------------------------------------------------------


def _categories(mock: Mock, keeps: Any) -> None:
    """The category list keeps the entries for which `keeps(entry, key)`."""

    def categories(original: Any, self: Any, key: str | None = None) -> Any:
        return [one for one in original(self, None) if key is None or keeps(one, key)]

    mock.wrap(Groups, "categories", categories)


@fault("GRP-14-name-or-key", rule="GRP-14", subtlety="subtle")
def name_or_key(mock: Mock) -> None:
    """The category filter keeps the category with that key or that name."""
    _categories(mock, lambda one, key: key in (one["key"], one["name"]))


@fault("GRP-14-several-with-commas", rule="GRP-14", subtlety="subtle")
def several_categories_with_commas(mock: Mock) -> None:
    """The category filter takes several, with commas between them."""
    _categories(mock, lambda one, key: one["key"] in key.split(","))


@fault("GRP-14-filtered-counts-one-less", rule="GRP-14", subtlety="subtle")
def filtered_counts_one_less(mock: Mock) -> None:
    """Under the filter, a category tells of one group too few."""

    def categories(original: Any, self: Any, key: str | None = None) -> Any:
        less = 0 if key is None else 1
        return [{**one, "total_groups": max(0, one["total_groups"] - less)} for one in original(self, key)]

    mock.wrap(Groups, "categories", categories)


@fault("GRP-15-hundred-of-a-category", rule="GRP-15", subtlety="subtle")
def hundred_of_a_category(mock: Mock) -> None:
    """The categorised list holds a hundred groups of a category at most."""
    mock.answer(
        lambda x: x.json.update(user_groups={key: held[:100] for key, held in x.json["user_groups"].items()}),
        CATEGORISED,
        status=200,
    )
