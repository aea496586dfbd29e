"""Faults of GRP-09 to GRP-15: the filters of the list of groups, tags, categories, the categorised list."""

from typing import Any

from tests.faults.catalogue.definitions_listed import like
from tests.faults.helpers import refilter
from tests.faults.patching import CATEGORISED, LIST_GROUPS, TAGS, Exchange, Mock, Record
from tests.faults.registry import fault

from audience_mock.store.groups import Groups

# --- GRP-09 -------------------------------------------------------------------------------------------


@fault("GRP-09-status-is-ignored", rule="GRP-09", subtlety="obvious")
def status_is_ignored(mock: Mock) -> None:
    """The status filter is ignored."""
    refilter(mock, LIST_GROUPS, "status", lambda record, status: True)


@fault("GRP-09-category-is-ignored", rule="GRP-09", subtlety="obvious")
def category_is_ignored(mock: Mock) -> None:
    """The category filter is ignored."""
    refilter(mock, LIST_GROUPS, "category", lambda record, category: True)


@fault("GRP-09-type-is-ignored", rule="GRP-09", subtlety="plausible")
def type_is_ignored(mock: Mock) -> None:
    """The type filter is ignored."""
    refilter(mock, LIST_GROUPS, "type", lambda record, type_: True)


@fault("GRP-09-pending-finds-failed", rule="GRP-09", subtlety="subtle")
def pending_finds_failed(mock: Mock) -> None:
    """status=pending finds all that is not completed."""
    refilter(
        mock,
        LIST_GROUPS,
        "status",
        lambda r, status: r["status"] != "completed" if status == "pending" else r["status"] == status,
    )


@fault("GRP-09-status-from-its-creation", rule="GRP-09", subtlety="subtle")
def status_from_its_creation(mock: Mock) -> None:
    """The status filter goes by the status that a group was created with."""
    created: set[str] = set()

    def create(original: Any, self: Any, body: Record) -> Any:
        record = original(self, body)
        created.add(record["_id"])
        return record

    mock.wrap(Groups, "create", create)
    refilter(
        mock,
        LIST_GROUPS,
        "status",
        lambda record, status: ("pending" if record["_id"] in created else record["status"]) == status,
    )


@fault("GRP-09-category-beside-status-is-ignored", rule="GRP-09", subtlety="subtle")
def category_beside_status_is_ignored(mock: Mock) -> None:
    """With a status filter the category filter is ignored."""

    def hook(exchange: Exchange) -> None:
        if "status" in exchange.query:
            exchange.query.pop("category", None)

    mock.request(hook, LIST_GROUPS)


@fault("GRP-09-l3-finds-nothing", rule="GRP-09", subtlety="plausible")
def l3_finds_nothing(mock: Mock) -> None:
    """category=l3 finds nothing."""
    refilter(mock, LIST_GROUPS, "category", lambda record, category: record["category"] == category != "l3")


# --- GRP-10 -------------------------------------------------------------------------------------------


@fault("GRP-10-uid-is-ignored", rule="GRP-10", subtlety="obvious")
def uid_is_ignored(mock: Mock) -> None:
    """The group_uid filter is ignored."""
    refilter(mock, LIST_GROUPS, "group_uid", lambda record, uid: True)


@fault("GRP-10-uid-by-its-beginning", rule="GRP-10", subtlety="subtle")
def uid_by_its_beginning(mock: Mock) -> None:
    """group_uid=1 finds 10 and 11 as well."""
    refilter(mock, LIST_GROUPS, "group_uid", lambda record, uid: str(record["uid"]).startswith(uid))


@fault("GRP-10-uid-by-its-end", rule="GRP-10", subtlety="subtle")
def uid_by_its_end(mock: Mock) -> None:
    """group_uid=11 finds 1 as well: it looks for the uid in the text."""
    refilter(mock, LIST_GROUPS, "group_uid", lambda record, uid: str(record["uid"]) in uid)


@fault("GRP-10-finds-pending-only", rule="GRP-10", subtlety="plausible")
def finds_pending_only(mock: Mock) -> None:
    """The group_uid filter finds groups only while they are pending."""
    refilter(mock, LIST_GROUPS, "group_uid", lambda r, uid: str(r["uid"]) == uid and r["status"] == "pending")


