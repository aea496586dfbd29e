"""The mock of a run without --url in this process: a process of its own would need a second of CPU time to start."""

import json
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

from tests.http_server import http_server

from audience_conformance.runner import local_seed
from audience_conformance.runner.local_mock import LocalMock
from audience_mock.testing import MockServer

JOB_DELAY = 0.005


class _Files(SimpleHTTPRequestHandler):
    log_message: Callable[..., None] = lambda *_: None


def start() -> LocalMock:
    """Start it with what `local_mock.start` gives to its process."""
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="audience-conformance-mock-")))
        (folder / "seed.yaml").write_text(json.dumps(local_seed.seed()), "utf-8")
        (folder / "files").mkdir()
        (folder / "files" / "users.csv").write_text(local_seed.users_file(), "utf-8")
        mock = cleanup.enter_context(MockServer(seed=str(folder / "seed.yaml"), job_delay=JOB_DELAY))
        files = cleanup.enter_context(http_server(partial(_Files, directory=folder / "files")))
        return LocalMock(mock.url, f"{files}/users.csv", cleanup.pop_all().close)
