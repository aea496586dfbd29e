"""Example bodies for forced responses (Prefer, fault rules): from the contract, or generated from its schemas."""

import random
from http import HTTPStatus
from typing import Any

from audience_mock.contract.document import JsonObject, documented_responses
from audience_mock.contract.generator import Generator
from audience_mock.errors import Refusal, one


class Examples:
    """The documented responses of the contract.

    Args:
        contract: the OpenAPI document.
    """

    def __init__(self, contract: JsonObject) -> None:
        self._responses = documented_responses(contract)

    def documented(self, operation_id: str) -> list[int]:
        """The statuses that an operation documents."""
        return list(self._responses[operation_id])

    def success(self, operation_id: str) -> int:
        """The status with which an operation succeeds."""
        return min(self._responses[operation_id])

    def body(self, operation_id: str, status: int, *, example: str | None = None, seed: int | None = None) -> Any:
        """A body for a status of an operation, valid by the contract.

        Args:
            operation_id: the operation.
            status: of the response; an undocumented one of 400 or more gets an error body.
            example: the name of an example.
            seed: generates a body instead of an example; the same seed gives the same body.

        Raises:
            Refusal: 400 for an unknown example, or an undocumented status below 400.
        """
        media = self._responses[operation_id].get(status)
        if example is not None:
            return self._example(operation_id, status, example)
        if media is None or status >= HTTPStatus.BAD_REQUEST:
            if status < HTTPStatus.BAD_REQUEST:
                known = ", ".join(map(str, self.documented(operation_id)))
                raise one("header.Prefer", f"{operation_id} documents no {status}; it documents {known}.")
            return _error(status, f"{_phrase(status)}: forced by Prefer or a fault rule.")
        examples = [one["value"] for one in media.get("examples", {}).values()]
        if seed is None and examples:
            return examples[0]
        return Generator(random.Random(seed or 0), examples).value(media["schema"])  # noqa: S311 (no secret)

    def _example(self, operation_id: str, status: int, name: str) -> Any:
        named = self._responses[operation_id].get(status, {}).get("examples", {})
        if name not in named:
            known = ", ".join(named) or "none"
            raise one("header.Prefer", f"{operation_id} has no example {name!r} for {status}; there are: {known}.")
        return named[name]["value"]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


def _error(status: int, message: str) -> Any:
    if status == HTTPStatus.BAD_REQUEST:
        return one("request", message).body()
    return Refusal(status, message).body()
