"""Runs the command on a mock, by default with sample checks in place of the real ones."""

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from click.testing import CliRunner
from tests.conformance import mock_in_process
from tests.http_server import http_server

from audience_conformance.checks import registry
from audience_conformance.client.api import DEFINITIONS, GROUPS
from audience_conformance.commands import main as cli
from audience_conformance.runner import local_mock
from audience_conformance.runner.local_seed import GROUP, OTHER_APPLICATION, seed

BIN = Path(sys.executable).parent
SAMPLES = Path(__file__).with_name("samples")
DROPPED = ("PYTEST_", "GITHUB_", "CI", "AUDIENCE_CONFORMANCE_")
BASE = "/service/platform/user/v1.0/company/559/application"
APPLICATION = "64b000000000000000000001"


class Done(NamedTuple):
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


def environment(*, samples: bool = True, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    return {**kept, **({"PYTHONPATH": str(SAMPLES)} if samples else {}), **more}


def command(name: str, *arguments: str | Path) -> list[str]:
    return [str(BIN / name), *map(str, arguments)]


def conformance(
    *arguments: str | Path, cwd: Path | None = None, samples: bool = True, starts_mock: bool = False
) -> Done:
    """Run `audience-conformance` in this process, and its mock too: quicker than processes of their own.

    Args:
        arguments: the words of the command line.
        cwd: the working directory, by default that of the tests.
        samples: with the sample checks in place of the real ones.
        starts_mock: the mock of a run without --url is a process, as users have it.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(environment()):
            patch.delenv(name)
        if cwd is not None:
            patch.chdir(cwd)
        if not starts_mock:
            patch.setattr(local_mock, "start", mock_in_process.start)
        if samples:
            patch.syspath_prepend(str(SAMPLES))
            patch.setattr(registry, "all_checks", lambda: list(importlib.import_module("sample_checks").SAMPLES))
        registry.rules_without_check.cache_clear()  # it depends on the checks
        done = CliRunner().invoke(cli.main, list(map(str, arguments)))
    registry.rules_without_check.cache_clear()
    return Done(done.exit_code, done.stdout, done.stderr)


def conformance_process(*arguments: str | Path, cwd: Path | None = None, samples: bool = True) -> Done:
    """Run `audience-conformance` as a process."""
    return run_process(command("audience-conformance", *arguments), cwd, environment(samples=samples))


def pytest_suite(*arguments: str | Path, cwd: Path, samples: bool = True) -> Done:
    """Run `pytest --pyargs audience_conformance` as a process."""
    return run_process(
        pytest_command("--pyargs", "audience_conformance", *arguments), cwd, environment(samples=samples)
    )


def pytest_command(*arguments: str | Path) -> list[str]:
    """A command line of pytest without plugins that take long to load."""
    without = [word for name in ("schemathesis", "hypothesispytest", "anyio") for word in ("-p", f"no:{name}")]
    return command("pytest", *without, *arguments)


def run_process(started: list[str], cwd: Path | None, env: dict[str, str]) -> Done:
    done = subprocess.run(started, capture_output=True, text=True, check=False, timeout=120, cwd=cwd, env=env)
    return Done(done.returncode, done.stdout, done.stderr)


def snapshot(url: str) -> dict[str, Any]:
    """The readable state of a mock with the local seed."""
    with httpx.Client(base_url=f"{url}{BASE}") as client:

        def get(path: str) -> Any:
            return client.get(path).raise_for_status().json()

        shown: dict[str, Any] = {}
        for application in (APPLICATION, OTHER_APPLICATION):
            for path in (DEFINITIONS, GROUPS):
                items = [
                    item
                    for page in (1, 2)
                    for item in get(f"/{application}{path}?page_size=100&page_no={page}")["items"]
                ]
                shown[f"{application}{path}"] = items
            for path in ("/user_group/tags", "/user_group/categories"):
                shown[f"{application}{path}"] = get(f"/{application}{path}")
        shown["members"] = get(f"/{APPLICATION}{GROUPS}/{GROUP}/users?page_size=100")
        for user in seed()[f"559/{APPLICATION}"]["users"][:5]:
            path = f"/{APPLICATION}/user_attribute/user/{user['user_id']}?page_size=100"
            shown[user["user_id"]] = get(path)["items"]
        return shown


@contextmanager
def recording_proxy(target: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """A server that forwards requests to the target and records (method, path, body) of each."""
    received: list[tuple[str, str, str]] = []

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # an answer in one packet, or it waits for the client's acknowledgement

        def _forward(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            received.append((self.command, self.path, content.decode()))
            headers = {name: value for name, value in self.headers.items() if name == "Content-Type"}
            answer = client.request(self.command, f"{target}{self.path}", content=content, headers=headers)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815 (as http.server has it)

        def log_message(self, *_: object) -> None:
            pass

    with httpx.Client() as client, http_server(Proxy) as origin:
        yield origin, received


def without_run_id(text: str) -> str:
    return re.sub(r"acs-[0-9a-f]{8}-", "acs-RUN-", text)
