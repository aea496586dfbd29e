"""A mock for tests, in this process: `with MockServer(seed="documents") as mock: use(mock.api_url)`."""

from __future__ import annotations

import functools
import importlib
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any, Self

import httpx

from audience_mock.contract.document import DOCUMENTED_TENANT, load_contract
from audience_mock.serve.server import Server
from audience_mock.serve.socket import listen
from audience_mock.session.sessions import HEADER

if TYPE_CHECKING:
    import socket
    from collections.abc import Collection
    from types import TracebackType

    from audience_mock.middleware.framework import ConnexionMiddleware
    from audience_mock.session.sessions import Sessions

_LOADING = threading.Lock()


def create_app(**options: Any) -> ConnexionMiddleware:
    """The mock as an ASGI application, for a client without a port.

    Args:
        options: the fields of `audience_mock.app.Options`.

    Raises:
        SeedProblem: the seed cannot be used.
    """
    return _create(options)[0]


def _create(options: dict[str, Any]) -> tuple[ConnexionMiddleware, Sessions]:
    _load_server()
    from audience_mock.app import Options, create_parts  # noqa: PLC0415

    return create_parts(Options(**options))[:2]


class MockServer:
    """A mock on a free port of loopback while its `with` block runs; each block starts from the seed.

    Args:
        options: the fields of `audience_mock.app.Options`.
    """

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._running: _Running | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        except Exception:
            if error is None:
                raise

    def start(self) -> None:
        """Start, and return when it listens.

        Raises:
            SeedProblem: the seed cannot be used.
            RuntimeError: it is running already.
        """
        if self._running is not None:
            raise RuntimeError(
                f"This MockServer is running already, at {self.url}; create another MockServer for a second one."
            )
        self._running = _Running(*_create(self._options))

    def stop(self) -> None:
        """Stop, and return when its port is free; does nothing if it is not running.

        Raises:
            RuntimeError: the server had failed, with its exception as the cause.
        """
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    @property
    def url(self) -> str:
        """The server's URL, like http://127.0.0.1:40123."""
        if self._running is None:
            raise RuntimeError("This MockServer is not running: use it in a `with` block, or call start().")
        return self._running.url

    @property
    def api_url(self) -> str:
        """The base URL of the documented application: `{api_url}/user_group`."""
        return f"{self.url}{_base_path()}"

    def __str__(self) -> str:
        return self.url

    def sessions(self, name: str) -> dict[str, str]:
        """The request headers for a session, which has its own data."""
        return {HEADER: name}

    def reset(self, to: str | None = None, *, session: str | None = None, keep: Collection[str] = ()) -> None:
        """Reset everything of a session: data, ids, jobs, their progression, fault rules, clock and journal.

        Args:
            to: name of a seed or snapshot; None for the initial seed, whose file is read again if it has changed.
            session: name of the session; None for the default session.
            keep: what to keep: "journal", "faults", "clock", "jobs".

        Raises:
            ValueError: there is no seed or snapshot with this name, no such part to keep, or the seed's file is broken.
        """
        headers = self.sessions(session) if session else {}
        query = {"to": to} if to is not None else {}
        self._control("POST", "/reset", {**query, "keep": keep if isinstance(keep, str) else ",".join(keep)}, headers)

    def end_sessions(self) -> None:
        """End all sessions, reset the default one, and delete all snapshots."""
        self._control("DELETE", "/sessions", {}, {})

    def _control(self, method: str, path: str, query: dict[str, str], headers: dict[str, str]) -> None:
        from audience_mock.control.guard import TOKEN_HEADER  # noqa: PLC0415 (loaded by the start)

        if token := self._options.get("token"):
            headers = {**headers, TOKEN_HEADER: token}
        # Loading certificates would take longer than the request.
        with httpx.Client(trust_env=False, verify=False, timeout=60) as client:  # noqa: S501 (it is http)
            response = client.request(method, f"{self.url}/__mock__{path}", params=query, headers=headers)
        if response.is_error:
            raise ValueError(response.json()["message"])


def _load_server() -> None:
    """Import the server once, without the warnings of Connexion: in a test run a warning may be an error."""
    with _LOADING:
        if "audience_mock.app" not in sys.modules:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                importlib.import_module("audience_mock.app")


@functools.cache
def _base_path() -> str:
    base = load_contract()["servers"][0]["url"]
    return f"{base}/company/{DOCUMENTED_TENANT.company_id}/application/{DOCUMENTED_TENANT.application_id}"


class _Server(Server):
    """A server that sets an event when it listens, and that shuts down cleanly after a failure."""

    def __init__(self, app: ConnexionMiddleware, sessions: Sessions) -> None:
        super().__init__(app, sessions, log_config=None, access_log=False)
        self.is_up = threading.Event()
        self.failure: BaseException | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    async def main_loop(self) -> None:
        try:
            await super().main_loop()
        except Exception as failure:  # noqa: BLE001 (stop() raises it)
            self.failure = failure


class _Running:
    """A server in its own thread."""

    def __init__(self, app: ConnexionMiddleware, sessions: Sessions) -> None:
        self._listener = listen("127.0.0.1", 0)
        self._server = _Server(app, sessions)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, name=f"audience-mock {self.url}", daemon=True)
        self._thread.start()
        self._server.is_up.wait()
        if not self._server.started:
            self.stop()

    def _serve(self) -> None:
        try:
            self._server.run([self._listener])
        except BaseException as failure:  # noqa: BLE001 (stop() raises it)
            self._server.failure = failure
        finally:
            self._listener.close()
            self._server.is_up.set()

    def stop(self) -> None:
        """End the thread. Raises RuntimeError if the server had failed."""
        self._server.should_exit = True
        self._thread.join()
        if self._server.failure is not None or not self._server.started:
            raise RuntimeError(f"The mock at {self.url} failed: {self._server.failure!r}") from self._server.failure
