"""A run deletes what it created and changes nothing else, however it ends."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
from tests.conformance.cli_runner import (
    Done,
    command,
    conformance,
    conformance_process,
    environment,
    recording_proxy,
    snapshot,
)

from audience_conformance.runner import local_mock
from audience_conformance.runner.local_seed import OTHER_APPLICATION


@pytest.fixture
def same(url: str) -> Iterator[str]:
    """A mock that must be the same after the test."""
    before = snapshot(url)
    yield url
    assert snapshot(url) == before


@pytest.mark.parametrize(("run", "connections"), [(conformance, "1"), (conformance_process, "2")])
def test_a_run_with_findings_and_internal_errors_deletes_what_it_created(
    same: str, run: Callable[..., Done], connections: str
) -> None:
    options = ["--rules", "DEF-*,TEN-*,GRP-01", "--other-application", OTHER_APPLICATION, "--connections", connections]
    done = run("run", "--url", same, *options)
    assert done.code == 1
    assert "left " not in done.out


def test_the_real_checks_delete_what_they_created(same: str) -> None:
    options = ["--rules", "DEF-0[134],ATT-04,GRP-03,GRP-17,TEN-02", "--profile", "smoke"]
    done = conformance("run", "--url", same, *options, "--other-application", OTHER_APPLICATION, samples=False)
    assert done.code == 0, done.out + done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_cleans_up_and_exits_as_a_shell_expects(same: str, number: int) -> None:
    code, out = _interrupted(same, number)
    assert code == 128 + number, out
    assert "interrupted before the end" in out


@pytest.mark.parametrize(
    ("number", "group"),
    [(signal.SIGTERM, False), (signal.SIGINT, True)],
    ids=["SIGTERM", "ctrl-c-in-a-terminal"],
)
def test_an_interrupted_run_with_connections_cleans_up_quickly(same: str, number: int, group: bool) -> None:
    started = time.monotonic()
    code, out = _interrupted(same, number, "--connections", "2", group=group)
    assert code == 128 + number, out
    assert time.monotonic() - started < 20


def test_further_interrupts_do_not_stop_the_clean_up(same: str) -> None:
    code, out = _interrupted(same, signal.SIGINT, times=5)
    # A signal after the clean-up ends the interpreter itself; a shell reports 130 for that too.
    assert code in {130, -signal.SIGINT}, out


def _interrupted(url: str, number: int, *arguments: str, times: int = 1, group: bool = False) -> tuple[int, str]:
    """Interrupt a run that creates many resources."""
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


def test_a_process_that_is_killed_leaves_nothing(same: str) -> None:
    done = conformance_process("run", "--url", same, "--rules", "GRP-03,DEF-01", "--connections", "2")
    assert done.code == 2
    assert "the process that ran the check ended with exit code 9" in done.out


def test_what_cannot_be_deleted_is_listed() -> None:
    mock = local_mock.start()
    with recording_proxy(mock.url) as (proxy, received):
        arguments = ["run", "--url", proxy, "--rules", "GRP-02", "--timeout", "0.5"]
        process = subprocess.Popen(
            command("audience-conformance", *arguments), env=environment(), stdout=subprocess.PIPE, text=True
        )
        while len(received) < 10:
            time.sleep(0.02)
        mock.stop()
        out, _ = process.communicate(timeout=60)
    assert process.returncode in (1, 2), out
    assert "(could not be deleted)" in out
    assert re.search(r"this deletes later: audience-conformance sweep --url \S+ --timeout 0.5 --run [0-9a-f]{6}\b", out)


@pytest.mark.parametrize(
    ("host", "options", "note"),
    [
        # 0.0.0.0 is this machine, but not a loopback address.
        ("0.0.0.0", [], "only reading rules were checked: the target is not on this machine, and --write is not given"),
        ("127.0.0.1", ["--read-only"], "only reading rules were checked: --read-only"),
    ],
)
def test_without_permission_to_write_only_reading_rules_are_checked(
    url: str, host: str, options: list[str], note: str
) -> None:
    with recording_proxy(url) as (proxy, received):
        done = conformance("run", "--url", proxy.replace("127.0.0.1", host), "--rules", "DEF-*", *options)
        assert {method for method, _, _ in received} == {"GET"}
    assert note in done.out
    assert "write permission (--write)" in done.out
    assert done.code == 0


def test_write_gives_permission_to_write_to_a_target_elsewhere(url: str) -> None:
    done = conformance("run", "--url", url.replace("127.0.0.1", "0.0.0.0"), "--rules", "DEF-02", "--write")
    assert done.code == 0
    assert "only reading rules" not in done.out
