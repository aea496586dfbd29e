"""Turns jsonschema-rs errors into the faults that a person would name.

A value that fits no form of a `oneOf` is explained by the form that was meant, not by the list of all.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from audience_conformance.lint.show import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema_rs import ValidationError

    from audience_conformance.lint.walk import Pointer

    # The errors that keep a value from fitting one alternative of a oneOf.
    Form: TypeAlias = list[ValidationError]

# Validators are built with this mask, so that a message holds it where the value would stand in full length.
MASK = "\0"

# Properties whose value says which form of a oneOf an OpenAPI object is.
_TELLING = ("type", "in")


def reasons(error: ValidationError) -> Iterator[tuple[Pointer, str]]:
    """Yield where in the checked value something is wrong, and what."""
    place = tuple(error.instance_path)
    details = error.kind.as_dict()
    if error.kind.name == "additionalProperties":
        for name in details["unexpected"]:
            yield (*place, name), f"{show(name)} is not a property that may stand here"
    elif error.kind.name == "enum":
        yield place, f"{show(error.instance)} is not one of {_choices(details['options'])}"
    elif error.kind.name == "not" and list(details["schema"]) == ["required"]:
        yield place, f"{' and '.join(details['schema']['required'])} exclude each other; delete one"
    elif details.get("context"):
        yield from _reasons_of_forms(error, details["context"])
    else:
        yield place, error.message.replace(MASK, show(error.instance))


def _reasons_of_forms(error: ValidationError, forms: list[Form]) -> Iterator[tuple[Pointer, str]]:
    place = tuple(error.instance_path)
    likely = [form for form in forms if not any(_is_another_form(place, reason) for reason in form)]
    for name in _TELLING:
        likely = [form for form in likely if not _options(form, (*place, name))] or likely
    if len(likely) == 1:
        for reason in likely[0]:
            yield from reasons(reason)
        return
    missing = [error.kind.as_dict().get("property") for form in forms for error in form]
    if all(missing) and len(missing) == len(forms):
        yield place, f"{show(error.instance)} needs {' or '.join(map(show, missing))}"
        return
    for name in _TELLING:
        options = [_options(form, (*place, name)) for form in likely]
        if options and all(options) and isinstance(error.instance, dict):
            yield (*place, name), f"{show(error.instance[name])} is not one of {_choices(chain(*options))}"
            return
    yield place, f"{show(error.instance)} fits none of the {len(forms)} forms allowed here"


def _is_another_form(place: Pointer, error: ValidationError) -> bool:
    """Whether the error says that the value was never meant to have this form."""
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
    """The values that the form would take at the place, if it refuses the one that is there."""
    return [
        option
        for error in form
        if error.kind.name == "enum" and tuple(error.instance_path) == place
        for option in error.kind.as_dict()["options"]
    ]


def _choices(options: Iterable[Any]) -> str:
    return ", ".join(map(show, options))
