"""A finding shows the deciding request first, then only those that made or changed what it is about."""

import json
from typing import Any

import pytest

from audience_conformance.client.exchange import Answer, Exchange
from audience_conformance.reproduce.slicing import evidence
from audience_conformance.results.finding import Finding, same

BASE = "http://t/service/platform/user/v1.0/company/559/application/64b000000000000000000001"
DEFINITIONS = "/user_attribute/definition"
ONE, TWO = "650000000000000000000001", "650000000000000000000002"


def exchange(method: str, path: str, status: int, answer: Any = None, body: Any = None, **more: Any) -> Exchange:
    content = b"" if answer is None else json.dumps(answer).encode()
    sent = None if body is None else json.dumps(body).encode()
    return Exchange(method, BASE + path, (), sent, Answer(status, {}, content), 0.01, **more)


def created(definition_id: str, slug: str) -> Exchange:
    return exchange("POST", DEFINITIONS, 201, {"_id": definition_id, "slug": slug}, {"slug": slug})


FIRST, SECOND = created(ONE, "acs-00000001-s1"), created(TWO, "acs-00000001-s2")
VALUE = exchange("PUT", f"{DEFINITIONS}/{ONE}/user/acs-00000001-u3", 201, {"_id": "v"}, {"attribute": {"value": 1}})
OTHER_VALUE = exchange("PUT", f"{DEFINITIONS}/{TWO}/user/acs-00000001-u4", 201, {"_id": "w"})
READ = exchange("GET", f"{DEFINITIONS}/{ONE}/user/acs-00000001-u3", 404, {"message": "no such value"})


def found(expected: str, actual: Any, *exchanges: Exchange) -> tuple[Exchange, list[Exchange]]:
    rests_on = evidence(exchanges, Finding(expected, actual if isinstance(actual, str) else json.dumps(actual)))
    assert rests_on is not None
    return rests_on.deciding, list(rests_on.before)


def test_the_answer_that_is_called_actual_decides_though_others_came_later() -> None:
    later = exchange("GET", "/user_group", 200, {"items": []})
    deciding, before = found("200 for the read", str(READ.answer), FIRST, SECOND, VALUE, OTHER_VALUE, READ, later)
    assert deciding is READ
    assert before == [FIRST, VALUE]


def test_the_answer_that_holds_the_actual_value_decides() -> None:
    listed = exchange("GET", DEFINITIONS, 200, {"items": [{"_id": ONE, "pinned": True}]})
    later = exchange("GET", DEFINITIONS, 200, {"items": []})
    deciding, _ = found("no such item", {"_id": ONE, "pinned": True}, FIRST, listed, later)
    assert deciding is listed


def test_a_wrong_value_is_found_by_the_name_of_its_field() -> None:
    wrong = exchange("PUT", f"{DEFINITIONS}/{ONE}", 200, {"_id": ONE, "pinned": False})
    later = exchange("GET", f"{DEFINITIONS}/{TWO}", 200, {"_id": TWO})
    with pytest.raises(Finding) as raised:
        same(False, True, "pinned of the response to the update")
    rests_on = evidence([FIRST, SECOND, wrong, later], raised.value)
    assert rests_on is not None
    assert (rests_on.deciding, rests_on.before) == (wrong, (FIRST,))


def test_a_list_depends_on_all_that_was_written_to_it() -> None:
    deleted = exchange("DELETE", f"{DEFINITIONS}/{ONE}", 200, {"success": True})
    group = exchange("POST", "/user_group", 201, {"_id": "g", "uid": 1}, {"name": "acs-00000001-Group 9"})
    listed = exchange("GET", DEFINITIONS, 200, {"items": [{"_id": ONE}]})
    deciding, before = found("no deleted one", str(listed.answer), FIRST, group, SECOND, deleted, READ, listed)
    assert deciding is listed
    assert before == [FIRST, SECOND, deleted]


def test_a_page_at_a_cursor_depends_on_the_page_that_gave_it() -> None:
    users = f"/user_group/{ONE}/users"
    first = exchange("GET", f"{users}?page_size=1", 200, {"items": [], "page": {"next_cursor": "at u/1"}})
    other = exchange("GET", f"{users}?page_size=2", 200, {"items": [], "page": {"next_cursor": "at u2"}})
    page = exchange("GET", f"{users}?cursor=at+u%2F1", 400, {"message": "unknown"})
    assert found("a page", str(page.answer), first, other, page) == (page, [first])


def test_requests_under_way_at_the_same_time_are_noticed() -> None:
    one = exchange("PUT", f"{DEFINITIONS}/{ONE}", 200, {"_id": ONE}, started=1.0)
    at_once = exchange("PUT", f"{DEFINITIONS}/{ONE}", 500, {"message": "no"}, started=1.005)
    later = exchange("PUT", f"{DEFINITIONS}/{ONE}", 500, {"message": "no"}, started=1.02)
    for second, overlap in ((at_once, True), (later, False)):
        rests_on = evidence([one, second], Finding("200 for it", str(second.answer)))
        assert rests_on is not None
        assert rests_on.at_once == overlap


def test_the_same_read_before_a_change_is_sent_too_for_a_cache_may_keep_its_answer() -> None:
    was = exchange("GET", f"{DEFINITIONS}/{ONE}", 200, {"_id": ONE, "pinned": False})
    update = exchange("PUT", f"{DEFINITIONS}/{ONE}", 200, {"_id": ONE, "pinned": True})
    stale = exchange("GET", f"{DEFINITIONS}/{ONE}", 200, {"_id": ONE, "pinned": False})
    assert found("true", str(stale.answer), FIRST, was, was, READ, update, stale) == (stale, [FIRST, was, update])
    assert found("true", str(stale.answer), FIRST, update, was, stale)[1] == [FIRST, update]


def test_reads_that_wait_for_a_job_are_not_compared() -> None:
    url = f"/user_group/{ONE}"
    waits = exchange("GET", url, 200, {"_id": ONE, "status": "pending"})
    done = exchange("GET", url, 200, {"_id": ONE, "status": "completed"})
    for reads, compared in (((waits, waits, done), [done]), ((done, waits, waits), [done, waits])):
        rests_on = evidence(reads, Finding("the same", str(reads[-1].answer)))
        assert rests_on is not None
        assert list(rests_on.together) == compared


def test_nothing_sent_is_no_evidence() -> None:
    assert evidence([], Finding("x", "y")) is None
