"""What the contract says of an answer."""

import json

import orjson

from audience_mock.contract.document import JsonObject, documented_answers, resolve
from audience_mock.contract.schema import Schema
from audience_mock.errors import Violation

JSON = "application/json"
MOST_REMEMBERED = 8 * 2**20
"""Bytes of answers that were judged good."""
OUTSIDE_THE_TABLES = (404, 405, 413, 415)
"""Statuses that any request may get, whatever its operation documents."""


class ResponseValidator:
    """Holds answers against the contract.

    Args:
        contract: the OpenAPI document.
    """

    def __init__(self, contract: JsonObject) -> None:
        self._errors = Schema(resolve(contract, contract["components"]["schemas"]["Error"]))
        self._good: set[tuple[str | None, int, bytes]] = set()
        self._held = 0
        self._schemas = {
            operation_id: {status: Schema(media["schema"]) for status, media in answers.items()}
            for operation_id, answers in documented_answers(contract).items()
        }

    def deviations(self, operation_id: str | None, status: int, content_type: str, body: bytes) -> list[Violation]:
        """Where an answer deviates; the field says header, status or place in the body.

        Args:
            operation_id: of the request; None for a path or method that the contract lacks.
            status: of the answer.
            content_type: of the answer, "" for none.
            body: as it came.
        """
        schema = self._schemas.get(operation_id or "", {}).get(status)
        if schema is None:
            if status not in OUTSIDE_THE_TABLES or (operation_id and status == 404):  # noqa: PLR2004
                return [Violation("status", f"{status} is not documented")]
            schema = self._errors
        if content_type.partition(";")[0].strip().lower() != JSON:
            return [Violation("header.content-type", f"{content_type or 'nothing'} is not {JSON}")]
        key = (operation_id, status, body)
        if key in self._good:
            return []
        deviations = _of_body(schema, status, body)
        if not deviations:
            self._remember(key)
        return deviations

    def _remember(self, key: tuple[str | None, int, bytes]) -> None:
        """Answers that were judged good are good again: who polls gets the same ones over and over."""
        self._held += len(key[2])
        if self._held > MOST_REMEMBERED:
            self._good.clear()
            self._held = len(key[2])
        self._good.add(key)


def _of_body(schema: Schema, status: int, body: bytes) -> list[Violation]:
    try:
        value = orjson.loads(body)
        deviations = schema.violations(value, "body")
        if deviations:  # orjson rounds whole numbers beyond 64 bits, which might be all that is wrong
            deviations = schema.violations(json.loads(body), "body")
    except ValueError as error:
        return [Violation("body", f"not JSON: {error}")]
    if not deviations and status >= 400 and value["status_code"] != status:  # noqa: PLR2004
        deviations.append(Violation("body.status_code", f"is not the status {status}"))
    return deviations
