import re
from xml.etree import ElementTree as ET

import pytest
from tests.conformance.reports.conftest import result

from audience_conformance.reports import junit
from audience_conformance.results.summary import Summary


def read(summary: Summary) -> ET.Element:
    return ET.fromstring(junit.report(summary).encode())


def of(root: ET.Element, rule: str) -> list[ET.Element]:
    return root.findall(f".//testcase[@classname='{rule}']")


def test_there_is_a_suite_for_each_rule_group_and_a_case_for_each_result(every: Summary) -> None:
    root = read(every)
    assert [suite.get("name") for suite in root] == ["FMT", "DEF", "ATT", "GRP", "MEM", "PAG", "TEN", "run"]
    assert len(list(root.iter("testcase"))) == len(every.results) + 2


def test_the_totals_are_those_of_the_cases(every: Summary) -> None:
    for element in [read(every), *read(every)]:
        tags = [("failures", "failure"), ("errors", "error"), ("tests", "testcase")]
        tags += [] if element.tag == "testsuites" else [("skipped", "skipped")]
        assert {name: int(element.get(name, -1)) for name, _ in tags} == {
            name: len(list(element.iter(tag))) for name, tag in tags
        }


def test_each_status_has_its_element(every: Summary) -> None:
    root = read(every)
    passed, skipped = of(root, "DEF-01")
    assert [child.tag for child in passed] == ["system-out"]
    assert skipped.find("skipped") is not None
    failures = [case.find("failure") for case in of(root, "DEF-05")]
    assert all(failure is not None and failure.get("type") == "MUST" for failure in failures)
    (error,) = [case.find("error") for case in of(root, "MEM-01")]
    assert error is not None


def test_a_known_failure_is_skipped_and_one_that_holds_fails(every: Summary) -> None:
    root = read(every)
    known = of(root, "PAG-09")[0].find("skipped")
    assert known is not None
    assert known.get("message") == "known failure: AUD-7 | `unsorted`"
    mended, outdated = (case[0] for case in of(root, "run"))
    assert (mended.tag, outdated.tag) == ("failure", "failure")
    assert "DEF-04 holds, yet is listed as a known failure" in mended.get("message", "")
    assert "BLK-01 expired" in outdated.get("message", "")


def test_a_case_has_its_rule_level_and_operations_in_its_output(every: Summary) -> None:
    text = of(read(every), "DEF-05")[0].findtext("system-out", "")
    assert text.startswith("rule: DEF-05\nlevel: MUST\n")
    assert "\noperations: updateUserAttributeDefinition\n" in text


def test_a_broken_should_rule_fails_only_a_strict_run(every: Summary) -> None:
    every.results = [result("DEF-12", "failed", actual="\x1b[31m & <b>"), result("DEF-05", "failed")]
    (skipped,) = of(read(every), "DEF-12")
    assert [child.tag for child in skipped] == ["skipped", "system-out"]
    assert skipped[0].get("message", "").startswith("does not fail the run, a SHOULD rule: ")
    assert skipped[0].get("message", "").endswith(r"\x1b[31m & <b>")
    every.strict = True
    assert [of(read(every), rule)[0][0].tag for rule in ("DEF-12", "DEF-05")] == ["failure", "failure"]


def test_a_run_that_was_not_judged_is_an_error_even_if_every_check_passed(clean: Summary) -> None:
    assert of(read(clean), "run") == []
    clean.interrupted = True
    (case,) = of(read(clean), "run")
    assert case.find("error") is not None
    assert read(clean).get("errors") == "1"


def test_a_failure_tells_requirement_expected_actual_requests_and_replay(every: Summary) -> None:
    failure = of(read(every), "DEF-05")[0].find("failure")
    assert failure is not None
    text = failure.text or ""
    for part in ("DEF-05 MUST: An", "Expected: a status", r"Actual: 500 </script>", "curl -sS", "Replay: aud"):
        assert part in text
    assert r"\x00\x07\x1b[31m" in text
    late = of(read(every), "GRP-22")[0].find("skipped")
    assert late is not None
    assert "It may still happen" in (late.text or "")


def test_an_empty_run_is_a_valid_document(empty: Summary) -> None:
    root = read(empty)
    assert (root.tag, root.get("tests"), len(root)) == ("testsuites", "1", 1)
    assert of(root, "run")[0].find("error") is not None


def test_what_may_stay_unjudged_is_skipped(clean: Summary) -> None:
    clean.results.append(result("DEF-02", "not judged", "b", actual="502 from the gateway"))
    assert [of(read(clean), "DEF-02")[-1][0].tag, of(read(clean), "run")[0][0].tag] == ["error", "error"]
    clean.allow_partial = True
    assert of(read(clean), "DEF-02")[-1][0].tag == "skipped"
    assert of(read(clean), "run") == []


TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")
SUITE = {"name", "tests", "failures", "errors", "time", "skipped", "timestamp"}
SCHEMA: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"testsuite"}, {"name", "time", "tests", "failures", "errors"}, set()),
    "testsuite": (
        {"testsuite", "properties", "testcase", "system-out"},
        SUITE,
        {"name", "tests", "failures", "errors"},
    ),
    "testcase": ({"skipped", "error", "failure", "system-out"}, {"name", "time", "classname", "group"}, {"name"}),
    "properties": ({"property"}, set(), set()),
    "property": (set(), {"name", "value"}, {"name", "value"}),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}
"""Element -> the children, the attributes and the required attributes that Jenkins' schema (JUnit 10) allows."""


@pytest.mark.parametrize("name", ["every", "clean", "empty"])
def test_the_document_is_valid_by_the_schema_of_jenkins(name: str, request: pytest.FixtureRequest) -> None:
    summary: Summary = request.getfixturevalue(name)
    summary.seconds = 12_345.6
    for element in read(summary).iter():
        children, attributes, required = SCHEMA[element.tag]
        assert {child.tag for child in element} <= children
        assert required <= set(element.attrib) <= attributes, element.tag
        assert TIME.fullmatch(element.get("time", ""))
        if children:
            assert not (element.text or "").strip()
