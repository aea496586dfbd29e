"""Trouble on the way to the target: what is not the target's own answer, and how a request goes on after it."""

import time
from collections import Counter
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    SSLError,
)
from urllib3.exceptions import (
    TimeoutError as TimedOut,
)

from audience_conformance.client.exchange import Answer
from audience_conformance.results.finding import Skip
from audience_conformance.results.result import MORE_TIME

PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)
"""Seconds before each repetition of a request."""
MAX_WAIT = 60.0
"""Seconds of the longest Retry-After that the run waits for."""
MAX_REFUSALS = 12
"""How often a request is sent again after a 429."""
GATEWAY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "PATCH"})
"""Methods that have the same effect once and twice."""
CLOSED_KEPT = "a kept-alive connection was closed without an answer"
CLOSED_NEW = "a new connection was closed without an answer"
BROKE = "the connection broke"
CANNOT_CONNECT = "cannot connect"
TOO_MANY = "429 Too Many Requests"


class OutOfTime(Skip):
    """The time of the run is up."""

    def __init__(self) -> None:
        super().__init__(MORE_TIME)


class Unreachable(Exception):
    """A request got no answer of the target itself.

    Args:
        request: its method and URL.
        why: what happened.
        kind: the same in a few words, to count it by; by default `why`.
        performed: the target may have done what the request asks.
        repeats: how often the request may be sent again.
        wait: seconds to wait before that, if the answer said so.
        fatal: no further request will be answered, so the run ends.
    """

    def __init__(
        self,
        request: str,
        why: str,
        *,
        kind: str = "",
        performed: bool = False,
        repeats: int = 0,
        wait: float | None = None,
        fatal: bool = False,
    ) -> None:
        super().__init__(f"{request}: {why}")
        self.request = request
        self.why = why
        self.kind = kind or why
        self.performed = performed
        self.repeats = repeats
        self.wait = wait
        self.fatal = fatal

    @property
    def passing(self) -> bool:
        """Is it of a kind that may not come again."""
        return self.repeats > 1 and not self.fatal

    @property
    def repeats_at_start(self) -> int:
        """How often the first request of a run may be sent again: a server that is not there need not be waited for."""
        return 0 if self.kind.startswith(CANNOT_CONNECT) else self.repeats

    @property
    def closed(self) -> bool:
        """Was a connection closed in place of an answer, with no request before it to blame."""
        return self.kind == CLOSED_NEW


def no_answer(request: str, error: HTTPError, why: str, before: str, seconds: float) -> Unreachable:
    """The trouble of a request without an answer.

    Args:
        request: its method and URL.
        error: what happened.
        why: the same for people.
        before: the request before it on the same connection, "" on a new one.
        seconds: the timeout.
    """
    many = len(PAUSES)
    if isinstance(error, SSLError):
        repeats = 0 if "CERTIFICATE" in why.upper() else many
        return Unreachable(request, why, kind=f"TLS error: {why}", repeats=repeats)
    if isinstance(error, ProxyError):
        return Unreachable(request, why, kind=f"{CANNOT_CONNECT} to the proxy: {why}", repeats=many)
    if isinstance(error, NewConnectionError | NameResolutionError):
        return Unreachable(request, why, kind=f"{CANNOT_CONNECT}: {why}", repeats=many)
    if isinstance(error, TimedOut):
        kind = f"{CANNOT_CONNECT} in time" if isinstance(error, ConnectTimeoutError) else "no complete answer in time"
        return Unreachable(request, f"{kind}, {seconds:g} s: {why}", kind=kind, performed=True, repeats=1)
    if isinstance(error, ProtocolError) and "without response" in why:
        kind = CLOSED_KEPT if before else CLOSED_NEW
        more = f" (the request before it: {before})" if before else ""
        return Unreachable(request, f"{kind}{more}", kind=kind, performed=True, repeats=many)
    if before and isinstance(error, ProtocolError):
        why = f"{why} (the request before it: {before})"
    return Unreachable(request, why, kind=BROKE, performed=True, repeats=many)


def gateway_trouble(request: str, answer: Answer) -> Unreachable | None:
    """The trouble that an answer shows, if a gateway or a limit gave it in place of the target."""
    status = answer.status
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return Unreachable(request, "407 from the proxy", repeats=2)
    if status != HTTPStatus.TOO_MANY_REQUESTS and status not in GATEWAY:
        return None
    wait = retry_after(answer.headers.get("retry-after"))
    is_long = wait is not None and wait > MAX_WAIT
    if status in GATEWAY:
        own = is_own_error(answer)
        why = f"{status} of the target" if own else f"{status} from the gateway"
        repeats = 2 if own else len(PAUSES)
        return Unreachable(request, why, performed=True, repeats=repeats, wait=None if is_long else wait)
    if is_long:
        return Unreachable(request, f"{TOO_MANY}, and again in {wait:.0f} s: give a --rate-limit", kind=TOO_MANY)
    return Unreachable(request, TOO_MANY, repeats=MAX_REFUSALS, wait=wait)


def is_own_error(answer: Answer) -> bool:
    """Has an error the contract's shape."""
    body = answer.json
    return isinstance(body, dict) and body.get("status_code") == answer.status and isinstance(body.get("message"), str)


def retry_after(text: str | None) -> float | None:
    """The seconds that a Retry-After asks for; None without a valid one."""
    if not text:
        return None
    if text.strip().isdecimal():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


@dataclass
class TroubleLog:
    """The trouble of a run by kind: how often, and the first time in full."""

    times: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, trouble: Unreachable) -> None:
        self.times[trouble.kind] += 1
        self.first.setdefault(trouble.kind, trouble.request if trouble.kind == trouble.why else str(trouble))

    def take(self) -> list[tuple[str, int, str]]:
        """The kinds with their numbers and first times, which are forgotten."""
        taken = [(kind, number, self.first[kind]) for kind, number in self.times.items()]
        self.times.clear()
        self.first.clear()
        return taken
