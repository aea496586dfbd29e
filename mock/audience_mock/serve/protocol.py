"""The connection: uvicorn's HTTP protocol with limits and the contract's error shape.

uvicorn answers text/plain to requests that it cannot parse, has no limits for a request's head, waits for ever for
the rest of a request, and loses the body of a request that offers an upgrade.
"""

import asyncio
from copy import copy
from time import monotonic
from typing import Any, NoReturn
from urllib.parse import unquote

import httptools
import uvicorn
from starlette.types import ASGIApp
from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from audience_mock import errors
from audience_mock.errors import Refusal
from audience_mock.middleware.cors import METHODS
from audience_mock.middleware.error_responses import REFUSAL
from audience_mock.middleware.json_response import dump
from audience_mock.serve import malformed
from audience_mock.serve.transport import BufferedTransport, GentleTransport

MAX_HEAD = 64 * 2**10
"""Bytes of a request's header section, and of the trailers and chunk extensions of its body."""
MAX_TARGET = 16 * 2**10
"""Bytes of a request's target."""
PATIENCE = 30.0
"""Seconds for the head of a request, and between two parts of its body."""
LEAST_RATE = 16 * 2**10
"""Bytes of a body that give it one more second than PATIENCE to arrive as a whole."""
_EMPTY_LINE = b"\r\n\r\n"
_BEFORE_LAST = len(_EMPTY_LINE) - 1
_KNOWN_METHOD = b"GET"
"""Stands for a method that the parser does not know."""

STATUS_LINE |= {status: b"HTTP/1.1 %d \r\n" % status for status in range(600, 1000)}  # a real server behind --proxy


