"""Pages by number, on the three lists that have them: operations 1, 7 and 14 (PAG-01 to PAG-09)."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import DEFINITIONS, GROUPS, Json, a_definition, a_group, created, ids, refused


class Listed(NamedTuple):
    """One of the lists, and how an item is added and removed."""

    path: str
    add: Callable[[Api, int], Any]
    remove: Callable[[Api, Json], Any]


KINDS = ("Even hat", "Odd hat")


def _definition(api: Api, number: int) -> Json:
    return created(api.post(DEFINITIONS, a_definition(f"slug-{number}", name=KINDS[number % 2])))


def _attribute(api: Api, number: int) -> Json:
    definition = _definition(api, number)
    return created(api.put(f"{DEFINITIONS}/{definition['_id']}/user/u1", {"attribute": {"value": "x"}}))


def _group(api: Api, number: int) -> Json:
    group = created(api.post(GROUPS, a_group(name=KINDS[number % 2])))
    api.settle()  # its status would change between two requests
    return group


LISTS = {
    "definitions": Listed(DEFINITIONS, _definition, lambda api, item: api.delete(f"{DEFINITIONS}/{item['_id']}")),
    "attributes": Listed(
        "/user_attribute/user/u1",
        _attribute,
        lambda api, item: api.delete(f"{DEFINITIONS}/{item['user_attribute_definition_id']}/user/u1"),
    ),
    "groups": Listed(GROUPS, _group, lambda api, item: api.delete(f"{GROUPS}/{item['_id']}")),
}
EVERY_LIST = pytest.mark.parametrize("listed", LISTS.values(), ids=LISTS)


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api(seed="empty", check_responses=True)


def page(api: Api, listed: Listed, **query: Any) -> Json:
    answer = api.get(listed.path, **query)
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    assert body["page"]["type"] == "number"
    return body


def check_all_pages(api: Api, listed: Listed, expected: list[str], size: int, **filters: Any) -> None:
    """PAG-01 to PAG-04, PAG-06, PAG-07: walk every page of this size, and one past the end."""
    last = max(1, -(-len(expected) // size))
    for number in range(1, last + 2):
        body = page(api, listed, page_no=number, page_size=size, **filters)
        assert ids(body["items"]) == expected[(number - 1) * size : number * size]
        assert body["page"] == {
            "type": "number",
            "current": number,
            "size": size,
            "item_total": len(expected),
            "has_next": number < last,
            "has_previous": number > 1,
        }


@EVERY_LIST
def test_every_page_of_every_size_holds_its_part(api: Api, listed: Listed) -> None:
    """PAG-01 to PAG-04, PAG-06: from nothing to 101 items, exact multiples of the sizes among them."""
    items: list[str] = []
    for total in (0, 1, 2, 3, 9, 10, 11, 20, 30, 99, 100, 101):
        items += [listed.add(api, number)["_id"] for number in range(len(items), total)]
        for size in (1, 3, 10, 100):
            check_all_pages(api, listed, items, size)


@EVERY_LIST
def test_item_total_counts_what_matches_the_filter(api: Api, listed: Listed) -> None:
    """PAG-07."""
    items = [listed.add(api, number)["_id"] for number in range(21)]
    for size in (1, 3, 10, 100):
        check_all_pages(api, listed, items[1::2], size, name="odd")
        check_all_pages(api, listed, items, size, name="HAT")
        check_all_pages(api, listed, [], size, name="cap")


@EVERY_LIST
def test_without_parameters_it_is_page_1_of_size_10(api: Api, listed: Listed) -> None:
    """PAG-05."""
    items = [listed.add(api, number)["_id"] for number in range(12)]
    body = page(api, listed)
    assert ids(body["items"]) == items[:10]
    assert (body["page"]["current"], body["page"]["size"]) == (1, 10)
    assert body == page(api, listed, page_no=1, page_size=10)
    assert ids(page(api, listed, page_no=2)["items"]) == items[10:]


@EVERY_LIST
def test_a_page_far_past_the_end_is_empty(api: Api, listed: Listed) -> None:
    """PAG-06, PAG-03."""
    listed.add(api, 1)
    for page_no in (2, 1000, 2**63 - 1):
        body = page(api, listed, page_no=page_no)
        assert body["items"] == []
        assert body["page"] == {
            "type": "number",
            "current": page_no,
            "size": 10,
            "item_total": 1,
            "has_next": False,
            "has_previous": True,
        }


@EVERY_LIST
def test_a_page_out_of_bounds_or_a_size_outside_1_to_100_is_refused(api: Api, listed: Listed) -> None:
    """PAG-08."""
    for name, values in (
        ("page_no", ("0", "-1", "-0", f"-{10**30}", f"{2**63}", f"{10**30}")),
        ("page_size", ("0", "-5", "101", f"{10**30}")),
    ):
        for value in values:
            answer = api.get(listed.path, **{name: value})
            assert refused(answer) == [f"query.{name}"], value
            assert value.removeprefix("-0") in answer.json()["message"]
    assert refused(api.get(listed.path, page_no=0, page_size=0)) == ["query.page_no", "query.page_size"]


@EVERY_LIST
def test_pages_are_right_between_inserts_and_deletes(api: Api, listed: Listed) -> None:
    """PAG-02, PAG-04, PAG-09: after every write all pages are those of the list as it is then, oldest first."""
    items = [listed.add(api, number) for number in range(12)]
    for number, gone in enumerate([0, 5, -1, 3, 0, -1], start=100):
        listed.remove(api, items.pop(gone))
        for size in (1, 3, 10, 11):
            check_all_pages(api, listed, ids(items), size)
        items.append(listed.add(api, number))
        for size in (1, 3, 4, 6, 12):
            check_all_pages(api, listed, ids(items), size)
