from typing import Any

import pytest

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports import STEP_SUMMARY
from audience_conformance.results.result import Result, Status
from audience_conformance.results.summary import Summary

HOSTILE = (
    "500 </script><img src=x onerror=alert(1)><script>alert(2)</script> ``` ```````` ]]> & | \"quotes\" 'single' "
    "\x00\x07\x1b[31m\x9b \u202egnp \ud800 \ufffe æøå 日本語 العربية\r\n</details>\n```\n::error::not a command\n"
)
"""What a target may send: markup, fences, escape codes of terminals, a lone surrogate, commands of a CI."""

CURL = [
    'curl -sS -X POST -H "Authorization: Bearer $TOKEN" --data-raw \'{"name": "</script><b>` \x00"}\' http://t/x',
    "curl -sS 'http://t/x?page_no=1&page_size=10'",
]


def result(rule: str, status: Status, case: str = "", **fields: Any) -> Result:
    name = f"check_of_{rule.lower().replace('-', '_')}"
    operations = list(catalogue()[rule].operations)
    location = f"audience_conformance/checks/{name}.py:97"
    fields = {"operations": operations, "rules": [rule], "seconds": 0.25, "location": location, **fields}
    return Result(rule, name, case, status, **fields)


@pytest.fixture(autouse=True)
def _outside_of_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STEP_SUMMARY, raising=False)


@pytest.fixture
def empty() -> Summary:
    return Summary("http://127.0.0.1:4010", "smoke", 3)


@pytest.fixture
def clean() -> Summary:
    results = [result(rule_id, "passed") for rule_id in catalogue()]
    return Summary("http://127.0.0.1:4010", "standard", 0, results, sent=1234, seconds=4.5)


@pytest.fixture
def every() -> Summary:
    """One of each: passed, failed (late, in several cases, without an operation), known, error, skipped, not run."""
    finding: dict[str, Any] = {"expected": "a status below 500", "actual": HOSTILE, "curl": CURL}
    results = [
        result("DEF-01", "passed", "string"),
        result("DEF-01", "skipped", "list", actual="a type list"),
        result("DEF-04", "passed"),
        result("DEF-05", "failed", operation="updateUserAttributeDefinition", **finding),
        result("DEF-05", "failed", "pinned", operation="updateUserAttributeDefinition", **finding),
        result("DEF-05", "failed", "long", expected="x" * 9_000, actual="y" * 50_000, curl=CURL * 20),
        result("FMT-04", "failed", "createUserGroup", **finding),
        result("GRP-22", "failed", overdue=True, expected="completed within 10 s", actual='"pending"', curl=CURL),
        result("PAG-09", "failed", known="AUD-7 | `unsorted`", operation="getUserGroups", **finding),
        result(
            "MEM-01",
            "error",
            actual=f"Traceback (most recent call last):\n  …\nKeyError: {HOSTILE}",
            curl=CURL,
            location="",
        ),
        result("TEN-01", "skipped", actual="a second application (--other-application)"),
        result("TEN-02", "skipped", actual="a second application (--other-application)"),
        result("ATT-15", "skipped", actual=HOSTILE),
    ]
    return Summary(
        "http://127.0.0.1:4010/</script>'\"",
        "standard",
        7,
        results,
        sent=14_213,
        seconds=48.26,
        started="2026-01-15T09:30:00Z",
        version="0.1.0",
        left=[f"http://t/user_group/1: {HOSTILE}"],
        known={"PAG-09": "AUD-7 | `unsorted`", "DEF-04": "was <b>mended</b>"},
        notes=["reading rules only: the target is not on loopback", HOSTILE],
        stale=["The known failure BLK-01 expired on 2025-12-31 (AUD-9): mend it or renew it."],
    )