class Cycle(RequestResponseCycle):
    """One request and its response."""

    refusal: Refusal | None = None

    def refuse(self, refusal: Refusal, loop: asyncio.AbstractEventLoop) -> None:
        """Refuse a request whose body cannot arrive any more; the connection ends with the response."""
        self.refusal, self.keep_alive = refusal, False
        self.scope[REFUSAL] = refusal  # type: ignore[literal-required]
        self.transport = GentleTransport(self.transport, loop)  # type: ignore[assignment, arg-type]
        self.message_event.set()

    async def receive(self) -> ASGIReceiveEvent:
        """As uvicorn's. Raises Refusal for a request that was refused."""
        message = await super().receive()
        if self.refusal and message["type"] == "http.request":
            self.message_event.set()  # the next call does not wait either
            raise copy(self.refusal)  # which has no traceback, and so holds nothing of this request
        return message

    async def run_asgi(self, app: ASGIApp) -> None:  # type: ignore[override]
        """As uvicorn's, but a task that the stopping server cancels is no error, and a 500 has the error shape."""
        try:
            await app(self.scope, self.receive, self.send)  # type: ignore[arg-type]
        except asyncio.CancelledError:
            self.transport.abort()
        except BaseException as error:  # noqa: BLE001 (logged)
            self._crashed("Exception in ASGI application", error)
        else:
            if not self.response_complete and not self.disconnected and not self.transport.is_closing():
                self._crashed("ASGI callable returned without completing response.")
        finally:
            self.on_response = lambda: None

    def _crashed(self, message: str, error: BaseException | None = None) -> None:
        self.logger.error(message, exc_info=error)
        if not self.response_started and not self.transport.is_closing():
            has_content = self.scope["method"] != "HEAD"
            self.transport.write(_response(errors.crashed(error), self.default_headers, has_content=has_content))
        self.transport.close()


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol over a buffered transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(BufferedTransport(transport, self.loop))  # type: ignore[arg-type]
        self._stage = "idle"  # between two requests; then "head", "body"; "closed": nothing more is read
        self._head = b""  # as much as has arrived of an incomplete head
        self._is_unfed = False  # is the parser still to see that head, because it is the begin of a method
        self._method: str | None = None  # of the request, if the parser does not know it
        self._left: int | None = None  # bytes that are still to come of a body with Content-Length
        self._end = b""  # of the newest data: the begin of an empty line may be in it
        self._has_content = False  # was there content of a body in what was fed last
        self._overhead = 0  # bytes of the body that were chunk extensions or trailers
        self._refusal: Refusal | None = None  # of a request without a usable head
        self._running: RequestResponseCycle | None = None
        self._waits_since = monotonic()
        self._body_until = 0.0  # when the body must have arrived; later with each part that arrives

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._running is not None and not self._running.response_complete:  # an earlier one of a pipeline
            self._running.disconnected = True
            self._running.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    # --- input -------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Feed the parser part by part: no part has more than one head, or more than one body."""
        self._unset_keepalive_if_required()
        start = 0
        while start < len(data) and self._stage != "closed":
            end = self._end_of_part(data, start)
            self._feed(data[start:end])
            start = end
        self._end = (self._end + data[-_BEFORE_LAST:])[-_BEFORE_LAST:]

    def _end_of_part(self, data: bytes, start: int) -> int:
        """A head, and a body in chunks, end with an empty line; also a chunk may have one, where a cut does no harm."""
        if self._stage == "body" and self._left:
            return start + self._left
        if start == 0 and self._end:
            across = (self._end + data[:_BEFORE_LAST]).find(_EMPTY_LINE)
            if across >= 0:
                return across + len(_EMPTY_LINE) - len(self._end)
        found = data.find(_EMPTY_LINE, start)
        return len(data) if found < 0 else found + len(_EMPTY_LINE)

    def _feed(self, part: bytes) -> None:
        was = self._stage
        if was == "body":
            self._waits_since = monotonic()
        if self._is_unfed:
            part, self._head, self._is_unfed = self._head + part, b"", False
        if was != "body":
            self._head += part
        self._has_content = False
        try:
            self.parser.feed_data(part)
        except httptools.HttpParserUpgrade:
            self._decline_upgrade()
        except httptools.HttpParserError as error:
            self._fail(str(error))
        else:
            self._check_size(part, was)

    def _check_size(self, part: bytes, was: str) -> None:
        if self._stage == "head":
            if len(self.url) > MAX_TARGET:
                self._refuse(errors.target_too_long(MAX_TARGET))
            elif len(self._head) > MAX_HEAD:
                self._refuse(errors.head_too_large(MAX_HEAD))
        elif self._stage == "idle":
            self._head = b""  # an empty line before a request
        elif was == "body" and not self._has_content:
            self._overhead += len(part)
            if self._overhead > MAX_HEAD:
                self._refuse_body(errors.head_too_large(MAX_HEAD))

    def _decline_upgrade(self) -> None:
        """Parse a request again without its offer of an upgrade (RFC 9110, 7.8)."""
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        if method == b"CONNECT":
            target = self.url.decode("latin-1")
            self._refuse(errors.method_not_allowed("CONNECT", target, METHODS))
            return
        fields = b"".join(b"%s: %s\r\n" % field for field in malformed.without_upgrade(self.headers))
        self._restart()
        self._feed(b"%s %s HTTP/%s\r\n%s\r\n" % (method, self.url, version, fields))

    def _restart(self) -> None:
        """Begin the head of this request anew."""
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._stage, self._head = "idle", b""

    def _fail(self, reason: str) -> None:
        """Refuse what the parser does not accept. A method that it does not know is for the application to refuse."""
        if self._stage == "body":
            self._refuse_body(errors.malformed_body(reason))
            return
        if self._refusal:
            self._refuse(self._refusal)
            return
        head = self._head.lstrip(b"\r\n")
        if self._method:
            head = self._method.encode() + head[len(_KNOWN_METHOD) :]
        method = None if self._method else malformed.unknown_method(head)
        if method is None:
            self._refuse(malformed.problem(head, reason))
            return
        self._restart()
        if method == head:
            self._stage, self._head, self._is_unfed = "head", head, True
        else:
            self._method = method.decode("ascii")
            self._feed(_KNOWN_METHOD + head[len(method) :])

    def _refuse_body(self, refusal: Refusal) -> None:
        """Refuse the request whose body is arriving, after the requests before it, and close the connection."""
        self._stage = "closed"
        if self.cycle.response_complete:
            self.transport.close()
        elif isinstance(self.cycle, Cycle):
            self.cycle.refuse(refusal, self.loop)

    def _refuse(self, refusal: Refusal) -> None:
        """Refuse a request without a usable head, after the requests before it, and close the connection."""
        self._stage, self._refusal = "closed", refusal
        if self.cycle is None or self.cycle.response_complete:
            self._send_refusal(refusal)

    def _send_refusal(self, refusal: Refusal) -> None:
        if not self.transport.is_closing():
            headers = [*self.server_state.default_headers, *malformed.cors_headers(self.headers or [])]
            self.transport.write(_response(refusal, headers, has_content=not self._asks_for_head()))
            GentleTransport(self.transport, self.loop).close()  # type: ignore[arg-type]

    def _asks_for_head(self) -> bool:
        """Does the refused head have the method HEAD, whose responses have no body."""
        return self._head.lstrip(b"\r\n").startswith(b"HEAD ")

    # --- callbacks of the parser -------------------------------------------------------------------

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._stage == "idle":
            self._waits_since = monotonic()
        self._stage, self._left = "head", None

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._stage != "head":
            return  # a trailer, which is not one of the request's headers (RFC 9110, 6.5.1)
        name, value = name.lower(), value.strip(b" \t")  # blanks around a value are no part of it (RFC 9112, 5.1)
        if name == b"content-length" and value.isdigit():
            self._left = int(value)
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """As uvicorn's, which knows no limits and no errors of its own."""
        parser, scope, url = self.parser, self.scope, self.url
        if parser.should_upgrade():
            return  # see _decline_upgrade
        version = parser.get_http_version()
        scope["method"] = self._method or parser.get_method().decode("ascii")
        self._method = None
        if version != "1.1":
            scope["http_version"] = version
        if len(url) > MAX_TARGET:
            self._stop_parsing(errors.target_too_long(MAX_TARGET))
        if len(self._head) > MAX_HEAD and sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD:
            self._stop_parsing(errors.head_too_large(MAX_HEAD))
        try:
            target = httptools.parse_url(url)
        except httptools.HttpParserError:
            self._stop_parsing(errors.malformed_target(url.decode("latin-1")))
        if wrong := malformed.host_problem(self.headers, version):
            self._stop_parsing(wrong)
        raw_path = target.path or b"/"
        path = raw_path.decode("ascii")
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = raw_path
        scope["query_string"] = target.query or b""
        self._stage, self._head, self._overhead = "body", b"", 0
        self._body_until = monotonic() + PATIENCE
        earlier = self.cycle
        self.cycle = Cycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        if earlier is None or earlier.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def _stop_parsing(self, refusal: Refusal) -> NoReturn:
        """The parser turns the exception into one of its own. A refusal would hold this connection by its traceback."""
        self._refusal = refusal
        raise ValueError

    def on_body(self, body: bytes) -> None:
        self._has_content = True
        self._body_until += len(body) / LEAST_RATE
        if self._left is not None:
            self._left -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._stage == "body":  # not the head of a request that offers an upgrade
            self._stage = "idle"
            super().on_message_complete()

    # --- the end of a response, of patience, of the server -----------------------------------------

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._refusal and self.cycle.response_complete and not self.pipeline:
            self._unset_keepalive_if_required()
            self._send_refusal(self._refusal)

    def check_patience(self, now: float) -> None:
        """Refuse a request that has not arrived in time; called about once a second."""
        if self.flow.read_paused:
            self._waits_since = now
            self._body_until = max(self._body_until, now + PATIENCE)
        elif now - self._waits_since < PATIENCE:
            if self._stage == "body" and now >= self._body_until:
                self._refuse_body(errors.too_slow_a_body(PATIENCE, LEAST_RATE))
        elif self._stage == "body":
            self._refuse_body(errors.too_slow(PATIENCE))
        elif self.cycle is not None and not self.cycle.response_complete:
            return  # its response is under way
        elif self._stage == "head":
            self._refuse(errors.too_slow(PATIENCE))
        elif self.timeout_keep_alive_task is None:
            self.transport.close()

    def give_up(self) -> None:
        """Refuse a request whose body has not arrived, because the server stops."""
        if self._stage == "body":
            self._refuse_body(errors.stopping())


def _response(refusal: Refusal, headers: list[tuple[bytes, bytes]], *, has_content: bool) -> bytes:
    content = dump(refusal.body())
    more = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in refusal.headers.items()]
    length = b"%d" % len(content)
    always = [(b"content-type", b"application/json"), (b"content-length", length), (b"connection", b"close")]
    lines = b"".join(b"%s: %s\r\n" % field for field in [*headers, *more, *always])
    return STATUS_LINE[refusal.status] + lines + b"\r\n" + (content if has_content else b"")


def config(app: ASGIApp, **options: Any) -> uvicorn.Config:
    """Uvicorn's configuration, without the features that a mock does not need and each request would pay for."""
    return uvicorn.Config(app, http=Protocol, ws="none", proxy_headers=False, lifespan="on", **options)
