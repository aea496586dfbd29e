"""More faults of PAG-05 to PAG-09: defaults, ends, totals under filters, and the order of pages."""

import itertools
from typing import Any

from tests.faults.catalogue.more_pages import filters
from tests.faults.catalogue.pag import Items, cut
from tests.faults.helpers import repage
from tests.faults.patching import CREATE_GROUP, LIST_ATTRIBUTES, LIST_DEFINITIONS, LIST_GROUPS, Exchange, Mock
from tests.faults.registry import fault

# --- PAG-05, PAG-06 -----------------------------------------------------------------------------------


@fault("PAG-05-a-hundred-beside-page-no", rule="PAG-05", subtlety="subtle")
def a_hundred_beside_page_no(mock: Mock) -> None:
    """With page_no but without page_size, a page of groups holds 100."""

    def hook(exchange: Exchange) -> None:
        if "page_no" in exchange.query:
            exchange.query.setdefault("page_size", "100")

    mock.request(hook, LIST_GROUPS)


@fault("PAG-05-size-alone-is-page-2", rule="PAG-05", subtlety="subtle")
def size_alone_is_page_2(mock: Mock) -> None:
    """With page_size but without page_no, definitions come from the second page on."""

    def hook(exchange: Exchange) -> None:
        if "page_size" in exchange.query:
            exchange.query.setdefault("page_no", "2")

    mock.request(hook, LIST_DEFINITIONS)


@fault("PAG-06-empty-list-is-404", rule="PAG-06", subtlety="subtle")
def empty_list_is_404(mock: Mock) -> None:
    """The second page of a user without values is 404."""
    mock.answer(
        lambda x: x.refuse(404) if x.json["page"]["item_total"] == 0 and x.json["page"]["current"] == 2 else None,
        LIST_ATTRIBUTES,
        status=200,
    )


@fault("PAG-06-offset-of-32-bits", rule="PAG-06", subtlety="subtle")
def offset_of_32_bits(mock: Mock) -> None:
    """A page far past the end of definitions begins again: its offset has 32 bits."""
    repage(
        mock,
        lambda every, no, size: every[(no - 1) * size % 2**31 :][:size] if no > 1000 else cut(every, no, size),
        LIST_DEFINITIONS,
    )


# --- PAG-07 to PAG-09 ---------------------------------------------------------------------------------


@fault("PAG-07-nothing-found-counts-all", rule="PAG-07", subtlety="subtle")
def nothing_found_counts_all(mock: Mock) -> None:
    """item_total counts all groups where the filters keep none."""

    def hook(exchange: Exchange) -> None:
        if not exchange.json["page"]["item_total"]:
            exchange.json["page"]["item_total"] = len(list(mock.tenant_of(exchange).groups._records))

    mock.answer(hook, LIST_GROUPS, status=200)


@fault("PAG-07-count-outlives-a-delete", rule="PAG-07", subtlety="subtle")
def count_outlives_a_delete(mock: Mock) -> None:
    """item_total of groups under filters is remembered until a group is made, whatever is deleted."""
    counted: dict[Any, int] = {}
    mock.answer(lambda x: counted.clear(), CREATE_GROUP, status=201)

    def hook(exchange: Exchange) -> None:
        if filters(exchange):
            total = counted.setdefault(filters(exchange), exchange.json["page"]["item_total"])
            exchange.json["page"]["item_total"] = total

    mock.answer(hook, LIST_GROUPS, status=200)


@fault("PAG-07-second-filter-is-not-counted", rule="PAG-07", subtlety="subtle")
def second_filter_is_not_counted(mock: Mock) -> None:
    """With a type and a name, item_total of a user's values counts all of that type."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **asked: Any) -> Any:
        found = await original(at, page_no=page_no, page_size=page_size, **asked)
        if asked.get("type") and asked.get("name"):
            every = await original(at, page_no=1, page_size=1, **{**asked, "name": None})
            found["page"]["item_total"] = every["page"]["item_total"]
        return found

    mock.operation(faulty, LIST_ATTRIBUTES)


@fault("PAG-07-false-is-not-counted", rule="PAG-07", subtlety="subtle")
def false_is_not_counted(mock: Mock) -> None:
    """item_total of definitions ignores a flag that is false."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **asked: Any) -> Any:
        found = await original(at, page_no=page_no, page_size=page_size, **asked)
        kept = {name: value for name, value in asked.items() if value is not False}
        found["page"]["item_total"] = (await original(at, page_no=1, page_size=1, **kept))["page"]["item_total"]
        return found

    mock.operation(faulty, LIST_DEFINITIONS)


@fault("PAG-08-filtered-is-not-judged", rule="PAG-08", subtlety="subtle")
def filtered_is_not_judged(mock: Mock) -> None:
    """With a type, a page_size below 1 is taken for 10."""

    def hook(exchange: Exchange) -> None:
        if "type" in exchange.query and int(exchange.query.get("page_size", "1")) < 1:
            exchange.query.pop("page_size")

    mock.request(hook, LIST_GROUPS)


@fault("PAG-08-page-0-beside-a-size", rule="PAG-08", subtlety="subtle")
def page_0_beside_a_size(mock: Mock) -> None:
    """Page 0 is the first where page_size is given."""

    def hook(exchange: Exchange) -> None:
        if exchange.query.get("page_no") == "0" and "page_size" in exchange.query:
            exchange.query["page_no"] = "1"

    mock.request(hook, LIST_DEFINITIONS)


@fault("PAG-09-filtered-order-turns", rule="PAG-09", subtlety="subtle")
def filtered_order_turns(mock: Mock) -> None:
    """Every second list of a category is the newest first."""
    turns = itertools.cycle([False, True])

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **asked: Any) -> Any:
        found = await original(at, page_no=page_no, page_size=page_size, **asked)
        if asked.get("category") and next(turns):
            found["items"] = found["items"][::-1]
        return found

    mock.operation(faulty, LIST_GROUPS)


@fault("PAG-09-last-page-turns", rule="PAG-09", subtlety="subtle")
def last_page_turns(mock: Mock) -> None:
    """Pages of definitions from the second on turn round with every request."""
    turns = itertools.cycle([False, True])

    def turned(every: Items, no: int, size: int) -> Items:
        found = cut(every, no, size)
        return found[::-1] if no > 1 and next(turns) else found

    repage(mock, turned, LIST_DEFINITIONS)
