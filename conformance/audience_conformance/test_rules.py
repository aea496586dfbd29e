"""The module that `pytest --pyargs audience_conformance` collects: an item is a check with one of its cases."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from audience_conformance.checks.registry import Check
from audience_conformance.reports.facts import visible
from audience_conformance.results.result import item_id
from audience_conformance.runner.message import format_finding
from audience_conformance.runner.plugin import KEY
from audience_conformance.runner.session import WORKER_INPUT
from audience_conformance.runner.worker import Worker

# A project's own warning filters must not fail this suite.
pytestmark = pytest.mark.filterwarnings("ignore")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    worker_input = metafunc.config.stash.get(WORKER_INPUT, None)
    items = worker_input.settings.items() if worker_input else []
    ids = [item_id(check.name, case, check.rules) for check, case in items]
    metafunc.parametrize(("check", "case"), items, ids=ids)


@pytest.fixture(scope="session")
def worker(pytestconfig: pytest.Config) -> Iterator[Worker]:
    worker_input = pytestconfig.stash[WORKER_INPUT]
    workers = getattr(pytestconfig, "workerinput", {}).get("workercount", 1)
    with closing(Worker(worker_input.settings, worker_input.folder, worker_input.deadline, workers)) as worker:
        yield worker


def test_rule(check: Check, case: str | None, worker: Worker, record_property: object) -> None:
    result = worker.perform(check, case)
    assert callable(record_property)
    record_property(KEY, result.data())
    if result.status == "skipped":
        pytest.skip(visible(f"needs {result.actual}"))
    if result.status != "passed":
        pytest.fail(format_finding(result, worker.settings), pytrace=False)
