"""A mock in process: the whole application over ASGI, no port, no thread."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import httpx
import pytest
from tests.mock.control.description import check_control_answer

from audience_mock.app import Options, create_app, create_sessions, create_start
from audience_mock.control.app import PREFIX
from audience_mock.session.backend import Backend

T = TypeVar("T")
BASE = "/service/platform/user/v1.0/company/559/application/64b000000000000000000001"
DEFAULTS: dict[str, Any] = {"seed": "documents", "job_delay": 0, "check_responses": True}


class Api:
    """A client of one new mock. Background jobs run while a request or `settle` runs.

    Paths are below the documented tenant, unless they start with "//": then they are the server's own.
    """

    def __init__(self, options: Options, *, raise_faults: bool = True) -> None:
        start = create_start(options)
        self.sessions = create_sessions(options, start)
        self.app = create_app(
            start.contract,
            self.sessions,
            check_responses=options.check_responses,
            token=options.token,
            control_origins=options.control_origins,
            bearer=options.bearer,
            proxy=options.proxy,
        )
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=raise_faults)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        self._loop = asyncio.new_event_loop()

    @property
    def backend(self) -> Backend:
        """Of the default session, until its next reset."""
        return self.sessions.default.backend

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.run(self.send(method, path, **options))

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request from a coroutine that runs in `run`."""
        url = path[1:] if path.startswith("//") else f"{BASE}{path}"
        answer = await self._client.request(method, url, **options)
        if method != "OPTIONS" and answer.request.url.path.startswith(PREFIX):
            check_control_answer(answer)
        return answer

    def start(self, method: str, path: str, **options: Any) -> asyncio.Task[httpx.Response]:
        """Start a request from such a coroutine, without waiting for its response."""
        return asyncio.ensure_future(self.send(method, path, **options))

    def gather(self, *requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
        """Send (method, path, options) all at once."""

        async def together() -> list[httpx.Response]:
            return await asyncio.gather(
                *(self._client.request(method, f"{BASE}{path}", **options) for method, path, options in requests)
            )

        return self.run(together())

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.request("GET", path, params=query)

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return self.request("POST", path, json=body)

    def put(self, path: str, body: Any) -> httpx.Response:
        return self.request("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> httpx.Response:
        return self.request("PATCH", path, json=body)

    def delete(self, path: str) -> httpx.Response:
        return self.request("DELETE", path)

    def settle(self) -> None:
        """Wait until every background job has ended."""
        self.run(self.backend.jobs.settled())

    def close(self) -> None:
        self.run(self.sessions.stop())
        self.run(self._client.aclose())
        self._loop.close()


MakeApi = Callable[..., Api]


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    """Make mocks with any options; the defaults are the documents' seed, no job delay, responses checked."""
    made: list[Api] = []

    def make(*, raise_faults: bool = True, **options: Any) -> Api:
        made.append(Api(Options(**{**DEFAULTS, **options}), raise_faults=raise_faults))
        return made[-1]

    yield make
    for api in made:
        api.close()


@pytest.fixture(scope="module")
def shared_api() -> Iterator[Api]:
    """Such a mock for all tests of a file that change nothing in it: to make one takes longer than most tests."""
    api = Api(Options(**DEFAULTS))
    yield api
    api.close()


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    """A new mock with the documents' seed."""
    return make_api()
