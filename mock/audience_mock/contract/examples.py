"""Bodies for answers that nobody computes: the contract's examples, or made-up ones that fit its schemas."""

import random
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from audience_mock.contract.document import JsonObject, documented_answers
from audience_mock.errors import Refusal, one

MOST_ITEMS = 3
"""Items of a made-up list."""
WORDS = ("amber", "birch", "cedar", "dune", "elm", "fern", "grove", "heath", "iris", "jade")
FORMATS = {
    "date-time": "2024-05-01T09:30:00.000Z",
    "date": "2024-05-01",
    "uri": "https://files.example.com/users.csv",
    "email": "ada@example.com",
}


class Examples:
    """Every documented answer of the contract.

    Args:
        contract: the OpenAPI document.
    """

    def __init__(self, contract: JsonObject) -> None:
        self._answers = documented_answers(contract)

    def documented(self, operation_id: str) -> list[int]:
        """The statuses that an operation documents."""
        return list(self._answers[operation_id])

    def success(self, operation_id: str) -> int:
        """The status with which an operation succeeds."""
        return min(self._answers[operation_id])

    def body(self, operation_id: str, status: int, *, example: str | None = None, seed: int | None = None) -> Any:
        """A body for a status of an operation that the contract allows.

        Args:
            operation_id: the operation.
            status: of the answer; one that is not documented gets an error body from 400 on.
            example: the name of an example.
            seed: makes up a body in place of an example; the same seed gives the same body.

        Raises:
            Refusal: 400 for an example that the contract lacks, or a success that is not documented.
        """
        media = self._answers[operation_id].get(status)
        if example is not None:
            return self._example(operation_id, status, example)
        if media is None or status >= 400:  # noqa: PLR2004
            if status < 400:  # noqa: PLR2004
                known = ", ".join(map(str, self.documented(operation_id)))
                raise one("header.Prefer", f"{operation_id} documents no {status}; it documents {known}.")
            return _error(status, f"{_phrase(status)}: this answer was asked for, it is no fault of the request.")
        if seed is not None:
            return _made_up(media["schema"], random.Random(seed))  # noqa: S311 (no secret)
        examples = list(media.get("examples", {}).values())
        return examples[0]["value"] if examples else media.get("example", _made_up(media["schema"], random.Random(0)))  # noqa: S311

    def _example(self, operation_id: str, status: int, name: str) -> Any:
        named = self._answers[operation_id].get(status, {}).get("examples", {})
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
    if status == 400:  # noqa: PLR2004
        return one("request", message).body()
    return Refusal(status, message).body()


def _made_up(schema: JsonObject, chance: random.Random) -> Any:
    """A value that fits a schema."""
    if "enum" in schema:
        return chance.choice(schema["enum"])
    if "oneOf" in schema:
        return _made_up(chance.choice(schema["oneOf"]), chance)
    kind = schema.get("type", "object" if "properties" in schema else "")
    make = _MAKERS.get(kind)
    return make(schema, chance) if make else None


def _object(schema: JsonObject, chance: random.Random) -> Any:
    named = {name: _made_up(below, chance) for name, below in schema.get("properties", {}).items()}
    below = schema.get("additionalProperties")
    return named or ({chance.choice(WORDS): _made_up(below, chance)} if isinstance(below, dict) else {})


def _list(schema: JsonObject, chance: random.Random) -> Any:
    fewest = schema.get("minItems", 0)
    return [_made_up(schema["items"], chance) for _ in range(chance.randint(fewest, max(fewest, MOST_ITEMS)))]


def _number(schema: JsonObject, chance: random.Random) -> Any:
    low = int(schema.get("minimum", 0))
    return chance.randint(low, int(schema.get("maximum", low + 1000)))


def _text(schema: JsonObject, chance: random.Random) -> Any:
    made_up = f"{chance.choice(WORDS)}-{chance.randint(1, 99)}"
    return FORMATS.get(schema.get("format", ""), schema.get("example", made_up))


_MAKERS: dict[str, Callable[[JsonObject, random.Random], Any]] = {
    "object": _object,
    "array": _list,
    "number": _number,
    "integer": _number,
    "string": _text,
    "boolean": lambda _, chance: chance.choice([True, False]),
}
