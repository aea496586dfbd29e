"""A script compares lists although others have items in them, and says nothing where that cannot be told."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.reproduce.scripts import (
    BODY,
    CREATED,
    RUN,
    Server,
    exchange,
    run,
    script_of,
    server,
    text_of,
)
from tests.http_server import http_server

from audience_conformance.results.finding import Finding


def test_other_lists_with_what_other_checks_had_made_say_nothing(tmp_path: Path) -> None:
    of_another = {"_id": "b" * 24, "name": "acs-89abcdef-Name 1"}
    shown = {"items": [CREATED, of_another], "page": {"item_total": 2}}
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition", 200, shown),
        actual=json.dumps(CREATED),
    )
    for is_listed, others, code in ((True, [], 1), (True, [{**of_another, "_id": "c" * 24}], 1), (False, [], 2)):

        def listed(received: list[Any], is_listed: bool = is_listed, others: list[Any] = others) -> Any:
            own = {**CREATED, **json.loads(received[0][2])}
            items = [own, *others] if is_listed else others
            return {"items": items, "page": {"item_total": len(items)}}

        with server(POST=(201, CREATED), GET=(200, listed)) as (url, _):
            done = run(text, tmp_path, url)
        assert done.returncode == code, done
        assert (b"audience-conformance replay" in done.stderr) == (code == 2)


def listing(*items: Any, total: int | None = None, **page: Any) -> dict[str, Any]:
    return {"items": list(items), "page": {"item_total": len(items) if total is None else total, **page}}


OF_ANOTHER_CHECK = {"_id": "b" * 24, "slug": f"acs-{RUN}-s352"}
"""An item that another check of the same process has made."""
OF_OTHERS = [{"_id": f"{number:024}", "name": f"Of others {number}"} for number in range(9)]


@pytest.mark.parametrize(
    ("was", "now", "code"),
    [
        ([OF_ANOTHER_CHECK], [], 2),
        ([OF_ANOTHER_CHECK], OF_OTHERS, 2),
        ([CREATED], [], 0),
        ([OF_OTHERS[0], CREATED], OF_OTHERS, 0),  # both lists are shown in full
    ],
)
def test_a_list_without_what_another_check_made_says_nothing(
    tmp_path: Path, was: list[Any], now: list[Any], code: int
) -> None:
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition?page_size=1", 200, listing(*was)),
        actual=json.dumps(was[-1]),
    )
    with server(POST=(201, CREATED), GET=(200, listing(*now))) as (url, _):
        done = run(text, tmp_path, url)
    assert done.returncode == code, done
    assert (b"audience-conformance replay" in done.stderr) == (code == 2)


@pytest.mark.parametrize(
    ("was", "now", "code"),
    [
        (listing(OF_OTHERS[0], CREATED, total=2, current=2), listing(*OF_OTHERS[:2], total=7, current=2), 2),
        (listing(OF_OTHERS[0], CREATED, has_next=True, total=5), listing(*OF_OTHERS[1:3], total=7), 2),
        (listing(OF_OTHERS[0], CREATED, has_next=True, total=5), listing(*OF_OTHERS[1:3], total=5), 0),
    ],
)
def test_a_page_on_which_other_items_stand_says_nothing(tmp_path: Path, was: Any, now: Any, code: int) -> None:
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition?page_no=2&page_size=2", 200, was),
        actual=json.dumps(CREATED),
    )
    with server(POST=(201, CREATED), GET=(200, now)) as (url, _):
        assert run(text, tmp_path, url).returncode == code


def test_an_item_that_is_on_no_page_of_others_is_missed(tmp_path: Path) -> None:
    pages = [listing(OF_OTHERS[0], current=1, has_next=True, total=2), listing(current=2, has_next=False, total=2)]
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        *(
            exchange("GET", f"/user_attribute/definition?page_no={number}", 200, page)
            for number, page in enumerate(pages)
        ),
        expected="the list to have it",
        actual="[...]",
    )
    for is_listed, code in ((False, 1), (True, 0)):

        def listed(received: list[Any], is_listed: bool = is_listed) -> Any:
            own = {**CREATED, **json.loads(received[0][2])}
            if received[-1][1].endswith("0"):
                return listing(OF_OTHERS[1], current=1, has_next=True, total=9)
            return listing(*([own] if is_listed else []), current=2, has_next=False, total=9)

        with server(POST=(201, lambda received: {**CREATED, **json.loads(received[0][2])}), GET=(200, listed)) as (
            url,
            _,
        ):
            assert run(text, tmp_path, url).returncode == code


@pytest.mark.parametrize(
    ("query", "more", "code"),
    [("", {"has_next": True}, 2), (f"&name=acs-{RUN}-s1", {"has_next": True}, 0), ("", {}, 0)],
)
def test_more_items_than_now_of_which_none_was_shown_say_nothing(
    tmp_path: Path, query: str, more: dict[str, Any], code: int
) -> None:
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", f"/user_attribute/definition?page_size=1{query}", 200, listing(CREATED, total=18, **more)),
        actual="[...]",
    )

    def created(received: list[Any]) -> Any:
        return {**CREATED, **json.loads(received[0][2])}

    with server(POST=(201, created), GET=(200, lambda received: listing(created(received)))) as (url, _):
        assert run(text, tmp_path, url).returncode == code


@pytest.mark.parametrize(("then", "code"), [(2, 2), (0, 0)])
def test_counts_that_others_changed_while_the_check_ran_say_nothing(tmp_path: Path, then: int, code: int) -> None:
    url = "/user_attribute/definition?page_size=1&page_no="
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", f"{url}1", 200, listing(CREATED, total=1)),
        exchange("GET", f"{url}2", 200, listing(total=then)),
        actual="[1, then]",
    )

    def created(received: list[Any]) -> Any:
        return {**CREATED, **json.loads(received[0][2])}

    def listed(received: list[Any]) -> Any:
        return listing(created(received)) if received[-1][1].endswith("1") else listing(total=1)

    with server(POST=(201, created), GET=(200, listed)) as (base, _):
        assert run(text, tmp_path, base).returncode == code


@pytest.mark.parametrize("is_there", [True, False])
def test_an_item_of_others_that_a_finding_names_must_still_be_there(tmp_path: Path, is_there: bool) -> None:
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition?type=date", 200, listing(OF_OTHERS[0])),
        actual=json.dumps(OF_OTHERS[0]),
    )

    class Lists(Server):
        def do_GET(self) -> None:  # noqa: N802 (as http.server has it)
            is_list = "?" in self.path
            self.answers = {"GET": (200 if is_list or is_there else 404, listing() if is_list else {})}
            self._answer()

    handler = type("Handler", (Lists,), {"answers": {"POST": (201, CREATED)}, "received": []})
    with http_server(handler) as url:
        assert run(text, tmp_path, url).returncode == (0 if is_there else 2)


@pytest.mark.parametrize(("others", "total", "code"), [(1, 3, 1), (1, 2, 0), (2, 3, 2), (2, 2, 2)])
def test_a_count_of_a_list_is_judged_only_if_others_have_the_same_items(
    tmp_path: Path, others: int, total: int, code: int
) -> None:
    was = listing(OF_OTHERS[0], CREATED, total=3)
    exchanges = (
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition", 200, was),
    )
    finding = Finding("page.item_total to be 2", "3", values=(3, 2))
    with server(POST=(201, CREATED), GET=(200, listing(*OF_OTHERS[:others], total=total))) as (url, _):
        assert run(script_of(finding, *exchanges), tmp_path, url).returncode == code


@pytest.mark.parametrize(
    ("query", "total", "code"), [(f"?slug=acs-{RUN}-s1", 2, 1), (f"?slug=acs-{RUN}-s1", 1, 0), ("?page_no=2", 1, 1)]
)
def test_the_count_of_a_list_of_own_items_counts_beside_lists_of_others(
    tmp_path: Path, query: str, total: int, code: int
) -> None:
    """A list that no filter limits to what the script makes may have another number of items each time."""
    text = text_of(
        exchange("POST", "/user_attribute/definition", 201, CREATED, BODY),
        exchange("GET", "/user_attribute/definition", 200, listing(OF_OTHERS[0], CREATED)),
        exchange("GET", f"/user_attribute/definition{query}", 200, listing(CREATED, total=2)),
        expected="as many items as item_total says",
        actual=json.dumps(CREATED),
    )

    def answered(received: list[Any]) -> Any:
        own = {**CREATED, **json.loads(received[0][2])}
        return listing(own, total=total) if "?" in received[-1][1] else listing(OF_OTHERS[0], own)

    with server(POST=(201, CREATED), GET=(200, answered)) as (url, _):
        assert run(text, tmp_path, url).returncode == code


def test_users_that_are_not_ours_are_compared_too(tmp_path: Path) -> None:
    """Every user of a group of ours counts, whatever he is called."""
    users = {"items": [{"user_id": "ada"}, {"user_id": "ben"}]}
    text = text_of(
        exchange("POST", "/user_group", 201, CREATED, BODY),
        exchange("GET", f"/user_group/{CREATED['_id']}/users", 200, users),
        expected="no user twice",
        actual="[...]",
    )
    for now, code in ((users, 1), ({"items": [{"user_id": "ada"}]}, 0)):
        made = (201, lambda received: {**CREATED, **json.loads(received[0][2])})
        with server(POST=made, GET=(200, now)) as (url, _):
            assert run(text, tmp_path, url).returncode == code