# --- GRP-11 -------------------------------------------------------------------------------------------


@fault("GRP-11-name-is-ignored", rule="GRP-11", subtlety="obvious")
def name_is_ignored(mock: Mock) -> None:
    """The name filter is ignored."""
    refilter(mock, LIST_GROUPS, "name", lambda record, part: True)


@fault("GRP-11-case-counts", rule="GRP-11", subtlety="plausible")
def case_counts(mock: Mock) -> None:
    """The name filter tells capitals from small letters."""
    refilter(mock, LIST_GROUPS, "name", lambda record, part: part in record["name"])


@fault("GRP-11-small-letters-only", rule="GRP-11", subtlety="subtle")
def small_letters_only(mock: Mock) -> None:
    """The name that is asked for is put in small letters, those in the list are not."""
    refilter(mock, LIST_GROUPS, "name", lambda record, part: part.lower() in record["name"])


@fault("GRP-11-underscore-is-wild", rule="GRP-11", subtlety="subtle")
def underscore_is_wild(mock: Mock) -> None:
    """In the name filter % stands for any text and _ for any character."""
    refilter(mock, LIST_GROUPS, "name", lambda record, part: like(record["name"], part))


@fault("GRP-11-end-is-not-looked-at", rule="GRP-11", subtlety="subtle")
def end_is_not_looked_at(mock: Mock) -> None:
    """The name filter does not look at the last character of names."""
    refilter(mock, LIST_GROUPS, "name", lambda record, part: part.casefold() in record["name"][:-1].casefold())


# --- GRP-12, GRP-13 -----------------------------------------------------------------------------------


def _wanted(argument: str) -> list[str]:
    return [tag.strip() for tag in argument.split(",") if tag.strip()]


@fault("GRP-12-tags-are-ignored", rule="GRP-12", subtlety="obvious")
def tags_are_ignored(mock: Mock) -> None:
    """The tags filter is ignored."""
    refilter(mock, LIST_GROUPS, "tags", lambda record, tags: True)


@fault("GRP-12-all-tags-are-needed", rule="GRP-12", subtlety="plausible")
def all_tags_are_needed(mock: Mock) -> None:
    """A group must bear all the tags."""
    refilter(mock, LIST_GROUPS, "tags", lambda record, tags: set(_wanted(tags)) <= set(record["tags"]))


@fault("GRP-12-first-tag-only", rule="GRP-12", subtlety="subtle")
def first_tag_only(mock: Mock) -> None:
    """Of several tags the first is looked for."""
    refilter(mock, LIST_GROUPS, "tags", lambda record, tags: bool(set(_wanted(tags)[:1]) & set(record["tags"])))


@fault("GRP-12-part-of-a-tag", rule="GRP-12", subtlety="subtle")
def part_of_a_tag(mock: Mock) -> None:
    """`vip` finds vip-gold as well."""
    refilter(mock, LIST_GROUPS, "tags", lambda r, tags: any(one in tag for one in _wanted(tags) for tag in r["tags"]))


@fault("GRP-12-first-tag-of-the-group", rule="GRP-12", subtlety="subtle")
def first_tag_of_the_group(mock: Mock) -> None:
    """Of a group's tags the first is looked at."""
    refilter(mock, LIST_GROUPS, "tags", lambda record, tags: bool(set(_wanted(tags)) & set(record["tags"][:1])))


def _tags(mock: Mock, change: Any) -> None:
    """The tag list is `change(groups)`."""

    async def tags(original: Any, at: Any) -> Any:
        return {"items": change(list(at.tenant.groups._records))}

    mock.operation(tags, TAGS)


@fault("GRP-13-tags-repeat", rule="GRP-13", subtlety="plausible")
def tags_repeat(mock: Mock) -> None:
    """A tag is listed once for each group that bears it."""
    _tags(mock, lambda groups: sorted(tag for group in groups for tag in group["tags"]))


@fault("GRP-13-first-tag-of-each-group", rule="GRP-13", subtlety="subtle")
def first_tag_of_each_group(mock: Mock) -> None:
    """The first tag of each group is listed."""
    _tags(mock, lambda groups: sorted({tag for group in groups for tag in group["tags"][:1]}))


