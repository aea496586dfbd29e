import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from audience_conformance.contract.document import operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.reports import html
from audience_conformance.reports.html import indented
from audience_conformance.results.summary import Summary

VOID = {"meta", "link", "input", "br"}
ADDRESSES = {"src", "href", "srcset", "action", "formaction", "data", "poster", "background", "ping"}


class Reader(HTMLParser):
    """Reads a page: every element must be closed by its own end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.raw: dict[str, str] = {}
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("style", "script"):
            self.raw[self._open[-1]] = data
        else:
            self.text += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        return [
            held
            for name, held in self.elements
            if name == tag and all(held.get(key.rstrip("_")) == value for key, value in attributes.items())
        ]


@pytest.fixture
def read(every: Summary) -> Reader:
    return Reader(html.report(every))


def test_nothing_of_the_target_becomes_markup(read: Reader) -> None:
    tags = {tag for tag, _ in read.elements}
    assert not tags & {"img", "iframe", "object", "embed", "base", "form", "svg"}
    assert len(read.all("script")) == 1
    assert not [name for _, held in read.elements for name in held if name.startswith("on") or name == "style"]
    assert "</script><img src=x onerror=alert(1)>" in read.text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", read.text)
    assert r"\x1b[31m" in read.text


def test_the_page_asks_nobody_for_anything(read: Reader) -> None:
    addresses = [value for _, held in read.elements for name, value in held.items() if name in ADDRESSES]
    assert all(address.startswith(("#", "data:image/svg+xml,")) for address in addresses)
    assert not re.search(r"url\(|@import|https?:|fetch|XMLHttp|import\(", read.raw["style"] + read.raw["script"])


def test_only_its_own_script_and_style_may_run(read: Reader) -> None:
    (policy,) = [held["content"] for held in read.all("meta") if held.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(read.raw[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("summary", ["every", "clean", "empty"])
def test_every_rule_is_there_once_with_status_level_and_operations(
    summary: str, request: pytest.FixtureRequest
) -> None:
    run: Summary = request.getfixturevalue(summary)
    rules = Reader(html.report(run)).all("details")
    assert sorted(rule["id"] for rule in rules) == sorted(catalogue())
    for rule in rules:
        assert rule["data-status"] == run.status(rule["id"])
        assert rule["data-level"] == catalogue()[rule["id"]].level
        assert rule["data-ops"].split() == list(catalogue()[rule["id"]].operations)


def test_what_broke_comes_first_and_open(read: Reader) -> None:
    first = read.all("details")[:4]
    assert [rule["data-status"] for rule in first] == ["failed", "failed", "failed", "error"]
    assert ["open" in rule for rule in first] == [True, True, True, False]


def test_each_cell_of_the_matrix_says_in_words_what_its_marks_show(read: Reader) -> None:
    cells = [held for held in read.all("button") if held.get("data-op") and held.get("data-group")]
    bound = {(operation, rule.group) for rule in catalogue().values() for operation in rule.operations}
    assert {(cell["data-op"], cell["data-group"]) for cell in cells} == bound
    (cell,) = [cell for cell in cells if (cell["data-op"], cell["data-group"]) == ("getUserGroups", "PAG")]
    assert cell["aria-label"] == (
        "PAG, getUserGroups: 0 of 5 MUST hold, PAG-01 not run, PAG-02 not run, PAG-03 not run, PAG-04 not run, "
        "PAG-07 not run; 0 of 5 SHOULD hold, PAG-05 not run, PAG-06 not run, PAG-08 not run, PAG-09 known, "
        "PAG-10 not run"
    )
    assert len(read.all("th", scope="row")) == len(operations())


def test_every_control_has_a_name_and_every_id_is_used_once(read: Reader) -> None:
    ids = [held["id"] for _, held in read.elements if "id" in held]
    assert len(ids) == len(set(ids))
    for _, held in read.elements:
        assert set(held.get("aria-labelledby", "").split()) <= set(ids)
    assert read.all("input")[0]["aria-label"]
    assert read.all("html", lang="en")


def test_findings_tell_all_there_is(read: Reader, every: Summary) -> None:
    for part in (
        "An update leaves the fields that it does not name",
        "a status below 500",
        "curl -sS 'http://t/x?page_no=1&page_size=10'",
        "--rules DEF-05 --seed 7 --profile standard",
        "needs a second application (--other-application)",
        "known: AUD-7 | `unsorted`",
        "It may still happen",
        "This is an error of the suite, not of the target.",
        "reading rules only",
        *every.stale,
    ):
        assert part in read.text, part


def test_json_is_laid_out_without_a_change_to_its_parts() -> None:
    text = '200 {"a":1.0e3,"a":[],"b":{"c":"x, {y} \\" z"},"list":[1,{"deep":null}],"cut":"off because it was too lo'
    laid = indented(text)
    assert laid == (
        '200 {\n  "a":1.0e3,\n  "a":[],\n  "b":{\n    "c":"x, {y} \\" z"\n  },\n  "list":[\n    1,\n    {\n'
        '      "deep":null\n    }\n  ],\n  "cut":"off because it was too lo'
    )
    assert re.sub(r"\n *", "", laid) == text


@pytest.mark.parametrize("text", ["plain " * 40, '{"short": 1}', '{"it has": "lines\n of its own"}' + " " * 80, ""])
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert indented(text) == text


def test_a_method_and_the_name_of_the_operation_are_two_words(read: Reader) -> None:
    for operation_id, (method, _, _) in operations().items():
        assert f"{method} {operation_id}\n" in read.text
