"""Where a target takes less than the contract says, checks send what it takes, and the check of FMT-14 tells it."""

import pytest
from tests.faults.harness import checks_of, perform, serving
from tests.faults.variants import VARIANTS

from audience_conformance.checks.limits import LONGEST, Limits, fit, fit_text
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, Budget
from audience_conformance.client.ledger import Ledger
from audience_conformance.client.target import Target

SMALLER = VARIANTS["smaller-limits"]


@pytest.mark.parametrize(
    ("limits", "text", "expected"),
    [
        (Limits(), "👟" * LONGEST, "👟" * LONGEST),
        (Limits(length=200), "x" * LONGEST, "x" * 200),
        (Limits(length=200), "x" * 256, "x" * 256),  # an invalid text stays so
        (Limits(wide=63), "ß" * 100, "ß" * 63),
        (Limits(wide=63), "x" * 100, "x" * 100),
        (Limits(astral=False), "a 👟", "a x"),
        (Limits(special=False), "a\nb\u200bc\x1b", "axbxcx"),
        (Limits(short=False), "0", "000"),
        (Limits(short=False), "", ""),
    ],
)
def test_a_text_that_the_target_does_not_take_becomes_the_nearest_that_it_takes(
    limits: Limits, text: str, expected: str
) -> None:
    assert limits.fit(text) == expected


@pytest.mark.parametrize("path", [DEFINITIONS, GROUPS])
def test_the_limits_are_found_once_and_leave_nothing(path: str) -> None:
    with serving(SMALLER.change) as mock:
        target = Target(mock.options)
        api = Api(target, Ledger(), Budget(1, 1, 1, 0), "0" * 8)
        before = api.get(path).json["page"]["item_total"]
        assert fit(api, {"name": "plain", "type": "string"}, path) == {"name": "plain", "type": "string"}
        assert target.sent == 1  # a plain text needs no trial
        body = {"name": "x" * LONGEST, "description": "漢👟" * 100, "file_url": "👟" * 100}
        assert fit(api, body, path) == {"name": "x" * 200, "description": "漢x" * 100, "file_url": "👟" * 100}
        sent = target.sent
        assert fit_text(api, "ß" * LONGEST, path) == "ß" * 200
        assert target.sent == sent
        assert api.get(path).json["page"]["item_total"] == before
        target.close()


def test_a_server_without_limits_of_its_own_gets_every_text_as_it_is() -> None:
    with serving() as mock:
        api = Api(Target(mock.options), Ledger(), Budget(1, 1, 1, 0), "0" * 8)
        for text in ("x" * LONGEST, "ß" * LONGEST, "👟" * LONGEST, "\x1b", "0"):
            assert fit_text(api, text) == text
        api.target.close()


@pytest.mark.parametrize("rule", ["DEF-01", "DEF-04", "DEF-09", "ATT-04", "GRP-04"])
def test_the_must_rules_hold_on_a_server_with_smaller_limits(rule: str) -> None:
    with serving(SMALLER.change) as mock:
        results, _, left = perform(mock.options, checks_of(rule), "smoke")
    assert [(result.rule, result.actual) for result in results if result.status != "passed"] == []
    assert left == []
