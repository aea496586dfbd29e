"""The server under test: where it is, how to send it requests, and a record of them."""

import base64
import json
import shlex
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from urllib3 import HTTPHeaderDict
from urllib3.exceptions import HTTPError

from audience_conformance.client.connections import connections_to, reason
from audience_conformance.contract.document import contract

MAX_BODY_SHOWN = 4000
USUAL_HEADERS = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": "audience-conformance"}
"""Default headers; a curl command without them sends the same, except Accept-Encoding."""


@dataclass(frozen=True)
class Options:
    """What a run needs to know about its target.

    Args:
        url: the server's origin, with or without the base path.
        headers: sent with every request; their values are secret.
        company_id: the company that the run uses.
        application_id: the application that the run uses.
        other_application_id: a second application of the company, for the tenant rules.
        group_id: a group with users, which is only read.
        users_file_url: a CSV file of users that the target can read.
        locked_definition_id: a locked definition that the run may try to change and delete.
        validated_definition_id: a definition with validations whose values the run may set.
        timeout: seconds for one request.
        async_timeout: seconds for an asynchronous effect.
        consistency: seconds after a write until a read must show it.
        rate: the most requests per second; 0 for no limit.
        writes: may the run create, change and delete resources.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    company_id: str = "559"
    application_id: str = "64b000000000000000000001"
    other_application_id: str | None = None
    group_id: str | None = None
    users_file_url: str | None = None
    locked_definition_id: str | None = None
    validated_definition_id: str | None = None
    timeout: float = 10.0
    async_timeout: float = 10.0
    consistency: float = 0.0
    rate: float = 0.0
    writes: bool = True

    @property
    def base_url(self) -> str:
        """The URL with the contract's base path."""
        base_path: str = contract()["servers"][0]["url"]
        url = self.url.rstrip("/")
        return url if urlsplit(url).path.endswith(base_path) else f"{url}{base_path}"


@dataclass(frozen=True)
class Answer:
    """A response of the target."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The body as JSON, None if it is not JSON."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    @property
    def ok(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    def __str__(self) -> str:
        body = self.text if len(self.text) <= MAX_BODY_SHOWN else f"{self.text[:MAX_BODY_SHOWN]}…"
        return f"{self.status} {body}".strip()


@dataclass(frozen=True)
class Exchange:
    """One request and its response, which is None if there was none."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    answer: Answer | None
    seconds: float

    @property
    def json(self) -> Any:
        """The request's body as JSON; `...` if it has none, or one that is not JSON."""
        try:
            return json.loads(self.body) if self.body else ...
        except ValueError:
            return ...

    def curl(self, secrets: Mapping[str, str]) -> str:
        """The request as a command line; a header in `secrets` shows a variable in place of its value."""
        words = ["curl", "-sS"]
        if self.method != "GET":
            words += ["-X", self.method]
        for name, value in self.headers:
            if name.lower() in secrets:
                words += ["-H", f'"{name}: {secrets[name.lower()]}"']
            else:
                words += ["-H", shlex.quote(f"{name}: {value}")]
        if self.body:
            text = self.body.decode("utf-8", "replace")
            if text.isprintable() and text.encode() == self.body:
                words += ["--data-raw", shlex.quote(text)]
            else:  # not text, or with characters that do not survive copy and paste
                encoded = base64.b64encode(self.body).decode()
                return f"echo {encoded} | base64 -d | {' '.join(words)} --data-binary @- {shlex.quote(self.url)}"
        return " ".join([*words, shlex.quote(self.url)])


@dataclass
class Trace:
    """The requests since the last `restart`: the sequence that a finding shows."""

    exchanges: list[Exchange] = field(default_factory=list)
    setup: list[Exchange] = field(default_factory=list)
    started: bool = False

    def restart(self) -> None:
        """Clear the requests; those before the first restart are the set-up of the check and stay."""
        if not self.started:
            self.setup += self.exchanges
            self.started = True
        self.exchanges.clear()

    @property
    def sequence(self) -> list[Exchange]:
        """The set-up, and the requests since the last restart."""
        return [*self.setup, *self.exchanges]


class Unreachable(Exception):
    """A request got no response: `request` is its method and URL, `why` the reason."""

    def __init__(self, request: str, why: str) -> None:
        super().__init__(f"{request}: {why}")
        self.why = why


class Target:
    """Sends requests at the allowed rate and counts them. Thread-safe."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.sent = 0
        self._connections = connections_to(options.base_url, options.timeout)
        self._lock = threading.Lock()
        self._next = 0.0
        self.secrets = {
            name.lower(): "Bearer $TOKEN" if value.lower().startswith("bearer ") else "$TOKEN"
            for name, value in options.headers
        }

    def url(self, path: str, query: Mapping[str, Any] | None = None, *, tenant: tuple[str, str] | None = None) -> str:
        """The URL of an encoded path below the application."""
        company_id, application_id = tenant or (self.options.company_id, self.options.application_id)
        path = f"/company/{quote(company_id, safe='')}/application/{quote(application_id, safe='')}{path}"
        text = urlencode({key: _text(value) for key, value in (query or {}).items() if value is not None})
        return f"{self.options.base_url}{path}{'?' if text else ''}{text}"

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, trace: Trace | None
    ) -> Answer:
        """Send one request, and record it in the trace.

        Raises:
            Unreachable: it got no response.
        """
        self._wait_for_turn()
        own_headers = (*self.options.headers, *headers.items())
        all_headers = HTTPHeaderDict(USUAL_HEADERS)
        for name, _ in own_headers:
            all_headers.discard(name)
        for name, value in own_headers:
            all_headers.add(name, value)
        started = time.monotonic()
        answer: Answer | None = None
        try:
            response = self._connections.urlopen(
                method, url, body=body, headers=all_headers, redirect=False, retries=False
            )
            answer = Answer(response.status, response.headers, response.data)
        except HTTPError as error:
            raise Unreachable(f"{method} {url}", reason(error)) from error
        finally:
            self.sent += 1
            if trace is not None:
                seconds = time.monotonic() - started
                trace.exchanges.append(Exchange(method, url, own_headers, body, answer, seconds))
        return answer

    def _wait_for_turn(self) -> None:
        if not self.options.rate:
            return
        with self._lock:
            now = time.monotonic()
            wait = self._next - now
            self._next = max(now, self._next) + 1 / self.options.rate
        if wait > 0:
            time.sleep(wait)

    def close(self) -> None:
        self._connections.clear()


def is_loopback(url: str) -> bool:
    """Is the URL's host this machine, by its name alone."""
    host = (urlsplit(url).hostname or "").lower().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
