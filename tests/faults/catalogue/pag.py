"""Faults of PAG: numbered pages of definitions, of a user's values, of groups."""

from typing import Any

from tests.faults.helpers import EVERYTHING, repage
from tests.faults.patching import LIST_ATTRIBUTES, LIST_DEFINITIONS, LIST_GROUPS, LISTS, Exchange, Mock, Record
from tests.faults.registry import fault

Items = list[Record]
PAGING = {"page_no", "page_size"}


def cut(every: Items, page_no: int, size: int) -> Items:
    return every[(page_no - 1) * size : page_no * size]


# --- PAG-01 -------------------------------------------------------------------------------------------


@fault("PAG-01-one-more", rule="PAG-01", subtlety="plausible")
def one_more(mock: Mock) -> None:
    """The item that is read to know of a next page is shown on this one too."""
    repage(mock, lambda every, no, size: every[(no - 1) * size : no * size + 1], *LISTS)


@fault("PAG-01-all-values-at-once", rule="PAG-01", subtlety="plausible")
def all_values_at_once(mock: Mock) -> None:
    """The list of a user's values has no pages."""
    repage(mock, lambda every, no, size: every if no == 1 else [], LIST_ATTRIBUTES)


@fault("PAG-01-page-of-one-holds-two", rule="PAG-01", subtlety="subtle")
def page_of_one_holds_two(mock: Mock) -> None:
    """A page of groups holds at least two."""
    repage(mock, lambda every, no, size: cut(every, no, max(size, 2)), LIST_GROUPS)


