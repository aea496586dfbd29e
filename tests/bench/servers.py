"""Every server of the comparison: how it is started, in the fastest way that its makers recommend."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.bench.scenarios import FOLDER, ROOT

PEERS = Path(__file__).with_name("peers")
_MODULES = FOLDER / "node_modules"
_PYTHON = sys.executable
_UVICORN = shlex.split("--loop uvloop --http httptools --no-access-log --log-level warning")
# One core: the serial collector is the quickest there, and what the JVM itself would choose.
_JAVA = shlex.split("java -XX:+UseSerialGC -Xms256m -Xmx1g")


@dataclass(frozen=True)
class Server:
    """A server of the comparison.

    Args:
        name: for --only.
        title: in the tables.
        about: what it does with a request.
        command: how it is started on a port, from `folder`.
        version: which it is.
        needs: the programs that it needs, apart from Python.
        folder: where it is started.
    """

    name: str
    title: str
    about: str
    command: Callable[[int], list[str]]
    version: Callable[[], str]
    needs: tuple[str, ...] = ()
    folder: Path = ROOT

    @property
    def is_from_npm(self) -> bool:
        return self.folder == FOLDER

    def missing(self) -> str | None:
        """Why it cannot run here; None where it can."""
        lacking = [program for program in self.needs if not shutil.which(program)]
        return f"no {' and no '.join(lacking)}" if lacking else None


def _uvicorn(application: str, port: int, *more: str) -> list[str]:
    return [_PYTHON, "-m", "uvicorn", application, "--port", str(port), *_UVICORN, *more]


def _ours(port: int, *more: str) -> list[str]:
    return [str(Path(_PYTHON).with_name("audience-mock")), "--port", str(port), *more]


def _npm(package: str) -> str:
    return str(json.loads((_MODULES / package / "package.json").read_bytes())["version"])


def _pinned(package: str) -> str:
    return str(json.loads((PEERS / "package.json").read_bytes())["dependencies"][package])


def _connexion_version() -> str:
    return f"connexion {version('connexion')}"


def _ours_version() -> str:
    return f"audience-mock {version('audience-contract')}"


SERVERS = (
    Server(
        "floor",
        "raw ASGI on uvicorn",
        "the floor: canned, no routing, no validation",
        lambda port: _uvicorn("tests.bench.floor:app", port, "--lifespan", "off"),
        lambda: f"uvicorn {version('uvicorn')}, uvloop {version('uvloop')}",
    ),
    Server("ours", "audience-mock", "real state, full validation, journal on", _ours, _ours_version),
    Server(
        "ours-checked",
        "audience-mock --check-responses",
        "the same, and every answer validated",
        lambda port: _ours(port, "--check-responses"),
        _ours_version,
    ),
    Server(
        "connexion",
        "Connexion",
        "canned, requests validated",
        lambda port: _uvicorn("tests.bench.connexion_app:plain", port, "--factory"),
        _connexion_version,
    ),
    Server(
        "connexion-checked",
        "Connexion, responses validated",
        "canned, requests and answers validated",
        lambda port: _uvicorn("tests.bench.connexion_app:checking", port, "--factory"),
        _connexion_version,
    ),
    Server(
        "prism",
        "Prism",
        "canned examples, requests validated; one process, silent",
        lambda port: [
            *shlex.split(f"node node_modules/@stoplight/prism-cli/dist/index.js mock -m false -v silent -p {port}"),
            *shlex.split("-h 127.0.0.1 fragment.yaml"),
        ],
        lambda: f"@stoplight/prism-cli {_npm('@stoplight/prism-cli')}, node {_program('node')}",
        ("npm", "node"),
        FOLDER,
    ),
    Server(
        "mockoon",
        "Mockoon CLI",
        "canned, no validation; no admin API, no log file, no transaction log",
        lambda port: [
            *shlex.split(f"node node_modules/@mockoon/cli/bin/run.js start --data mockoon.json --port {port}"),
            *shlex.split("--hostname 127.0.0.1 --disable-log-to-file --disable-admin-api --max-transaction-logs 0"),
        ],
        lambda: f"@mockoon/cli {_npm('@mockoon/cli')}, node {_program('node')}",
        ("npm", "node"),
        FOLDER,
    ),
    Server(
        "wiremock",
        "WireMock",
        "canned stubs, no validation; journal, request log, templates and gzip off",
        lambda port: [
            *_JAVA,
            *shlex.split(
                f"-jar node_modules/wiremock/build/wiremock-standalone-{_pinned('wiremock')}.jar --port {port}"
            ),
            *shlex.split("--bind-address 127.0.0.1 --root-dir wiremock --no-request-journal --disable-request-logging"),
            *shlex.split("--disable-response-templating --disable-extensions-scanning --disable-gzip --disable-banner"),
        ],
        lambda: f"wiremock {_npm('wiremock')}, java {_program('java')}",
        ("npm", "java"),
        FOLDER,
    ),
    Server(
        "specmatic",
        "Specmatic",
        "canned examples, requests validated; no console log, no reloading",
        lambda port: [
            *_JAVA,
            *shlex.split(f"-jar node_modules/specmatic/specmatic.jar stub --host 127.0.0.1 --port {port}"),
            *shlex.split("--noConsoleLog --hot-reload disabled --data fragment_examples fragment.yaml"),
        ],
        lambda: f"specmatic {_npm('specmatic')}, java {_program('java')}",
        ("npm", "java"),
        FOLDER,
    ),
)


def _program(name: str) -> str:
    """The version that a program on the path tells."""
    done = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).splitlines()[0].removeprefix("openjdk ").lstrip("v")


def install(servers: list[Server]) -> str | None:
    """Install the servers that come from npm, where some of them are wanted; why it failed, or None."""
    if not any(server.is_from_npm for server in servers) or not shutil.which("npm"):
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PEERS / name, FOLDER / name)
    installed, wanted = FOLDER / "installed-lock.json", (PEERS / "package-lock.json").read_bytes()
    if _MODULES.is_dir() and installed.is_file() and installed.read_bytes() == wanted:
        return None
    print("Installing the other servers from npm into .cache/bench (once) ...", flush=True)
    done = subprocess.run(
        shlex.split("npm ci --ignore-scripts --no-audit --no-fund --loglevel=error"),
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return f"npm ci failed: {(done.stderr or done.stdout).strip()[-300:]}"
    installed.write_bytes(wanted)
    return None
