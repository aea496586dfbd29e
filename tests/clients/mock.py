"""A fresh mock for each client, and its journal: what really went over the wire."""

import contextlib
from collections.abc import Iterator
from typing import Any

import httpx
from tests.clients.commands import Failed

from audience_mock.testing import MockServer

BASE = "/service/platform/user/v1.0"


class Mock:
    """A running mock.

    Args:
        origin: its address, without a path.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.url = origin + BASE

    def _get(self, path: str, **query: str | int) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.origin}/__mock__/{path}", params=query, timeout=30).raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def bodies(self, operation: str, status: int) -> list[Any]:
        """The bodies of the operation's answers with this status, the oldest first."""
        entries = self._get("journal", operation=operation, status=status)
        return [entry["response"]["body"] for entry in reversed(entries)]

    def expect_all_operations(self) -> str:
        """Say how many operations were answered with a success.

        Raises:
            Failed: some were not.
        """
        operations = self._get("journal/coverage")
        missed = [one["operation"] for one in operations if not _succeeded(one["statuses"])]
        if missed:
            raise Failed(f"No success of {', '.join(missed)}")
        return f"{len(operations)} of {len(operations)} operations"


def _succeeded(statuses: dict[str, int]) -> bool:
    return any(count for status, count in statuses.items() if status.startswith("2"))


@contextlib.contextmanager
def mock(seed: str) -> Iterator[Mock]:
    """Start a mock on a free port and end it; every answer is checked against the contract."""
    with MockServer(seed=seed, check_responses=True) as server:
        yield Mock(server.url)
