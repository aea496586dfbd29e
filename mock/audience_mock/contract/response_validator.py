"""How a response is validated against the contract: status, content type and body."""

import json
from http import HTTPStatus

import orjson

from audience_mock.contract.document import JsonObject, documented_responses, error_schema, resolve
from audience_mock.contract.schema import Schema
from audience_mock.errors import Violation

JSON = "application/json"
CACHE_SIZE = 8 * 2**20
"""Bytes of bodies in the cache of valid responses."""
GENERAL_ERRORS = (
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
"""Statuses that any request may get, documented for its operation or not."""


class ResponseValidator:
    """Validates responses.

    Args:
        contract: the OpenAPI document.
    """

    def __init__(self, contract: JsonObject) -> None:
        self._errors = Schema(resolve(contract, error_schema(contract)))
        self._valid: set[tuple[str | None, int, bytes]] = set()
        self._cached_bytes = 0
        self._schemas = {
            operation_id: {status: Schema(media["schema"]) for status, media in answers.items()}
            for operation_id, answers in documented_responses(contract).items()
        }

    def violations(self, operation_id: str | None, status: int, content_type: str, body: bytes) -> list[Violation]:
        """All violations of a response; a field is `status`, a header, or a path in the body.

        Args:
            operation_id: of the request; None for an unknown path or method.
            status: of the response.
            content_type: of the response, "" for none.
            body: the raw body.
        """
        schema = self._schemas.get(operation_id or "", {}).get(status)
        if schema is None:
            general = status in GENERAL_ERRORS and not (operation_id and status == HTTPStatus.NOT_FOUND)
            if not general and (operation_id or status != HTTPStatus.BAD_REQUEST):  # a path that is not UTF-8
                return [Violation("status", f"{status} is not documented")]
            schema = self._errors
        if content_type.partition(";")[0].strip().lower() != JSON:
            return [Violation("header.content-type", f"{content_type or 'nothing'} is not {JSON}")]
        key = (operation_id, status, body)
        if key in self._valid:
            return []
        violations = _of_body(schema, status, body)
        if not violations:
            self._cache(key)
        return violations

    def _cache(self, key: tuple[str | None, int, bytes]) -> None:
        """Skip validation when the same response is sent again, as with polling."""
        self._cached_bytes += len(key[2])
        if self._cached_bytes > CACHE_SIZE:
            self._valid.clear()
            self._cached_bytes = len(key[2])
        self._valid.add(key)


def _of_body(schema: Schema, status: int, body: bytes) -> list[Violation]:
    try:
        value = orjson.loads(body)
        violations = schema.violations(value, "body")
        if violations:  # orjson rounds whole numbers beyond 64 bits, which might be all that is wrong
            violations = schema.violations(json.loads(body), "body")
    except ValueError as error:
        return [Violation("body", f"not JSON: {error}")]
    if not violations and status >= HTTPStatus.BAD_REQUEST and value["status_code"] != status:
        violations.append(Violation("body.status_code", f"is not the status {status}"))
    return violations
