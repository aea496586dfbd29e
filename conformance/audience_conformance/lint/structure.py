"""The `openapi` check: the errors of openapi-spec-validator, with their lines."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from openapi_spec_validator import OpenAPIV30SpecValidator
from openapi_spec_validator.schemas import schema_v30
from openapi_spec_validator.validation import keywords
from openapi_spec_validator.validation.exceptions import DuplicateOperationIDError, UnresolvableParameterError

from audience_conformance.lint.document import Document, Problem
from audience_conformance.lint.reasons import MASK, reasons
from audience_conformance.lint.references import follow, look_up, ref_resolves
from audience_conformance.lint.schema_meaning import schema_problems
from audience_conformance.lint.walk import Pointer


def openapi(document: Document) -> Iterator[Problem]:
    shape = list(_shape(document))
    yield from shape
    # The next step follows references and relies on the shape; it crashes if either is wrong.
    if not shape and not any(ref_resolves(document)):
        yield from _meaning(document)


def duplicate_key(document: Document) -> Iterator[Problem]:
    yield from document.repeated_keys


def quoted_status(document: Document) -> Iterator[Problem]:
    for node in document.nodes:
        if node.kind == "responses":
            for key, line in document.non_text_keys.get(id(node.value), {}).items():
                # The openapi check reports a key that is no response code, such as null or 2.0.
                if re.fullmatch("[1-5][0-9]{2}", key):
                    yield line, f'the response code {key} is not quoted, and YAML reads it as a number; write "{key}"'


def _shape(document: Document) -> Iterator[Problem]:
    """Check against the schema of OpenAPI 3.0 in openapi-spec-validator."""
    # Its own adapter drops the errors inside a oneOf, which name the problem.
    validator = jsonschema_rs.Draft4Validator(dict(schema_v30), mask=MASK)
    for error in validator.iter_errors(document.data):
        for place, message in reasons(error):
            yield document.line(place), message


def _meaning(document: Document) -> Iterator[Problem]:
    """Check for repeated parameters and tags, and the schemas."""
    validator = _Validator(document.data)
    try:
        for error in validator.root_validator(validator.schema_path):
            # operation-id and path-params report these two, with the line.
            if not isinstance(error, DuplicateOperationIDError | UnresolvableParameterError):
                yield document.line(_pointer(document, error)), error.message
    except Exception as error:  # noqa: BLE001  # any exception is a finding
        yield document.line(()), f"openapi-spec-validator gives up: {type(error).__name__}: {error}"
    yield from schema_problems(document)


class _NoSchemas(keywords.KeywordValidator):
    """Skips schemas, where openapi-spec-validator is recursive and quadratic: schema_problems checks them."""

    def __call__(self, *_: object) -> Iterator[Any]:
        return iter(())


def _located(check: type[keywords.KeywordValidator]) -> type[keywords.KeywordValidator]:
    """Make a check of openapi-spec-validator record the path of an error."""

    class Located(check):  # type: ignore[valid-type, misc]  # the base is a variable
        def __call__(self, *args: Any, **options: Any) -> Iterator[Any]:
            for error in super().__call__(*args, **options):
                if not hasattr(error, "found_at"):
                    error.found_at = next(arg.parts for arg in args if hasattr(arg, "parts"))
                yield error

    return Located


class _Validator(OpenAPIV30SpecValidator):
    resolver_handlers = {}  # noqa: RUF012  # their class attribute; empty, so that nothing is fetched
    keyword_validators = {  # noqa: RUF012  # as above
        **{name: _located(check) for name, check in OpenAPIV30SpecValidator.keyword_validators.items()},
        **dict.fromkeys(("schema", "parameter", "responses"), _NoSchemas),  # the last two only lead to schemas
    }


def _pointer(document: Document, error: Any) -> Pointer:
    """Resolve the error's path, which passes through references as if they were their targets."""
    pointer: Pointer = ()
    value: Any = document.data
    for part in (*error.found_at, *error.path):
        found = follow(document, value, pointer)
        found = found and look_up(document, (*found.pointer, part))
        if not found:
            break
        pointer, value = found
    return pointer
