"""A process of checks, and what it leaves on the disk."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis.configuration import set_hypothesis_home_dir, storage_directory

from audience_conformance.client.pace import Pace
from audience_conformance.runner.pool import WorkerInput
from audience_conformance.runner.resource_log import read_logs
from audience_conformance.runner.worker import Worker
from audience_conformance.settings.parse import read_settings


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"HYPOTHESIS_STORAGE_DIRECTORY": "/chosen"}, "/chosen"),
        ({"XDG_CACHE_HOME": "/cache"}, "/cache/audience-conformance/hypothesis"),
        ({"XDG_CACHE_HOME": "not/absolute"}, ""),
        ({"HOME": "/home/a"}, "/home/a/.cache/audience-conformance/hypothesis"),
    ],
)
def test_hypothesis_writes_nothing_into_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], folder: str
) -> None:
    for name in ("HYPOTHESIS_STORAGE_DIRECTORY", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    set_hypothesis_home_dir(None)
    Worker(replace(read_settings({}), url="http://127.0.0.1:9"), tmp_path, None, Pace(0.0)).close()
    written_to = storage_directory().path
    assert str(written_to).startswith(folder)
    assert not written_to.is_relative_to(Path.cwd())
    set_hypothesis_home_dir(None)


def test_the_processes_of_a_run_share_the_beginning_of_its_id_and_no_name(tmp_path: Path) -> None:
    settings = replace(read_settings({}), url="http://127.0.0.1:9")
    given = WorkerInput(settings, tmp_path, None, Pace(0.0), "5f2a09")
    workers = [given._replace(number=number).worker() for number in (0, 1, 16)]
    assert [worker._run.run_id for worker in workers] == ["5f2a0900", "5f2a0901", "5f2a0910"]
    for worker in workers:
        worker.close()
    assert read_logs(tmp_path)[0] == ["5f2a09"]
    set_hypothesis_home_dir(None)
