"""The server under test: where it is, and how to send it requests."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from urllib3 import HTTPHeaderDict
from urllib3.exceptions import HTTPError

from audience_conformance.client.connections import MAX_ANSWER, Connections, Route, TooLarge, reason
from audience_conformance.client.exchange import Answer, Exchange, Trace
from audience_conformance.client.har import HarLog
from audience_conformance.client.header_command import HeaderCommand, HeaderCommandError
from audience_conformance.client.pace import Pace
from audience_conformance.client.trouble import (
    CLOSED_KEPT,
    GATEWAY,
    PAUSES,
    REPEATABLE,
    TOO_MANY,
    OutOfTime,
    TroubleLog,
    Unreachable,
    gateway_trouble,
    is_own_error,
    no_answer,
)
from audience_conformance.contract.document import contract

MAX_CLOSED_KEPT = 3
"""After so many kept-alive connections were closed without an answer, each request has its own."""
_NOT_ALLOWED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_PROBES = ("/user_group/tags", "/user_attribute/definition")
"""Plain reads: if all are refused, everything is."""
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
        validated_definition_id: a definition with validations; the run may set values and change the description.
        timeout: seconds for one request, from connecting to the last byte of its answer.
        async_timeout: seconds for an asynchronous effect.
        consistency: seconds after a write until a read must show it.
        rate: the most requests per second; 0 for no limit.
        writes: may the run create, change and delete resources.
        keep: what a check with a finding has made stays.
        proxy: the URL of a proxy, "none", or None for what the environment says.
        tls_verify: "false", the path of the certificates to trust, or None for what the environment says.
        client_cert: the path of a client certificate with its key, or "certificate,key".
        header_command: a command of the shell that prints headers, run again when the target answers 401.
        har_folder: where the requests are written for a HAR report, None for nowhere.
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
    keep: bool = False
    proxy: str | None = None
    tls_verify: str | None = None
    client_cert: str | None = None
    header_command: str | None = None
    har_folder: str | None = None

    @property
    def route(self) -> Route:
        """How connections to the target are made."""
        return Route(self.timeout, self.proxy, self.tls_verify, self.client_cert)

    @property
    def base_url(self) -> str:
        """The URL with the contract's base path."""
        base_path: str = contract()["servers"][0]["url"]
        url = self.url.rstrip("/")
        return url if urlsplit(url).path.endswith(base_path) else f"{url}{base_path}"


