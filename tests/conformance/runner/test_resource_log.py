"""A run deletes what it created and changes nothing else, however it ends."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from tests.conformance.cli_runner import (
    command,
    conformance,
    conformance_process,
    environment,
    recording_proxy,
    snapshot,
)

from audience_conformance.runner import local_mock
from audience_conformance.settings.parse import read_settings


@pytest.fixture
def same(url: str) -> Iterator[str]:
    """A mock that must be the same after the test."""
    before = snapshot(url)
    yield url
    assert snapshot(url) == before


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_run_with_findings_and_crashes_leaves_all_as_it_was(same: str, workers: str) -> None:
    settings = read_settings({"url": same})
    rules = ["--rules", "DEF-*,TEN-*,GRP-01", "--other-application", "64b000000000000000000002"]
    done = conformance_process("run", "--url", settings.url or "", *rules, "--workers", workers)
    assert done.code == 1
    assert "left " not in done.out


def test_the_real_checks_leave_all_as_it_was(same: str) -> None:
    rules = ["--rules", "DEF-0[134],ATT-04,GRP-03,GRP-17,TEN-02", "--profile", "smoke"]
    more = ["--other-application", "64b000000000000000000002"]
    done = conformance("run", "--url", same, *rules, *more, samples=False)
    assert done.code == 0, done.out + done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_in_the_middle_cleans_up_and_is_exit_130(same: str, number: int) -> None:
    code, out = _interrupted(same, number)
    assert code == 130, out
    assert "Interrupted before the end" in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_with_workers_cleans_up_quickly(same: str, number: int) -> None:
    started = time.monotonic()
    code, out = _interrupted(same, number, "--workers", "2")
    assert code == 130, out
    assert time.monotonic() - started < 20


def test_ctrl_c_in_a_terminal_reaches_all_processes_and_cleans_up(same: str) -> None:
    code, out = _interrupted(same, signal.SIGINT, "--workers", "2", group=True)
    assert code == 130, out


def test_impatience_does_not_disturb_the_cleaning_up(same: str) -> None:
    code, out = _interrupted(same, signal.SIGINT, times=5)
    # One that comes when all is done ends the interpreter itself: a shell calls that 130 too.
    assert code in {130, -signal.SIGINT}, out


def _interrupted(url: str, number: int, *arguments: str, times: int = 1, group: bool = False) -> tuple[int, str]:
    """Interrupt a run that makes one thing after the other."""
    with recording_proxy(url) as (proxy, received):
        process = subprocess.Popen(
            command("audience-conformance", "run", "--url", proxy, "--rules", "GRP-02", *arguments),
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while len(received) < 20 and time.monotonic() < deadline:
            time.sleep(0.02)
        for _ in range(times):
            (os.killpg if group else os.kill)(process.pid, number)
            time.sleep(0.05)
        out, _ = process.communicate(timeout=60)
        assert any(method == "DELETE" for method, _, _ in received)
    return process.returncode, out


def test_a_worker_that_is_killed_leaves_nothing(same: str) -> None:
    done = conformance_process("run", "--url", same, "--rules", "GRP-03,DEF-01", "--workers", "2")
    assert done.code == 2
    assert "crashed while running" in done.out


def test_what_cannot_be_deleted_is_listed(url: str) -> None:
    """Here by way of a target that stops answering: the run's own mock."""
    mock = local_mock.start()
    with recording_proxy(mock.url) as (proxy, received):
        arguments = ["run", "--url", proxy, "--rules", "GRP-02", "--timeout", "2"]
        process = subprocess.Popen(
            command("audience-conformance", *arguments), env=environment(), stdout=subprocess.PIPE, text=True
        )
        while len(received) < 10:
            time.sleep(0.02)
        mock.stop()
        out, _ = process.communicate(timeout=60)
    assert process.returncode in (1, 2), out
    assert "(could not be deleted)" in out


# --- reading only -------------------------------------------------------------------------------------


def test_a_target_elsewhere_gets_reading_rules_only_unless_write_is_given(url: str) -> None:
    """0.0.0.0 is this machine, but not a loopback address."""
    elsewhere = url.replace("127.0.0.1", "0.0.0.0")
    with recording_proxy(url) as (proxy, received):
        done = conformance("run", "--url", proxy.replace("127.0.0.1", "0.0.0.0"), "--rules", "DEF-*")
        assert {method for method, _, _ in received} == {"GET"}
    assert "only reading rules were checked: the target is not on this machine, and --write is not given" in done.out
    assert "write permission (--write)" in done.out
    assert done.code == 0
    done = conformance("run", "--url", elsewhere, "--rules", "DEF-02", "--write")
    assert done.code == 0
    assert "only reading rules" not in done.out


def test_read_only_holds_anywhere(url: str) -> None:
    with recording_proxy(url) as (proxy, received):
        done = conformance("run", "--url", proxy, "--rules", "DEF-*", "--read-only")
        assert {method for method, _, _ in received} == {"GET"}
    assert "only reading rules were checked: --read-only" in done.out
