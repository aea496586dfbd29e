"""More faults of PAG: totals, neighbours and filters of numbered pages, and lists that change meanwhile."""

import copy
from typing import Any

from tests.faults.catalogue.pag import PAGING, Items, cut
from tests.faults.helpers import repage
from tests.faults.patching import (
    CREATE_DEFINITION,
    CREATE_GROUP,
    DELETE_GROUP,
    LIST_ATTRIBUTES,
    LIST_DEFINITIONS,
    LIST_GROUPS,
    LISTS,
    Exchange,
    Mock,
)
from tests.faults.registry import fault


def filters(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    """What a list is filtered by."""
    return tuple(sorted((name, text) for name, text in exchange.query.items() if name not in PAGING))


# --- PAG-01, PAG-02 -----------------------------------------------------------------------------------


@fault("PAG-01-values-of-a-type-are-not-cut", rule="PAG-01", subtlety="subtle")
def values_of_a_type_are_not_cut(mock: Mock) -> None:
    """A user's values of a type come on one page."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **asked: Any) -> Any:
        found = await original(at, page_no=page_no, page_size=page_size, **asked)
        if asked.get("type") and page_no == 1:
            found["items"] = (await original(at, page_no=1, page_size=10**9, **asked))["items"]
        return found

    mock.operation(faulty, LIST_ATTRIBUTES)


@fault("PAG-01-page-2-holds-the-rest", rule="PAG-01", subtlety="subtle")
def page_2_holds_the_rest(mock: Mock) -> None:
    """The second page of groups holds all that the first does not."""
    repage(mock, lambda every, no, size: every[size:] if no == 2 else cut(every, no, size), LIST_GROUPS)


@fault("PAG-02-total-is-0-past-the-end", rule="PAG-02", subtlety="subtle")
def total_is_0_past_the_end(mock: Mock) -> None:
    """item_total comes with the rows: on a page without any it is 0."""
    mock.answer(lambda x: x.json["items"] or x.json["page"].update(item_total=0), *LISTS, status=200)


@fault("PAG-02-total-is-a-hundred-at-most", rule="PAG-02", subtlety="subtle")
def total_is_a_hundred_at_most(mock: Mock) -> None:
    """item_total counts up to a hundred."""
    mock.pages(lambda page: page.update(item_total=min(100, page["item_total"])))


@fault("PAG-02-last-on-a-page-of-a-hundred", rule="PAG-02", subtlety="subtle")
def last_on_a_page_of_a_hundred(mock: Mock) -> None:
    """A page of a hundred values holds 99; the next begins with the 101st."""
    repage(mock, lambda every, no, size: cut(every, no, size)[: 99 if size == 100 else size], LIST_ATTRIBUTES)


@fault("PAG-02-total-is-counted-on-page-1", rule="PAG-02", subtlety="subtle")
def total_is_counted_on_page_1(mock: Mock) -> None:
    """item_total is counted with the first page, and remembered for those that follow."""
    counted: dict[Any, int] = {}

    def hook(exchange: Exchange) -> None:
        page, key = exchange.json["page"], (exchange.path, filters(exchange))
        if page["current"] == 1:
            counted[key] = page["item_total"]
        page["item_total"] = counted.get(key, page["item_total"])

    mock.answer(hook, *LISTS, status=200)


def _remembered(mock: Mock, list_id: str, *forgetting: str) -> None:
    """A list's pages are remembered until one of these operations succeeds."""
    pages: dict[Any, Any] = {}
    mock.answer(lambda x: pages.clear() if x.status < 300 else None, *forgetting)

    def hook(exchange: Exchange) -> None:
        page = exchange.json["page"]
        key = (filters(exchange), page["current"], page["size"])
        known = pages.setdefault(key, copy.deepcopy(exchange.json))
        exchange.json.update(copy.deepcopy(known))

    mock.answer(hook, list_id, status=200)


@fault("PAG-02-pages-outlive-a-delete", rule="PAG-02", subtlety="subtle")
def pages_outlive_a_delete(mock: Mock) -> None:
    """The pages of groups are remembered until a group is made, whatever is deleted."""
    _remembered(mock, LIST_GROUPS, CREATE_GROUP)


@fault("PAG-02-pages-outlive-a-creation", rule="PAG-02", subtlety="subtle")
def pages_outlive_a_creation(mock: Mock) -> None:
    """The pages of groups are remembered until a group is deleted, whatever is made."""
    _remembered(mock, LIST_GROUPS, DELETE_GROUP)


@fault("PAG-02-new-ones-push-others-off", rule="PAG-02", subtlety="subtle")
def new_ones_push_others_off(mock: Mock) -> None:
    """After a definition was made, the page that is read next begins an item late."""
    late = [0]
    mock.answer(lambda _: late.__setitem__(0, 1), CREATE_DEFINITION, status=201)

    def shifted(every: Items, no: int, size: int) -> Items:
        by, late[0] = (late[0], 0) if no > 1 else (0, late[0])
        return every[(no - 1) * size + by : no * size]

    repage(mock, shifted, LIST_DEFINITIONS)


# --- PAG-03, PAG-04 -----------------------------------------------------------------------------------


@fault("PAG-03-current-stays-at-the-last", rule="PAG-03", subtlety="subtle")
def current_stays_at_the_last(mock: Mock) -> None:
    """Past the end, `current` is the last page."""
    mock.pages(lambda p: p.update(current=max(1, min(p["current"], -(-p["item_total"] // p["size"])))))


@fault("PAG-03-size-of-a-filtered-list", rule="PAG-03", subtlety="subtle")
def size_of_a_filtered_list(mock: Mock) -> None:
    """`size` is 10 in a user's values of a type, whatever page_size is."""
    mock.answer(lambda x: x.json["page"].update(size=10) if "type" in x.query else None, LIST_ATTRIBUTES, status=200)


@fault("PAG-03-current-of-a-page-of-one", rule="PAG-03", subtlety="subtle")
def current_of_a_page_of_one(mock: Mock) -> None:
    """`current` counts items where a page holds one: it is right on the first page only."""
    mock.pages(lambda p: p.update(current=p["current"] - 1) if p["size"] == 1 and p["current"] > 1 else None)


@fault("PAG-04-a-hundred-is-the-end", rule="PAG-04", subtlety="subtle")
def a_hundred_is_the_end(mock: Mock) -> None:
    """One item more than page_size is read to know of a next page, a hundred at most: at 100 there is none."""
    mock.pages(lambda page: page.update(has_next=page["has_next"] and page["size"] < 100))


@fault("PAG-04-has-next-past-the-end", rule="PAG-04", subtlety="subtle")
def has_next_past_the_end(mock: Mock) -> None:
    """has_next is false on the last page alone: past the end it is true again."""
    mock.pages(lambda p: p.update(has_next=True) if 0 < p["item_total"] <= (p["current"] - 1) * p["size"] else None)


@fault("PAG-04-nothing-before-nothing", rule="PAG-04", subtlety="subtle")
def nothing_before_nothing(mock: Mock) -> None:
    """has_previous is false on a page without items."""
    mock.answer(lambda x: x.json["items"] or x.json["page"].update(has_previous=False), *LISTS, status=200)


@fault("PAG-04-has-next-of-a-type", rule="PAG-04", subtlety="subtle")
def has_next_of_a_type(mock: Mock) -> None:
    """has_next is true on the last page of definitions of a type."""
    mock.answer(
        lambda x: x.json["page"].update(has_next=True) if "type" in x.query and x.json["items"] else None,
        LIST_DEFINITIONS,
        status=200,
    )
