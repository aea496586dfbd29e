from xml.etree import ElementTree as ET

from audience_conformance.reports import junit
from audience_conformance.results.summary import Summary


def read(summary: Summary) -> ET.Element:
    return ET.fromstring(junit.report(summary).encode())


def of(root: ET.Element, rule: str) -> list[ET.Element]:
    return root.findall(f".//testcase[@classname='{rule}']")


def test_there_is_a_suite_for_each_rule_group_and_a_case_for_each_result(every: Summary) -> None:
    root = read(every)
    assert [session.get("name") for session in root] == ["FMT", "DEF", "ATT", "GRP", "MEM", "PAG", "TEN"]
    assert len(list(root.iter("testcase"))) == len(every.results)


def test_the_totals_are_those_of_the_cases(every: Summary) -> None:
    for element in [read(every), *read(every)]:
        tags = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"), ("tests", "testcase"))
        assert {name: int(element.get(name, -1)) for name, _ in tags} == {
            name: len(list(element.iter(tag))) for name, tag in tags
        }


def test_each_status_has_its_element(every: Summary) -> None:
    root = read(every)
    passed, skipped = of(root, "DEF-01")
    assert [child.tag for child in passed] == ["properties"]
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
    mended = of(root, "DEF-04")[0].find("failure")
    assert mended is not None
    assert mended.get("type") == "known failure that passed"


def test_a_case_has_its_rule_level_and_operations_as_properties(every: Summary) -> None:
    case = of(read(every), "DEF-05")[0]
    properties = {item.get("name"): item.get("value") for item in case.iter("property")}
    assert properties["rule"] == "DEF-05"
    assert properties["level"] == "MUST"
    assert properties["operations"] == "updateUserAttributeDefinition"


def test_a_failure_tells_requirement_expected_actual_requests_and_replay(every: Summary) -> None:
    failure = of(read(every), "DEF-05")[0].find("failure")
    assert failure is not None
    text = failure.text or ""
    for part in ("DEF-05 MUST: An", "Expected: a status", r"Actual: 500 </script>", "curl -sS", "Replay: aud"):
        assert part in text
    assert r"\x00\x07\x1b[31m" in text
    late = of(read(every), "GRP-22")[0].find("failure")
    assert late is not None
    assert "It may still happen" in (late.text or "")


def test_an_empty_run_is_a_valid_document(empty: Summary) -> None:
    root = read(empty)
    assert (root.tag, root.get("tests"), len(root)) == ("testsuites", "0", 0)
