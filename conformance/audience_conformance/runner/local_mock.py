"""The target of a run without --url: the command `audience-mock` in a process of its own, with a complete seed.

The suite knows only its command and its URL, and shares no code with it.
"""

import json
import os
import select
import shutil
import subprocess
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from audience_conformance.runner import local_seed
from audience_conformance.runner.preflight import CannotRun
from audience_conformance.settings.settings import PREREQUISITES, Settings

COMMAND = "audience-mock"
START_TIME = 60.0
"""Seconds in which it must print its URL."""
_STOP_TIME = 5.0
_JOB_DELAY = "0.005"


class _FileServer(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class LocalMock:
    """A mock that runs until `stop`."""

    url: str
    users_file_url: str
    stop: Callable[[], None]

    def apply_to(self, settings: Settings) -> Settings:
        """The settings with this mock as the target; its prerequisites are defaults."""
        defaults = {
            "other_application": local_seed.OTHER_APPLICATION,
            "group_id": local_seed.GROUP,
            "users_file_url": self.users_file_url,
            "locked_definition": local_seed.LOCKED,
            "validated_definition": local_seed.VALIDATED,
        }
        values: dict[str, Any] = {name: getattr(settings, name) or defaults[name] for name in PREREQUISITES}
        return replace(settings, url=self.url, mock_started=True, **values)


def start() -> LocalMock:
    """Start the mock on a free port.

    Raises:
        CannotRun: it is not installed or does not start.
    """
    command = Path(sysconfig.get_path("scripts")) / COMMAND
    if not command.exists():
        raise CannotRun(f"{COMMAND} is not installed beside this Python; name a target with --url")
    with ExitStack() as cleanup:
        folder = Path(tempfile.mkdtemp(prefix="audience-conformance-mock-"))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        process = _spawn(command, folder)
        cleanup.callback(_stop, process)
        url = _url_of(process, folder)
        files = ThreadingHTTPServer(("127.0.0.1", 0), partial(_FileServer, directory=folder / "files"))
        cleanup.callback(files.server_close)
        threading.Thread(target=files.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        cleanup.callback(files.shutdown)
        return LocalMock(url, f"http://127.0.0.1:{files.server_port}/users.csv", cleanup.pop_all().close)


def _spawn(command: Path, folder: Path) -> subprocess.Popen[bytes]:
    seed = folder / "seed.yaml"
    (folder / "files").mkdir()
    (folder / "files" / "users.csv").write_text(local_seed.users_file(), encoding="utf-8")
    seed.write_text(json.dumps(local_seed.seed()), encoding="utf-8")  # JSON is YAML
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 (our own command)
            [command, "--port", "0", "--seed", seed, "--job-delay", _JOB_DELAY],
            stdout=subprocess.PIPE,
            stderr=log,
            # A Ctrl-C in the terminal must not stop the mock: the run still has to clean up.
            start_new_session=True,
        )


def _url_of(process: subprocess.Popen[bytes], folder: Path) -> str:
    """The URL in its first line. Raises CannotRun if it exits or prints nothing in time."""
    assert process.stdout is not None
    output = b""
    deadline = time.monotonic() + START_TIME
    while b"\n" not in output:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(process.stdout.fileno(), 65536) if ready else b""
        if not chunk:
            log = (folder / "log").read_text(encoding="utf-8", errors="replace").strip()
            raise CannotRun(f"{COMMAND} did not start: {log or 'no output'}; name a target with --url")
        output += chunk
    return output.partition(b"\n")[0].decode().split()[-1]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_TIME)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
