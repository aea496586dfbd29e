"""pytest fixtures: `audience_mock`, a server, and `audience_mock_app`, the application without a port.

pytest loads this file in every project of its environment; the mock itself is imported when a test uses a fixture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audience_mock.middleware.framework import ConnexionMiddleware
    from audience_mock.testing import MockServer


@pytest.fixture(scope="session")
def audience_mock_options() -> dict[str, Any]:
    """Options of `audience_mock` and `audience_mock_app`, as for `MockServer`; override this fixture to set them."""
    return {}


@pytest.fixture(scope="session")
def _audience_mock_server(audience_mock_options: dict[str, Any]) -> Iterator[MockServer]:
    from audience_mock.testing import MockServer  # noqa: PLC0415

    with MockServer(**audience_mock_options) as server:
        yield server


@pytest.fixture
def audience_mock(_audience_mock_server: MockServer) -> MockServer:
    """A mock of the Audience API on a local port, reset before each test; `str()` of it is its URL."""
    _audience_mock_server.end_sessions()
    return _audience_mock_server


@pytest.fixture
def audience_mock_app(audience_mock_options: dict[str, Any]) -> ConnexionMiddleware:
    """A mock of the Audience API as an ASGI application, a new one for each test."""
    from audience_mock.testing import create_app  # noqa: PLC0415

    return create_app(**audience_mock_options)
