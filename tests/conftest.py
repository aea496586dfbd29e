"""What all tests share: Connexion validates a document once in a process, not again for each mock with the same one."""

import functools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from connexion.spec import OpenAPISpecification


@pytest.fixture(scope="session", autouse=True)
def _each_document_is_validated_once() -> Iterator[None]:
    validate = OpenAPISpecification._validate_spec

    @functools.cache
    def validated(text: str) -> None:
        validate(json.loads(text))

    def once(spec: dict[str, Any]) -> None:
        validated(json.dumps(spec))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OpenAPISpecification, "_validate_spec", staticmethod(once))
        yield
