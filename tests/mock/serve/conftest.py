"""A mock for the tests of a file, and a raw connection to it for each test."""

import socket
from collections.abc import Iterator

import pytest
from tests.mock.serve.raw_requests import connect

from audience_mock.testing import MockServer


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    with MockServer(seed="documents", job_delay=0, check_responses=True) as mock:
        yield mock


@pytest.fixture
def connection(mock: MockServer) -> Iterator[socket.socket]:
    with connect(mock) as connection:
        yield connection
