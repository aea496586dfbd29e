import json

from audience_conformance.reports import badge
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary


def test_a_run_without_fault_is_green(clean: Summary) -> None:
    assert json.loads(badge.report(clean)) == {
        "schemaVersion": 1,
        "label": "Audience contract",
        "message": "Conforms: 59/59 MUST, 62/62 SHOULD",
        "color": "brightgreen",
    }


def test_the_colour_tells_the_verdict(every: Summary, empty: Summary, clean: Summary) -> None:
    assert json.loads(badge.report(every))["color"] == "red"
    assert json.loads(badge.report(empty))["color"] == "lightgrey"
    clean.results.append(Result("PAG-09", "check", "", "failed"))
    assert json.loads(badge.report(clean))["color"] == "yellow"


def test_a_run_of_a_part_does_not_pass_for_the_whole(clean: Summary) -> None:
    clean.results = [result for result in clean.results if result.rule.startswith("DEF")]
    shown = json.loads(badge.report(clean))
    assert shown["message"] == "Partly checked: 14/59 MUST, 10/62 SHOULD"
    assert shown["color"] == "lightgrey"
