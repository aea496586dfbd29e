"""Example bodies for forced responses (Prefer, fault rules): from the contract, or generated from its schemas."""

import random
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from audience_mock.contract.document import JsonObject, documented_responses
from audience_mock.errors import Refusal, one

NO_OPERATION = "This path, which is no operation of the contract,"
MOST_ITEMS = 3
"""Items of a generated list."""
WORDS = ("amber", "birch", "cedar", "dune", "elm", "fern", "grove", "heath", "iris", "jade")
FORMATS = {
    "date-time": "2024-05-01T09:30:00.000Z",
    "date": "2024-05-01",
    "uri": "https://files.example.com/users.csv",
    "email": "ada@example.com",
}


class Examples:
    """The documented responses of the contract.

    Args:
        contract: the OpenAPI document.
    """

    def __init__(self, contract: JsonObject) -> None:
        self._responses = documented_responses(contract)

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
        if seed is not None:
            return _generate(media["schema"], random.Random(seed))  # noqa: S311 (no secret)
        examples = list(media.get("examples", {}).values())
        return examples[0]["value"] if examples else media.get("example", _generate(media["schema"], random.Random(0)))  # noqa: S311

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


def _generate(schema: JsonObject, chance: random.Random) -> Any:
    """A value that is valid by a schema."""
    if "enum" in schema:
        return chance.choice(schema["enum"])
    if "oneOf" in schema:
        return _generate(chance.choice(schema["oneOf"]), chance)
    kind = schema.get("type", "object" if "properties" in schema else "")
    generator = _GENERATORS.get(kind)
    return generator(schema, chance) if generator else None


def _object(schema: JsonObject, chance: random.Random) -> Any:
    properties = {name: _generate(below, chance) for name, below in schema.get("properties", {}).items()}
    below = schema.get("additionalProperties")
    return properties or ({chance.choice(WORDS): _generate(below, chance)} if isinstance(below, dict) else {})


def _list(schema: JsonObject, chance: random.Random) -> Any:
    fewest = schema.get("minItems", 0)
    return [_generate(schema["items"], chance) for _ in range(chance.randint(fewest, max(fewest, MOST_ITEMS)))]


def _number(schema: JsonObject, chance: random.Random) -> Any:
    low = int(schema.get("minimum", 0))
    return chance.randint(low, int(schema.get("maximum", low + 1000)))


def _text(schema: JsonObject, chance: random.Random) -> Any:
    text = f"{chance.choice(WORDS)}-{chance.randint(1, 99)}"
    return FORMATS.get(schema.get("format", ""), schema.get("example", text))


_GENERATORS: dict[str, Callable[[JsonObject, random.Random], Any]] = {
    "object": _object,
    "array": _list,
    "number": _number,
    "integer": _number,
    "string": _text,
    "boolean": lambda _, chance: chance.choice([True, False]),
}
