"""Example bodies for forced responses (Prefer, fault rules): from the contract, or generated from its schemas."""

import random
from functools import cached_property
from http import HTTPStatus
from typing import Any

from audience_mock.contract.document import JsonObject, documented_responses
from audience_mock.contract.generator import Generator
from audience_mock.errors import Refusal, one

NO_OPERATION = "This path, which is no operation of the contract,"


class Examples:
    """The documented responses of the contract.

    Args:
        contract: the OpenAPI document.
    """

    def __init__(self, contract: JsonObject) -> None:
        self._contract = contract

    @cached_property
    def _responses(self) -> dict[str, dict[int, JsonObject]]:
        return documented_responses(self._contract)

    def documented(self, operation_id: str | None) -> list[int]:
        """The statuses that an operation documents; None documents none."""
        return list(self._of(operation_id))

    def success(self, operation_id: str | None) -> int:
        """The status with which an operation succeeds."""
        return min(self._of(operation_id), default=HTTPStatus.OK.value)

    def _of(self, operation_id: str | None) -> dict[int, JsonObject]:
        return self._responses.get(operation_id or "", {})

    def body(
        self, operation_id: str | None, status: int, *, example: str | None = None, seed: int | None = None
    ) -> Any:
        """A body for a status of an operation, valid by the contract.

        Args:
            operation_id: the operation; None for a path that is no operation.
            status: of the response; an undocumented one of 400 or more gets an error body.
            example: the name of an example.
            seed: generates a body instead of an example; the same seed gives the same body.

        Raises:
            Refusal: 400 for an unknown example, or an undocumented status below 400.
        """
        media = self._of(operation_id).get(status)
        if example is not None:
            return self._example(operation_id, status, example)
        if media is None or status >= HTTPStatus.BAD_REQUEST:
            if status < HTTPStatus.BAD_REQUEST:
                known = ", ".join(map(str, self.documented(operation_id))) or "none"
                raise one(
                    "header.Prefer", f"{operation_id or NO_OPERATION} documents no {status}; it documents {known}."
                )
            return _error(status, f"{_phrase(status)}: forced by Prefer or a fault rule.")
        examples = [one["value"] for one in media.get("examples", {}).values()]
        if seed is None and examples:
            return examples[0]
        return Generator(random.Random(seed or 0), examples).value(media["schema"])  # noqa: S311 (no secret)

    def _example(self, operation_id: str | None, status: int, name: str) -> Any:
        named = self._of(operation_id).get(status, {}).get("examples", {})
        if name not in named:
            known = ", ".join(named) or "none"
            raise one(
                "header.Prefer",
                f"{operation_id or NO_OPERATION} has no example {name!r} for {status}; there are: {known}.",
            )
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
