import json

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports import data
from audience_conformance.reports.basis import rule_line
from audience_conformance.reports.causes import MOST_CAUSE, cause_of
from audience_conformance.reports.facts import one_line
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary


def test_it_holds_the_whole_run(every: Summary) -> None:
    report = json.loads(data.report(every))
    assert report["format"] == 3
    assert (report["verdict"], report["headline"]) == (
        "Does not conform",
        "Does not conform: 2 MUST rules are broken",
    )
    assert (report["target"], report["seed"], report["exit_code"], report["requests"]) == (every.target, 7, 1, 14_213)
    assert report["not_deleted"] == every.left
    assert report["known_failures"] == every.known
    assert report["passing_known_failures"] == ["DEF-04"]
    assert report["outdated_known_failures"] == every.stale
    assert list(report["rules"]) == list(catalogue())
    rule = report["rules"]["DEF-05"]
    assert (rule["level"], rule["status"], len(rule["results"])) == ("MUST", "failed", 3)
    assert rule["replay"].endswith("--rules DEF-05 --seed 7 --profile standard")


def test_a_result_has_every_field_of_the_suite_unchanged(every: Summary) -> None:
    renamed = {"known": "known_failure", "sent": "requests"}
    for rule_id, rule in json.loads(data.report(every))["rules"].items():
        assert rule["results"] == [
            {renamed.get(name, name): value for name, value in result.data().items()}
            | _basis(result)
            | {"cause": _cause(result)}
            for result in every.of_rule(rule_id)
        ]


def test_counts_are_of_all_rules(every: Summary, empty: Summary) -> None:
    for summary in (every, empty):
        counts = json.loads(data.report(summary))["counts"]
        assert sum(sum(of_level.values()) for of_level in counts.values()) == len(catalogue())


def test_every_key_is_documented(every: Summary) -> None:
    report = json.loads(data.report(every))
    rule = report["rules"]["DEF-05"]
    for key in [*report, *rule, *rule["results"][0]]:
        assert f"`{key}`" in (data.__doc__ or ""), key


def _cause(result: Result) -> str | None:
    return one_line(cause_of(result), MOST_CAUSE) if result.status in ("failed", "error") else None


def _basis(result: Result) -> dict[str, object]:
    if result.status != "failed":
        return {"rests_on": None, "contract_line": None, "contract_pointer": None}
    is_must = catalogue()[result.rule].level == "MUST"
    source = "the documents" if is_must else "a decision"
    return {"rests_on": source, "contract_line": rule_line(result.rule), "contract_pointer": []}
