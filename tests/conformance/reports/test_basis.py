import json

import pytest

from audience_conformance.contract.location import contract_path
from audience_conformance.contract.schema_errors import schema_errors
from audience_conformance.reports import data, facts, html, markdown, sarif
from audience_conformance.reports.basis import basis, basis_line, rule_line
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary

SLUG = ["components", "schemas", "Slug", "pattern"]


def finding(rule: str, *keyword: str) -> Result:
    return Result(rule, "a_check", "", "failed", "400", "201", rests_on=[*keyword])


def line(number: int) -> str:
    return contract_path().read_text("utf-8").splitlines()[number - 1]


def test_a_finding_names_the_source_and_the_line_of_the_keyword() -> None:
    one = finding("FMT-13", *SLUG)
    assert basis(one) == f"a decision (openapi.yaml:{basis_line(one)}, pattern)"
    assert line(basis_line(one)).strip().startswith("pattern: ")


def test_a_finding_without_a_keyword_names_the_line_of_its_rule() -> None:
    assert line(rule_line("DEF-05")).strip().startswith("- {id: DEF-05,")
    assert basis(finding("DEF-05")) == f"the documents (openapi.yaml:{rule_line('DEF-05')})"
    assert basis(finding("DEF-13")).startswith("a decision (")


@pytest.mark.parametrize("report", [data.report, html.report, markdown.report, sarif.report])
def test_every_report_says_what_a_finding_rests_on(report: object) -> None:
    text = report(Summary("http://mock", "standard", 1, [finding("FMT-13", *SLUG)]))  # type: ignore[operator]
    assert "a decision" in text
    assert str(basis_line(finding("FMT-13", *SLUG))) in text


def test_the_lines_of_a_finding_say_what_it_rests_on() -> None:
    one = finding("FMT-05", "components", "schemas", "BulkUpdateAttributeItem", "required")
    summary = Summary("http://mock", "standard", 1, [one])
    assert f"Rests on the documents (openapi.yaml:{basis_line(one)}, required)" in facts.describe(summary, one)
    [result] = json.loads(data.report(summary))["rules"]["FMT-05"]["results"]
    assert (result["rests_on"], result["contract_line"]) == ("the documents", basis_line(one))


def test_each_broken_keyword_of_a_value_has_its_pointer() -> None:
    errors = schema_errors(("components", "schemas", "CreateUserGroup"), {"file_url": "https://a.example/two words"})
    found = {error.keyword[-2:] for error in errors}
    assert found == {("FileUrl", "format"), ("FileUrl", "pattern"), ("CreateUserGroup", "required")}