@fault("GRP-13-tags-of-active-groups", rule="GRP-13", subtlety="subtle")
def tags_of_active_groups(mock: Mock) -> None:
    """The tags of inactive groups are not listed."""
    _tags(mock, lambda groups: sorted({tag for group in groups if group["is_active"] for tag in group["tags"]}))


@fault("GRP-13-tags-in-small-letters", rule="GRP-13", subtlety="subtle")
def tags_in_small_letters(mock: Mock) -> None:
    """Tags are listed in small letters: VIP and vip are one."""
    _tags(mock, lambda groups: sorted({tag.lower() for group in groups for tag in group["tags"]}))


@fault("GRP-13-no-tags", rule="GRP-13", subtlety="obvious")
def no_tags(mock: Mock) -> None:
    """The tag list is empty."""
    _tags(mock, lambda groups: [])


@fault("GRP-13-tags-of-the-first-page", rule="GRP-13", subtlety="subtle")
def tags_of_the_first_page(mock: Mock) -> None:
    """The tags of the first five groups are listed."""
    _tags(mock, lambda groups: sorted({tag for group in groups[:5] for tag in group["tags"]}))


# --- GRP-14, GRP-15 -----------------------------------------------------------------------------------


@fault("GRP-14-category-is-ignored", rule="GRP-14", subtlety="obvious")
def category_is_ignored_in_categories(mock: Mock) -> None:
    """The category filter of the category list is ignored."""
    mock.wrap(Groups, "categories", lambda categories, self, key=None: categories(self, None))


@fault("GRP-14-category-and-its-neighbour", rule="GRP-14", subtlety="subtle")
def category_and_its_neighbour(mock: Mock) -> None:
    """category=l3 keeps the one before it as well."""

    def categories(original: Any, self: Any, key: str | None = None) -> Any:
        every = original(self, None)
        return [one for one in every if key is None or one["key"] == key or (key == "l3" and one["key"] == "l2")]

    mock.wrap(Groups, "categories", categories)


@fault("GRP-14-category-by-its-name", rule="GRP-14", subtlety="plausible")
def category_by_its_name(mock: Mock) -> None:
    """The category filter is compared with the categories' names: it keeps nothing."""

    def categories(original: Any, self: Any, key: str | None = None) -> Any:
        return [one for one in original(self, None) if key is None or one["name"] == key]

    mock.wrap(Groups, "categories", categories)


def _categorised(mock: Mock, change: Any) -> None:
    mock.answer(lambda x: x.json.update(user_groups=change(x.json["user_groups"])), CATEGORISED, status=200)


@fault("GRP-15-everything-in-l1", rule="GRP-15", subtlety="obvious")
def everything_in_l1(mock: Mock) -> None:
    """The categorised list puts every group under l1."""
    _categorised(mock, lambda found: {"l1": [group for groups in found.values() for group in groups]})


@fault("GRP-15-failed-is-left-out", rule="GRP-15", subtlety="subtle")
def failed_is_left_out(mock: Mock) -> None:
    """The categorised list leaves out groups whose file cannot be read."""
    _categorised(mock, lambda found: {k: [g for g in v if g["status"] != "failed"] for k, v in found.items()})


@fault("GRP-15-at-most-five-of-a-category", rule="GRP-15", subtlety="subtle")
def at_most_five_of_a_category(mock: Mock) -> None:
    """The categorised list holds five groups of a category."""
    _categorised(mock, lambda found: {key: groups[:5] for key, groups in found.items()})


@fault("GRP-15-some-groups-twice", rule="GRP-15", subtlety="plausible")
def some_groups_twice(mock: Mock) -> None:
    """The categorised list holds a group once for each of its tags, and once if it has none or one."""
    _categorised(
        mock, lambda found: {k: [g for g in v for _ in range(max(1, len(g["tags"])))] for k, v in found.items()}
    )


@fault("GRP-15-l3-is-missing", rule="GRP-15", subtlety="plausible")
def l3_is_missing(mock: Mock) -> None:
    """The categorised list knows l1 and l2 only."""
    _categorised(mock, lambda found: {key: groups for key, groups in found.items() if key != "l3"})
