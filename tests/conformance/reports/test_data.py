import json

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports import data
from audience_conformance.results.summary import Summary


def test_it_holds_the_whole_run(every: Summary) -> None:
    report = json.loads(data.report(every))
    assert report["format"] == 1
    assert (report["target"], report["seed"], report["exit_code"]) == (every.target, 7, 1)
    assert list(report["rules"]) == list(catalogue())
    rule = report["rules"]["DEF-05"]
    assert (rule["level"], rule["status"], len(rule["results"])) == ("MUST", "failed", 3)
    assert rule["results"][0] == every.of_rule("DEF-05")[0].data()
    assert rule["replay"].endswith("--rules DEF-05 --seed 7 --profile standard")


def test_what_the_target_sent_is_in_it_unchanged(every: Summary) -> None:
    report = json.loads(data.report(every))
    assert report["rules"]["FMT-04"]["results"][0]["actual"] == every.of_rule("FMT-04")[0].actual


def test_counts_are_of_all_rules(every: Summary, empty: Summary) -> None:
    for summary in (every, empty):
        counts = json.loads(data.report(summary))["counts"]
        assert sum(sum(of_level.values()) for of_level in counts.values()) == len(catalogue())


def test_every_key_is_documented(every: Summary) -> None:
    report = json.loads(data.report(every))
    rule = report["rules"]["DEF-05"]
    for key in [*report, *rule, *rule["results"][0]]:
        assert f"`{key}`" in (data.__doc__ or ""), key
