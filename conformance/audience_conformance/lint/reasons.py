"""Turns jsonschema-rs errors into readable messages.

If a value matches no alternative of a `oneOf`, the message explains the intended alternative, not all of them.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from audience_conformance.lint.show import TYPES, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema_rs import ValidationError

    from audience_conformance.lint.walk import Pointer

    # The errors of one alternative of a oneOf.
    Form: TypeAlias = list[ValidationError]

# Validators print this instead of a value, so that a message can contain the value shortened.
MASK = "\0"

# Properties whose value identifies the intended alternative of a oneOf.
_DISCRIMINATORS = ("type", "in")


def reasons(error: ValidationError) -> Iterator[tuple[Pointer, str]]:
    """Yield the pointer of each wrong part of the value, and a message."""
    place = tuple(error.instance_path)
    details = error.kind.as_dict()
    if error.kind.name == "additionalProperties":
        for name in details["unexpected"]:
            yield (*place, name), f"{show(name)} is not a property allowed here"
    elif error.kind.name == "enum":
        yield place, f"{show(error.instance)} is not one of {_choices(details['options'])}"
    elif error.kind.name == "not" and list(details["schema"]) == ["required"]:
        yield place, f"{' and '.join(details['schema']['required'])} are mutually exclusive; delete one"
    elif error.kind.name == "type":
        yield place, _wrong_type(error, details["types"])
    elif details.get("context"):
        yield from _reasons_of_forms(error, details["context"])
    else:
        yield place, error.message.replace(MASK, show(error.instance))


def _reasons_of_forms(error: ValidationError, forms: list[Form]) -> Iterator[tuple[Pointer, str]]:
    place = tuple(error.instance_path)
    likely = [form for form in forms if not any(_is_other_form(place, reason) for reason in form)]
    for name in _DISCRIMINATORS:
        likely = [form for form in likely if not _options(form, (*place, name))] or likely
    if len(likely) == 1:
        for reason in likely[0]:
            yield from reasons(reason)
        return
    types = [_accepted(form, place, "type", "types") for form in forms]
    if all(types):
        yield place, _wrong_type(error, chain(*types))
        return
    missing = [error.kind.as_dict().get("property") for form in forms for error in form]
    if all(missing) and len(missing) == len(forms):
        yield place, f"{show(error.instance)} needs {' or '.join(map(show, missing))}"
        return
    for name in _DISCRIMINATORS:
        options = [_options(form, (*place, name)) for form in likely]
        if options and all(options) and isinstance(error.instance, dict):
            yield (*place, name), f"{show(error.instance[name])} is not one of {_choices(chain(*options))}"
            return
    yield place, f"{show(error.instance)} matches none of the {len(forms)} forms allowed here"


def _wrong_type(error: ValidationError, types: Iterable[str]) -> str:
    place = tuple(error.instance_path)
    names = [str(part) for part in place if not isinstance(part, int)] or ["the value"]
    field = f"{names[-1]}[{place[-1]}]" if place and isinstance(place[-1], int) else names[-1]
    expected = " or ".join(TYPES[name] for name in dict.fromkeys(types))
    return f"{field} is {show(error.instance)}, but must be {expected}"


def _is_other_form(place: Pointer, error: ValidationError) -> bool:
    """Whether the error shows that the value was not intended to have this form."""
    if tuple(error.instance_path) != place:
        return False
    details = error.kind.as_dict()
    match error.kind.name:
        case "type":
            return True
        case "required":
            return bool(details["property"] == "$ref")
        case "additionalProperties":
            return "$ref" in details["unexpected"]
        case _:
            return False


def _options(form: Form, place: Pointer) -> list[Any]:
    """Return the allowed values at the place, if the form rejects the one there."""
    return _accepted(form, place, "enum", "options")


def _accepted(form: Form, place: Pointer, kind: str, detail: str) -> list[Any]:
    """Return what the form accepts at the place, as the detail of its errors of this kind tells."""
    return [
        choice
        for error in form
        if error.kind.name == kind and tuple(error.instance_path) == place
        for choice in error.kind.as_dict()[detail]
    ]


def _choices(options: Iterable[Any]) -> str:
    return ", ".join(map(show, options))
