"""A real server behind a mock with --proxy."""

from collections.abc import Iterator

import pytest
from tests.mock.conftest import DEFAULTS, Api
from tests.mock.control.helpers import CONTROL
from tests.mock.middleware.upstreams import RawServer, raw_server, response

from audience_mock.app import Options
from audience_mock.testing import MockServer


@pytest.fixture(scope="module")
def started() -> Iterator[tuple[RawServer, Api]]:
    """One real server and the mock in front of it for all tests: to start them takes longer than most tests."""
    with raw_server(response()) as server:
        api = Api(Options(**{**DEFAULTS, "proxy": server.origin}))
        yield server, api
        api.close()


@pytest.fixture
def real(started: tuple[RawServer, Api]) -> RawServer:
    """A real server that has received nothing."""
    server, _ = started
    server.answer = response()
    server.requests.clear()
    return server


@pytest.fixture
def through(started: tuple[RawServer, Api], real: RawServer) -> Api:
    """The mock in front of the real server, after a reset."""
    _, api = started
    api.post(f"{CONTROL}/reset")
    return api


@pytest.fixture(scope="module")
def canary() -> Iterator[RawServer]:
    """A server that no request may reach."""
    with raw_server(response()) as server:
        yield server


@pytest.fixture(scope="module")
def fronted() -> Iterator[tuple[MockServer, RawServer]]:
    """A mock on a port, in front of a real server."""
    with raw_server(response()) as server, MockServer(seed="empty", proxy=server.origin) as mock:
        yield mock, server