@fault("PAG-01-filtered-is-not-cut", rule="PAG-01", subtlety="subtle")
def filtered_is_not_cut(mock: Mock) -> None:
    """A list of definitions with a filter comes on one page."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **asked: Any) -> Any:
        found = await original(at, page_no=page_no, page_size=page_size, **asked)
        if any(value is not None for value in asked.values()) and page_no == 1:
            found["items"] = (await original(at, page_no=1, page_size=EVERYTHING, **asked))["items"]
        return found

    mock.operation(faulty, LIST_DEFINITIONS)


# --- PAG-02 -------------------------------------------------------------------------------------------


@fault("PAG-02-pages-overlap", rule="PAG-02", subtlety="plausible")
def pages_overlap(mock: Mock) -> None:
    """From the second on, a page begins with the last item of the page before."""
    repage(mock, lambda every, no, size: every[max(0, (no - 1) * size - (no > 1)) : no * size - (no > 1)], *LISTS)


@fault("PAG-02-full-last-page-loses-one", rule="PAG-02", subtlety="subtle")
def full_last_page_loses_one(mock: Mock) -> None:
    """A last page that is exactly full loses its last item."""
    repage(
        mock,
        lambda every, no, size: cut(every, no, size)[: size - 1 if no * size == len(every) else size],
        *LISTS,
    )


@fault("PAG-02-page-3-is-page-2", rule="PAG-02", subtlety="subtle")
def page_3_is_page_2(mock: Mock) -> None:
    """The third page of groups is the second again."""
    repage(mock, lambda every, no, size: cut(every, 2 if no == 3 else no, size), LIST_GROUPS)


@fault("PAG-02-item-total-of-the-page", rule="PAG-02", subtlety="obvious")
def item_total_of_the_page(mock: Mock) -> None:
    """item_total counts the items on the page."""
    mock.answer(lambda x: x.json["page"].update(item_total=len(x.json["items"])), *LISTS, status=200)


@fault("PAG-02-item-total-counts-pages", rule="PAG-02", subtlety="plausible")
def item_total_counts_pages(mock: Mock) -> None:
    """item_total of a user's values is the number of pages."""
    mock.pages(lambda page: page.update(item_total=-(-page["item_total"] // page["size"])), LIST_ATTRIBUTES)


@fault("PAG-02-first-page-is-the-newest", rule="PAG-02", subtlety="subtle")
def first_page_is_the_newest(mock: Mock) -> None:
    """The first page of definitions is the newest, the others go from the oldest on."""
    repage(mock, lambda every, no, size: every[::-1][:size] if no == 1 else cut(every, no, size), LIST_DEFINITIONS)


# --- PAG-03, PAG-04 -----------------------------------------------------------------------------------


@fault("PAG-03-current-from-0", rule="PAG-03", subtlety="obvious")
def current_from_0(mock: Mock) -> None:
    """`current` counts from 0."""
    mock.pages(lambda page: page.update(current=page["current"] - 1))


@fault("PAG-03-size-is-what-is-there", rule="PAG-03", subtlety="plausible")
def size_is_what_is_there(mock: Mock) -> None:
    """`size` is the number of items on the page."""
    mock.answer(lambda x: x.json["page"].update(size=len(x.json["items"])), *LISTS, status=200)


@fault("PAG-03-current-is-1", rule="PAG-03", subtlety="plausible")
def current_is_1(mock: Mock) -> None:
    """`current` is 1 on every page of a user's values."""
    mock.pages(lambda page: page.update(current=1), LIST_ATTRIBUTES)


@fault("PAG-03-size-is-capped", rule="PAG-03", subtlety="subtle")
def size_is_capped(mock: Mock) -> None:
    """`size` says 50 at the most, in the list of groups, whatever the page holds."""
    mock.pages(lambda page: page.update(size=min(50, page["size"])), LIST_GROUPS)


@fault("PAG-04-has-next-on-full-last-page", rule="PAG-04", subtlety="subtle")
def has_next_on_full_last_page(mock: Mock) -> None:
    """has_next is true on a last page that is exactly full."""

    def hook(exchange: Exchange) -> None:
        page = exchange.json["page"]
        page["has_next"] = len(exchange.json["items"]) == page["size"]

    mock.answer(hook, *LISTS, status=200)


@fault("PAG-04-has-previous-from-page-3", rule="PAG-04", subtlety="subtle")
def has_previous_from_page_3(mock: Mock) -> None:
    """has_previous is false on the second page."""
    mock.pages(lambda page: page.update(has_previous=page["current"] > 2))


@fault("PAG-04-has-previous-is-true", rule="PAG-04", subtlety="obvious")
def has_previous_is_true(mock: Mock) -> None:
    """has_previous is true on every page."""
    mock.pages(lambda page: page.update(has_previous=True))


@fault("PAG-04-has-next-is-false-for-values", rule="PAG-04", subtlety="plausible")
def has_next_is_false_for_values(mock: Mock) -> None:
    """has_next is false in the list of a user's values."""
    mock.pages(lambda page: page.update(has_next=False), LIST_ATTRIBUTES)


@fault("PAG-04-has-next-of-the-unfiltered", rule="PAG-04", subtlety="subtle")
def has_next_of_the_unfiltered(mock: Mock) -> None:
    """has_next goes by the number of all groups, whatever the filters keep."""

    def hook(exchange: Exchange) -> None:
        page = exchange.json["page"]
        every = len(mock.tenant_of(exchange).groups._records)
        page["has_next"] = page["current"] * page["size"] < every

    mock.answer(hook, LIST_GROUPS, status=200)


@fault("PAG-04-last-single-item-is-missed", rule="PAG-04", subtlety="subtle")
def last_single_item_is_missed(mock: Mock) -> None:
    """has_next is false where one item alone is left for the next page."""
    mock.pages(lambda p: p.update(has_next=p["current"] * p["size"] < p["item_total"] - 1))


# --- PAG-05, PAG-06 -----------------------------------------------------------------------------------


def _default(mock: Mock, name: str, value: str, *operation_ids: str) -> None:
    mock.request(lambda x: x.query.setdefault(name, value), *operation_ids)


@fault("PAG-05-twenty-by-default", rule="PAG-05", subtlety="obvious")
def twenty_by_default(mock: Mock) -> None:
    """Without page_size a page holds 20."""
    _default(mock, "page_size", "20", *LISTS)


@fault("PAG-05-values-all-by-default", rule="PAG-05", subtlety="subtle")
def values_all_by_default(mock: Mock) -> None:
    """Without page_size a page of a user's values holds 100."""
    _default(mock, "page_size", "100", LIST_ATTRIBUTES)


@fault("PAG-05-page-2-by-default", rule="PAG-05", subtlety="plausible")
def page_2_by_default(mock: Mock) -> None:
    """Without page_no and page_size, groups come from the second page on."""

    def hook(exchange: Exchange) -> None:
        if not exchange.query.keys() & PAGING:
            exchange.query["page_no"] = "2"

    mock.request(hook, LIST_GROUPS)


@fault("PAG-06-past-the-end-is-404", rule="PAG-06", subtlety="plausible")
def past_the_end_is_404(mock: Mock) -> None:
    """A page past the end is 404."""
    mock.answer(
        lambda x: x.refuse(404) if not x.json["items"] and x.json["page"]["current"] > 1 else None, *LISTS, status=200
    )


@fault("PAG-06-past-the-end-is-the-last", rule="PAG-06", subtlety="plausible")
def past_the_end_is_the_last(mock: Mock) -> None:
    """A page past the end holds what the last page holds."""
    repage(mock, lambda every, no, size: cut(every, min(no, max(1, -(-len(every) // size))), size), LIST_DEFINITIONS)


@fault("PAG-06-just-past-the-end-of-values", rule="PAG-06", subtlety="subtle")
def just_past_the_end_of_values(mock: Mock) -> None:
    """The page after the last of a user's values begins with the first again."""
    repage(
        mock,
        lambda every, no, size: cut(every, no, size) or (every[:size] if (no - 1) * size == len(every) else []),
        LIST_ATTRIBUTES,
    )


@fault("PAG-06-far-past-the-end-is-400", rule="PAG-06", subtlety="subtle")
def far_past_the_end_is_400(mock: Mock) -> None:
    """A page of groups far past the end is 400."""
    mock.answer(lambda x: x.refuse(400) if x.json["page"]["current"] > 99 else None, LIST_GROUPS, status=200)
