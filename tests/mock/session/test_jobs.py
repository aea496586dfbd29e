"""Background jobs: when they run, what their failing does, and how they end."""

import asyncio
import logging
import selectors
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from audience_mock.errors import FileProblem
from audience_mock.session.jobs import Job, Jobs

Work = Callable[[Job], Awaitable[None]]


class Waiting(selectors.SelectSelector):
    """In the place of waiting, the clock is put forward."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += max(0.0, timeout or 0.0)
        return super().select(None if timeout is None else 0)


class Loop(asyncio.SelectorEventLoop):
    """An event loop by a clock of its own: seconds pass at once, and exactly."""

    def __init__(self) -> None:
        self.clock = Waiting()
        super().__init__(self.clock)

    def time(self) -> float:
        return self.clock.now


def run(scenario: Callable[[], Awaitable[Any]]) -> None:
    async def main() -> None:
        await scenario()

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(main())


def note(done: list[tuple[str, float]], what: str) -> Work:
    """Work that notes when it was done."""

    async def work(_: Job) -> None:
        done.append((what, asyncio.get_running_loop().time()))

    return work


def fail(error: Exception) -> Work:
    async def work(_: Job) -> None:
        raise error

    return work


def test_a_job_runs_when_its_delay_is_over() -> None:
    done: list[tuple[str, float]] = []

    async def scenario() -> None:
        jobs = Jobs(5)
        jobs.start("A", note(done, "a"))
        await asyncio.sleep(4)
        assert done == []
        jobs.start("B", note(done, "b"))
        await asyncio.sleep(2)
        assert done == [("a", 5)]
        await jobs.settled()
        assert done == [("a", 5), ("b", 9)]

    run(scenario)


def test_jobs_without_delay_run_in_order_but_not_before_their_answer() -> None:
    done: list[tuple[str, float]] = []

    async def scenario() -> None:
        jobs = Jobs(0)
        for what in "abcdef":
            jobs.start(what, note(done, what))
        assert done == []
        await jobs.settled()

    run(scenario)
    assert done == [(what, 0) for what in "abcdef"]


def test_settled_waits_for_jobs_and_for_those_that_they_start() -> None:
    done: list[tuple[str, float]] = []

    async def scenario() -> None:
        jobs = Jobs(5)

        async def first(_: Job) -> None:
            await asyncio.sleep(10)
            jobs.start("Second", note(done, "second"))

        jobs.start("First", first)
        await jobs.settled()
        assert done == [("second", 20)]

    run(scenario)


def test_settled_returns_at_once_when_nothing_runs() -> None:
    async def scenario() -> None:
        jobs = Jobs(5)
        await jobs.settled()
        jobs.start("A", note([], "a"))
        await jobs.settled()
        await jobs.settled()
        assert asyncio.get_running_loop().time() == 5

    run(scenario)


def test_a_file_that_cannot_be_read_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        jobs = Jobs(0)
        jobs.start("Reading the file", fail(FileProblem("It has no column.")))
        await jobs.settled()

    run(scenario)
    (record,) = caplog.records
    assert (record.name, record.levelno, record.exc_info) == ("audience_mock.jobs", logging.WARNING, None)
    assert record.getMessage() == "Reading the file failed: It has no column."


@pytest.mark.parametrize("error", [ValueError("odd"), ExceptionGroup("several", [OSError()]), TimeoutError()], ids=repr)
def test_any_other_failure_is_logged_as_a_fault_with_its_traceback(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        jobs = Jobs(0)
        jobs.start("Job 7", fail(error))
        await jobs.settled()

    run(scenario)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == "Job 7 failed: this is a fault of the mock"
    assert record.exc_info
    assert record.exc_info[1] is error


def test_a_failing_job_harms_no_other() -> None:
    done: list[tuple[str, float]] = []

    async def scenario() -> None:
        jobs = Jobs(5)
        jobs.start("Before", note(done, "before"))
        jobs.start("Failing", fail(ValueError("odd")))
        jobs.start("After", note(done, "after"))
        await jobs.settled()
        jobs.start("Later", note(done, "later"))
        await jobs.settled()

    run(scenario)
    assert sorted(done) == [("after", 5), ("before", 5), ("later", 10)]


def test_stop_cancels_what_waits_and_what_works(caplog: pytest.LogCaptureFixture) -> None:
    done: list[tuple[str, float]] = []

    async def scenario() -> None:
        jobs = Jobs(5)

        async def work(_: Job) -> None:
            try:
                await asyncio.sleep(100)
            finally:
                await asyncio.sleep(1)
                done.append(("tidied up", asyncio.get_running_loop().time()))

        jobs.start("Working", work)
        await asyncio.sleep(6)
        jobs.start("Waiting", note(done, "waited"))
        await jobs.stop()
        assert done == [("tidied up", 7)]
        await jobs.settled()
        await asyncio.sleep(1000)
        assert done == [("tidied up", 7)]

    run(scenario)
    assert caplog.records == []


def test_stop_survives_a_job_that_fails_while_it_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        jobs = Jobs(0)

        async def work(_: Job) -> None:
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError:
                raise ValueError("odd") from None

        jobs.start("Stubborn", work)
        await asyncio.sleep(1)
        await jobs.stop()

    run(scenario)
    assert [record.getMessage() for record in caplog.records] == ["Stubborn failed: this is a fault of the mock"]


def test_stop_with_nothing_running_does_nothing() -> None:
    run(Jobs(5).stop)
