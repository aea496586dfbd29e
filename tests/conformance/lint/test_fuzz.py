"""No broken document crashes the linter: it has findings, or it is unreadable."""

import copy
import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.conformance.lint.linting import CLEAN

from audience_conformance.lint import checks, document

DATA = document.parse(CLEAN).data

KEYS = sorted({str(part) for node in document.parse(CLEAN).nodes for part in (*node.pointer, *node.value)})
REFERENCES = [
    "#",
    "#/",
    "#/paths",
    "#/components/schemas/Pet",
    "#/components/schemas/Dog",
    "#/components/schemas/Pet/properties",
    "#/components/responses/Pet",
    "#/components/links/Again",
    "#/paths/~1pets/get/parameters/0",
    "#/paths/~1pets~1{pet_id}",
    "#/~2/%zz",
    "#anchor",
    "other.yaml",
    "http://127.0.0.1:9/",
    "file:///etc/passwd",
    "",
]
WORDS = st.one_of(
    st.sampled_from(
        [*KEYS, *REFERENCES, "string", "object", "integer", "array", "(", "{id}", "/{a}{b}/{a}", "\0", "\x1b"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        WORDS,
        st.builds(lambda text: {"$ref": text}, st.sampled_from(REFERENCES)),
    ),
    lambda values: st.one_of(st.lists(values, max_size=3), st.dictionaries(WORDS, values, max_size=3)),
    max_leaves=8,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of the value with each of its keys."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [place for key in keys for place in [(value, key), *places(value[key])]]


@st.composite
def mutants(draw: st.DrawFn) -> dict[str, Any]:
    """The clean document after a few changes: a value replaced, taken away, moved, or a key added or renamed."""
    data = copy.deepcopy(DATA)
    for _ in range(draw(st.integers(1, 4))):
        container, key = draw(st.sampled_from(places(data)))
        match draw(st.sampled_from(["replace", "delete", "move", "add", "rename"])):
            case "replace":
                container[key] = draw(VALUES)
            case "delete":
                del container[key]
            case "move":
                other, other_key = draw(st.sampled_from(places(data)))
                container[key] = copy.deepcopy(other[other_key])
            case "add" if isinstance(container[key], dict):
                container[key][draw(WORDS)] = draw(VALUES)
            case "rename" if isinstance(container, dict):
                container[draw(WORDS)] = container.pop(key)
            case _:
                container[key] = [container[key]]
        if not places(data):
            break
    return data


def lint(text: str) -> None:
    try:
        read = document.parse(text)
    except document.UnreadableError as error:
        assert str(error)  # noqa: PT017  # the one error that is allowed
        return
    lines = len(text.splitlines())
    for line, column, check, message in checks.lint(read):
        assert 1 <= line <= lines
        assert column >= 1
        assert check
        assert message
        assert message.isprintable()


@settings(deadline=None, max_examples=150)
@given(mutants())
@example({"openapi": "3.0.3"})
@example({"openapi": "3.0.3", "paths": {"/a": {"$ref": "#/paths/~1a"}}})
@example(
    {
        "openapi": "3.0.3",
        "components": {"schemas": {"A": {"allOf": [{"$ref": "#/components/schemas/A"}], "example": 1}}},
    }
)
def test_a_changed_document_never_crashes_the_linter(data: dict[str, Any]) -> None:
    lint(json.dumps(data, indent=1))


@settings(deadline=None, max_examples=150)
@given(
    start=st.integers(0, len(CLEAN)),
    length=st.integers(0, 40),
    patch=st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            ["{", "]", ": ", "- ", "&a ", "*a", "<<: ", "!!", "|", ">", "'", '"', "\t", "#", "%", "...", "---"]
        ),
    ),
)
def test_a_damaged_text_never_crashes_the_linter(start: int, length: int, patch: str) -> None:
    lint(CLEAN[:start] + patch + CLEAN[start + length :])


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.text(), st.builds(lambda value: json.dumps({"openapi": "3.0.3", "paths": value}), VALUES)))
def test_any_text_never_crashes_the_linter(text: str) -> None:
    lint(text)
