"""`audience-conformance replay` runs again what found the findings of a report."""

import signal
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.cli_runner import Done, conformance
from tests.faults.harness import serving
from tests.faults.registry import all_faults

from audience_conformance.checks import registry
from audience_conformance.checks.registry import Check
from audience_conformance.client import ledger
from audience_conformance.client.api import Api
from audience_conformance.client.ledger import delete_all
from audience_conformance.reports import write
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary
from audience_conformance.runner.execute import Run
from audience_mock.contract.document import DOCUMENTED_TENANT

FAULT = next(one for one in all_faults() if one.id == "DEF-04-customer-editable-is-not-updated")


def finding(check: str, rule: str, case: str = "") -> Result:
    return Result(rule, check, case, "failed", expected="e", actual="a", rules=[rule], script="#!/bin/sh\nexit 1\n")


UPDATES = finding("an_update_changes_what_it_names", "DEF-04")
READS_BACK = finding("two_creations_get_different_ids", "DEF-03")


def replay(folder: Path, url: str | None, results: list[Result], *arguments: str, **options: Any) -> Done:
    summary = Summary(url or "", "smoke", 0, results, options={"profile": "smoke", "seed": 0, "url": url, **options})
    path, *_ = write(summary, ["json"], folder)
    return conformance("replay", path, *arguments, samples=False)


def test_a_report_without_findings_has_nothing_to_replay(tmp_path: Path) -> None:
    passed = Result("DEF-03", "two_creations_get_different_ids", "", "passed", rules=["DEF-03"])
    done = replay(tmp_path, None, [passed])
    assert (done.code, done.out) == (0, "")
    assert done.err.endswith("report.json has no findings: there is nothing to replay\n")


def test_a_fault_that_is_there_exits_1(tmp_path: Path) -> None:
    with serving(FAULT.change) as mock:
        done = replay(tmp_path, mock.options.url, [UPDATES, READS_BACK])
    assert done.code == 1, done.err
    first, second = done.out.splitlines()
    assert first.startswith("gone       DEF-03-two_creations_get_different_ids: the check passes")
    assert second.startswith("there      DEF-04-an_update_changes_what_it_names: DEF-04: expected customer_editable")


def test_a_fault_that_is_gone_exits_0_also_at_another_url(tmp_path: Path) -> None:
    with serving() as mock:
        done = replay(tmp_path, "http://127.0.0.1:9", [UPDATES], "--url", mock.options.url)
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("name", ["DEF-04", "DEF-04-*", "reproduce/DEF-04-an_update_changes_what_it_names.sh"])
def test_a_finding_is_chosen_by_its_rule_or_script(tmp_path: Path, name: str) -> None:
    with serving() as mock:
        done = replay(tmp_path, mock.options.url, [UPDATES, READS_BACK], name)
    assert done.code == 0
    assert len(done.out.splitlines()) == 1


def test_a_name_of_no_finding_is_an_error_that_says_which_there_are(tmp_path: Path) -> None:
    done = replay(tmp_path, "http://127.0.0.1:9", [UPDATES], "DEF-05")
    assert done.code == 2
    assert "is called DEF-05; it has: DEF-04" in done.err


def test_a_target_that_does_not_answer_exits_2(tmp_path: Path) -> None:
    done = replay(tmp_path, "http://127.0.0.1:9", [UPDATES])
    assert done.code == 2
    assert "127.0.0.1:9" in done.err


def test_a_check_that_is_unknown_or_lacks_what_it_needs_exits_2(tmp_path: Path) -> None:
    results = [finding("no_such_check", "DEF-04"), finding("a_locked_definition_refuses_update_and_delete", "DEF-14")]
    with serving() as mock:
        done = replay(tmp_path, mock.options.url, results)
    assert done.code == 2
    assert [line.split("  ")[0] for line in done.out.splitlines()] == ["not tried", "not tried"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_replay_deletes_what_it_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    def creates(api: Api) -> None:
        api.definition()
        signal.raise_signal(number)

    def deletes(*arguments: Any, **more: Any) -> list[str]:
        signal.raise_signal(number)  # a second one does not stop the clean-up
        return delete_all(*arguments, **more)

    handler = signal.getsignal(number)
    check = Check(("DEF-04",), UPDATES.check, creates, "", ())
    monkeypatch.setattr(registry, "all_checks", lambda: [check])
    monkeypatch.setattr(ledger, "delete_all", deletes)
    with serving() as mock:
        before = len(mock.mock.backend.world.tenant(*DOCUMENTED_TENANT).definitions)
        done = replay(tmp_path, mock.options.url, [UPDATES])
        assert len(mock.mock.backend.world.tenant(*DOCUMENTED_TENANT).definitions) == before
    assert (done.code, done.err) == (128 + number, "audience-conformance replay: interrupted\n")
    assert signal.getsignal(number) == handler


def test_a_crash_is_no_fault_of_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "perform", lambda *_: 1 / 0)
    with serving() as mock:
        done = replay(tmp_path, mock.options.url, [UPDATES])
    assert done.code == 2
    assert done.err.startswith("audience-conformance replay: internal error in the suite\nTraceback")