class Target:
    """Sends requests at the allowed rate and counts them. Thread-safe. Several targets of one run share a pace.

    It repeats a request that got into trouble on the way, if that is safe. `deadline` is the `time.time` from which it
    sends nothing, or None; `served` says that it has answered before, so that a 401 or 403 to everything is trouble;
    `believes` takes a 502, 503 or 504 in the contract's shape as the target's own answer to any request;
    `refuses_all` says that the last answers were 401 or 403 to everything.
    """

    def __init__(self, options: Options, pace: Pace | None = None) -> None:
        self.options = options
        self.sent = 0
        self.deadline: float | None = None
        self.served = True
        self.believes = False
        self.refuses_all = False
        self.trouble = TroubleLog()
        self._connections = Connections(options.base_url, options.route)
        self._command = HeaderCommand(options.header_command) if options.header_command else None
        self._printed: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._pace = pace or Pace(options.rate)
        self._closed_kept = 0
        self._har = HarLog(Path(options.har_folder)) if options.har_folder else None

    @property
    def secrets(self) -> dict[str, str]:
        """The names of secret headers, in lower case, and what is shown for their values."""
        return {
            name.lower(): "Bearer $TOKEN" if value.lower().startswith("bearer ") else "$TOKEN"
            for name, value in (*self.options.headers, *self._printed)
        }

    @property
    def printed_values(self) -> list[str]:
        """The values of headers that --header-command has printed."""
        return [value for _, value in self._printed]

    def take_trouble(self) -> list[tuple[str, int, str]]:
        """The trouble since the last call: kind, how often, and the first time in full."""
        with self._lock:
            return [
                (
                    kind,
                    number,
                    f"{first}; --rate-limit {self._pace.suggestion} avoids it" if kind == TOO_MANY else first,
                )
                for kind, number, first in self.trouble.take()
            ]

    def url(self, path: str, query: Mapping[str, Any] | None = None, *, tenant: tuple[str, str] | None = None) -> str:
        """The URL of an encoded path below the application."""
        company_id, application_id = tenant or (self.options.company_id, self.options.application_id)
        path = f"/company/{quote(company_id, safe='')}/application/{quote(application_id, safe='')}{path}"
        text = urlencode({key: _text(value) for key, value in (query or {}).items() if value is not None})
        return f"{self.options.base_url}{path}{'?' if text else ''}{text}"

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, trace: Trace | None
    ) -> Answer:
        """Send one request, again if it gets into trouble on the way, and record it in the trace.

        Raises:
            Unreachable: it got no answer of the target itself.
            OutOfTime: the deadline has come.
        """
        started = time.monotonic()
        own_headers = (*self._headers(), *headers.items())
        answer: Answer | None = None
        try:
            answer = self._deliver(method, url, own_headers, body)
        finally:
            if trace is not None:
                seconds = time.monotonic() - started
                trace.exchanges.append(Exchange(method, url, own_headers, body, answer, seconds, started))
        return answer

    def send_once(self, method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes | None) -> Answer:
        """Send one request, and take any answer.

        Raises:
            Unreachable: it got none.
            OutOfTime: the deadline has come.
        """
        self._wait(self._pace.turn())
        all_headers = HTTPHeaderDict(USUAL_HEADERS)
        for name, _ in headers:
            all_headers.discard(name)
        for name, value in headers:
            all_headers.add(name, value)
        request = f"{method} {url}"
        timeout = self._time_left(self.options.timeout)
        answer: Answer | None = None
        started = time.monotonic()
        try:
            response, content = self._connections.request(method, url, headers=all_headers, body=body, timeout=timeout)
            answer = Answer(response.status, response.headers, content)
        except HTTPError as error:
            before = self._connections.before
            through = f"through {self._connections.proxy}: " if self._connections.proxy else ""
            raise no_answer(request, error, f"{through}{reason(error)}", before, self.options.timeout) from error
        except TooLarge:
            raise Unreachable(request, f"the answer has more than {MAX_ANSWER >> 20} MB") from None
        finally:
            with self._lock:
                self.sent += 1
            if self._har is not None:
                seconds = time.monotonic() - started
                hidden = {*self.options.headers, *self._printed}
                self._har.add((method, url, list(all_headers.items()), body), answer, seconds, hidden)
        return answer

    def probe(self) -> Answer:
        """The answer to a plain request. Raises Unreachable."""
        for path in _PROBES:
            answer = self.send_once("GET", self.url(path), self._headers(), None)
            if answer.status not in _NOT_ALLOWED:
                break
        return answer

    def answers(self) -> bool:
        """Does the target answer a plain request; the next one gets a new connection."""
        try:
            self.probe()
        except Unreachable:
            return False
        finally:
            self._connections.clear()
        return True

    # --- trouble ------------------------------------------------------------------------------------------

    def _deliver(self, method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes | None) -> Answer:
        met: list[Unreachable] = []
        while True:
            answer: Answer | None = None
            try:
                answer = self.send_once(method, url, headers, body)
                trouble = self._trouble_in(answer, f"{method} {url}", headers)
                if trouble is None:
                    self._pace.answered()
                    self._note(met)
                    return answer
            except Unreachable as unreachable:
                self._time_left(0.0)
                trouble = unreachable
            attempt = len(met)
            met.append(trouble)
            can_repeat = self._can_repeat(method, url, headers, trouble)
            is_last = attempt >= (trouble.repeats if self.served else trouble.repeats_at_start) or not can_repeat
            if is_last and (can_repeat or self.believes) and answer is not None and self._is_own(answer):
                return answer
            if is_last:
                self._note(met)
                raise trouble
            self._prepare(trouble, attempt)
            headers = self._renewed(headers) if answer is not None else headers

    def _note(self, met: list[Unreachable]) -> None:
        with self._lock:
            for trouble in met:
                self.trouble.add(trouble)

    def _trouble_in(self, answer: Answer, request: str, headers: tuple[tuple[str, str], ...]) -> Unreachable | None:
        """The trouble that an answer shows, or None if it is the target's own."""
        if elsewhere := self.served and _elsewhere(answer):
            return self._interception(request, elsewhere)
        if answer.status not in _NOT_ALLOWED:
            return gateway_trouble(request, answer)
        if not self.served:
            return None
        if answer.status == HTTPStatus.UNAUTHORIZED and self._command:
            self._renew(headers)
        probe = self.probe()
        self.refuses_all = probe.status in _NOT_ALLOWED
        if self.refuses_all:
            fix = "" if self._command else "; --header-command CMD prints a new token"
            why = f"the target now answers {probe.status} to every request: has the token expired?{fix}"
            return Unreachable(request, why, kind=f"{probe.status} to every request", fatal=True)
        return Unreachable(request, f"{answer.status} that other requests did not get", repeats=2, wait=0.0)

    def _interception(self, request: str, elsewhere: str) -> Unreachable | None:
        """The trouble of an answer that is no API's, if plain reads now get one like it."""
        for path in (*_PROBES, "/user_group"):
            if not _elsewhere(self.send_once("GET", self.url(path), self._headers(), None)):
                return None
        why = f"the target now answers every request with {elsewhere}: does a login or a proxy stand before it?"
        return Unreachable(request, why, kind=f"{elsewhere} to every request", fatal=True)

    def _is_own(self, answer: Answer) -> bool:
        """Is an answer the target's own that comes again and again."""
        if answer.status in _NOT_ALLOWED:
            return self.probe().status not in _NOT_ALLOWED
        return answer.status in GATEWAY and is_own_error(answer)

    def _can_repeat(self, method: str, url: str, headers: tuple[tuple[str, str], ...], trouble: Unreachable) -> bool:
        """Is it safe to send a request again: it was not performed, or a second time changes nothing."""
        if not trouble.performed or method in REPEATABLE:
            return True
        try:
            return method == "DELETE" and self._deliver("GET", url, headers, None).ok
        except Unreachable:
            return False

    def _prepare(self, trouble: Unreachable, attempt: int) -> None:
        """Wait until a request may be sent again, on a new connection."""
        if trouble.kind == CLOSED_KEPT:
            self._closed_kept += 1
            self._connections.keep_alive = self._closed_kept < MAX_CLOSED_KEPT
        seconds = trouble.wait if trouble.wait is not None else PAUSES[min(attempt, len(PAUSES) - 1)]
        if trouble.kind == TOO_MANY:
            self._pace.slow_down(seconds)
            return
        self._connections.clear()
        if trouble.kind != CLOSED_KEPT or attempt:
            self._wait(seconds)

    # --- headers and time ---------------------------------------------------------------------------------

    def _headers(self) -> tuple[tuple[str, str], ...]:
        """The headers of every request."""
        return (*self.options.headers, *self._print())

    def _print(self, refused: tuple[tuple[str, str], ...] | None = None) -> tuple[tuple[str, str], ...]:
        """The headers of --header-command. Raises Unreachable."""
        if self._command is None:
            return ()
        try:
            printed = self._command.headers(refused)
        except HeaderCommandError as error:
            raise Unreachable("the headers", str(error), fatal=True) from None
        self._printed.update(printed)
        return printed

    def _renew(self, headers: tuple[tuple[str, str], ...]) -> None:
        """Run --header-command again, if these headers are still its last ones."""
        printed = self._print()
        if set(printed) <= set(headers):
            self._print(refused=printed)

    def _renewed(self, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """These headers with the values that --header-command has printed last."""
        last = self._print()
        names = {name for name, _ in last}
        return (*(pair for pair in headers if pair[0] not in names), *last)

    def _time_left(self, most: float) -> float:
        """Seconds up to the deadline, at most so many. Raises OutOfTime."""
        if self.deadline is None:
            return most
        left = self.deadline - time.time()
        if left <= 0:
            raise OutOfTime
        return min(most, left)

    def _wait(self, seconds: float) -> None:
        """Sleep, up to the deadline. Raises OutOfTime."""
        seconds = self._time_left(seconds)
        if seconds > 0:
            time.sleep(seconds)

    def close(self) -> None:
        self._connections.clear()


def _elsewhere(answer: Answer) -> str:
    """What an answer is in place of one of an API: a redirect, or a page for people; "" if it is neither."""
    if "location" in answer.headers and answer.status in range(300, 400):
        return f"a redirect to {answer.headers['location']}"
    media = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return "an HTML page" if answer.ok and media == "text/html" else ""


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
