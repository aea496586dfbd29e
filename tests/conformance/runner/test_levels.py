"""The level of a finding is that of what it rests on."""

import json
from typing import Any

import pytest

from audience_conformance.checks.registry import Check
from audience_conformance.client.api import Api
from audience_conformance.client.exchange import Answer, Exchange
from audience_conformance.client.target import Options
from audience_conformance.results.finding import fail
from audience_conformance.results.result import Result
from audience_conformance.runner.execute import Run

BASE = "http://127.0.0.1:9/service/platform/user/v1.0/company/559/application/64b000000000000000000001"
BULK = {"file_url": "data:text/csv,user_id", "attributes": [{"key": "a", "value": "b"}] * 100}
PLAIN = {"name": "Hat", "slug": "hat", "description": "A hat", "type": "string"}


def refused(status: int, method: str, path: str, body: Any = None) -> Exchange:
    content = None if body is None else json.dumps(body).encode()
    return Exchange(method, f"{BASE}{path}", (), content, Answer(status, {}, b"{}"), 0.0)


def perform(rule: str, *sent: Exchange, **finding: Any) -> Result:
    def function(api: Api) -> None:
        api.trace.exchanges += sent
        fail("a success", "400 {}", **finding)

    check = Check((rule,), "a_check", function, "", ())
    return Run(Options("http://127.0.0.1:9"), "smoke", 0).perform(check, None)


@pytest.mark.parametrize(
    ("rule", "keyword", "expected"),
    [
        ("FMT-05", ("components", "schemas", "Slug", "pattern"), "FMT-13"),
        ("FMT-05", ("components", "schemas", "CreateUserGroup", "required"), "FMT-05"),
        ("FMT-02", ("components", "schemas", "PageNumber", "required"), "FMT-12"),
        ("FMT-02", ("components", "schemas", "PageNumber", "properties", "size", "type"), "FMT-02"),
        ("FMT-02", ("components", "schemas", "TotalUsers", "properties", "count", "type"), "FMT-12"),
        ("FMT-13", ("components", "schemas", "Slug", "pattern"), "FMT-13"),
    ],
)
def test_a_broken_keyword_that_was_decided_is_of_the_rule_of_decisions(
    rule: str, keyword: tuple[str, ...], expected: str
) -> None:
    assert perform(rule, rests_on=keyword).rule == expected


@pytest.mark.parametrize(
    "exchange",
    [
        refused(400, "POST", "/user_attribute/definition", {**PLAIN, "name": "x" * 255}),
        refused(422, "POST", "/user_attribute/definition", {**PLAIN, "description": "\U0001f98a"}),
        refused(400, "POST", "/user_attribute/definition", {**PLAIN, "type": "datetime"}),
        refused(400, "POST", "/user_attribute/definition", {**PLAIN, "unknown": 1}),
        refused(400, "PUT", "/user_attribute/definition/a/user/b", {"attribute": {"value": ["a"]}}),
        refused(400, "PATCH", "/user_group/a", {"file_url": "https://files.invalid/a.csv"}),
        refused(413, "PATCH", "/user_attribute/bulk_update", BULK),
        refused(
            400, "PUT", "/user_attribute/definition/a/user/b", {"attribute": {"value": "2024-05-01T09:30:00+05:30"}}
        ),
        refused(400, "GET", "/user_group?page_size=100"),
        refused(400, "GET", "/user_group/a/users?direction=prev"),
        refused(400, "GET", "/user_group/tags?unknown=1"),
    ],
    ids=lambda exchange: exchange.url.removeprefix(BASE),
)
def test_a_refused_request_that_needs_a_decision_is_of_fmt_14(exchange: Exchange) -> None:
    result = perform("DEF-04", exchange)
    assert (result.rule, result.level) == ("FMT-14", "SHOULD")
    assert result.source != "documents"


@pytest.mark.parametrize(
    "exchange",
    [
        refused(400, "POST", "/user_attribute/definition", PLAIN),
        refused(
            400, "PUT", "/user_attribute/definition/a/user/b", {"attribute": {"value": "2024-05-01T09:30:00.000Z"}}
        ),
        refused(400, "GET", "/user_group?page_size=10&page_no=1&name=a"),
        refused(400, "PATCH", "/user_group/a", {}),
        refused(400, "GET", "/user_group/a/users?cursor=b&direction=prev"),
        refused(400, "GET", "/user_group?page_size=101"),
        refused(400, "POST", "/user_attribute/definition", {**PLAIN, "name": "x" * 256}),
        refused(404, "GET", "/user_group?page_size=100"),
        refused(200, "GET", "/user_group?page_size=100"),
        refused(400, "PUT", "/user_attribute/definition/a/user/b", {"attribute": {"value": "x"}}),
    ],
    ids=lambda exchange: exchange.url.removeprefix(BASE),
)
def test_any_other_finding_keeps_its_rule(exchange: Exchange) -> None:
    """Of a request that is plain or invalid, or was not refused."""
    assert perform("DEF-04", exchange).rule == "DEF-04"


@pytest.mark.parametrize("rule", ["DEF-13", "GRP-02"])
def test_what_had_to_be_refused_with_another_status_is_no_matter_of_a_decision(rule: str) -> None:
    taken = refused(422, "POST", "/user_attribute/definition", {**PLAIN, "name": "x" * 255})
    assert perform(rule, taken).rule == "FMT-14"
    assert perform(rule, taken, statuses=("400",)).rule == rule
