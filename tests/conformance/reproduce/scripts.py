"""A server that answers as it is told, and scripts of findings about it."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.conformance.cli_runner import BASE
from tests.http_server import http_server

from audience_conformance.client.exchange import Answer, Exchange
from audience_conformance.reproduce.quoting import Origin
from audience_conformance.reproduce.shell import script
from audience_conformance.reproduce.slicing import evidence
from audience_conformance.results.finding import Finding
from audience_conformance.results.result import Result

SHELL = shutil.which("dash") or "sh"
PATH = f"{BASE}/64b000000000000000000001"
RUN = "0123abcd"
HOSTILE = (
    "$(touch BROKEN) `touch BROKEN` '; touch BROKEN; ' \" ; touch BROKEN; \" \\ \\' %s %n %% & | > BROKEN\n"
    "\x00\x1b]0;title\x07\r\nEND_OF_AWK\n' \n# ' \u202e æøå 日本語 \x9b !! ~ * {a,b}"
)
"""What a target may answer with."""


class Server(BaseHTTPRequestHandler):
    """Answers each request from `answers` by its method, or by what it has received, and notes it."""

    answers: dict[str, tuple[int, Any]]
    received: list[tuple[str, str, bytes, dict[str, str]]]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.received.append((self.command, self.path, body, dict(self.headers.items())))
        status, content = self.answers.get(self.command, (200, {}))
        content = content(self.received) if callable(content) else content
        sent = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 (as http.server has it)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server(**answers: tuple[int, Any]) -> Iterator[tuple[str, list[tuple[str, str, bytes, dict[str, str]]]]]:
    handler = type("Handler", (Server,), {"answers": answers, "received": []})
    with http_server(handler) as url:
        yield url, handler.received  # type: ignore[attr-defined]


def exchange(method: str, path: str, status: int, answer: Any, body: bytes | None = None, **headers: str) -> Exchange:
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    media = {"content-type": "application/json"}
    return Exchange(method, f"http://127.0.0.1:1{PATH}{path}", sent, body, Answer(status, media, content), 0.01)


def text_of(*exchanges: Exchange, expected: str = "something else", actual: str = "", **secrets: str) -> str:
    return script_of(Finding(expected, actual or str(exchanges[-1].answer)), *exchanges, **secrets)


def script_of(finding: Finding, *exchanges: Exchange, **secrets: str) -> str:
    rests_on = evidence(exchanges, finding)
    assert rests_on is not None
    result = Result(
        "DEF-05", "a_check", "", "failed", expected=finding.expected, actual=finding.actual, rules=["DEF-05"]
    )
    base = f"http://127.0.0.1:1{PATH.partition('/company')[0]}"
    return script(result, finding, rests_on, Origin(base, RUN, secrets, 1))


def run(text: str, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    file = folder / "script.sh"
    file.write_text(text, "utf-8")
    assert subprocess.run([SHELL, "-n", file], check=False).returncode == 0
    done = subprocess.run(
        [SHELL, file, *arguments],
        capture_output=True,
        check=False,
        cwd=folder,
        timeout=30,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder), **environment},
    )
    assert sorted(path.name for path in folder.iterdir()) == ["script.sh"]  # nothing was touched, and nothing is left
    return done


CREATED = {"_id": "650000000000000000000001", "slug": f"acs-{RUN}-s1"}
BODY = json.dumps({"slug": f"acs-{RUN}-s1"}).encode()
