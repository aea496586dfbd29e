"""ATT: values that break a validation of their definition."""

import contextlib
import operator
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from audience_conformance.checks.assertions import at_most, field, record
from audience_conformance.checks.attributes.put_and_read import PUT, has_value, read
from audience_conformance.checks.attributes.rejected import are_rejected
from audience_conformance.checks.attributes.values import FITS, MISFITS, equal_value
from audience_conformance.checks.prerequisites import VALIDATED_DEFINITION
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, definition_path, value_path
from audience_conformance.results.finding import Skip, expect, show

Validation = tuple[str, Any]
"""Its type and its value."""
SAMPLES = 6
"""Generated values that match a pattern; twice as many values that break a validation are put at the most."""


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def _comparable(value: Any) -> float | None:
    """A number, a date or a date-time as a number; None for other values."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    try:
        return datetime.fromisoformat(f"{value}T00:00:00+00:00" if _is_day(value) else value.upper()).timestamp()
    except (AttributeError, TypeError, ValueError, OverflowError):
        return None


def _bound(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def passes(value: Any, bound: Any) -> bool:
        one, other = _comparable(value), _comparable(bound)
        return one is None or other is None or compare(one, other)

    return passes


def _parts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_among(value: Any, options: Any) -> bool:
    return all(any(equal_value(part, option) for option in _parts(options)) for part in _parts(value))


def _matches(value: Any, pattern: str) -> bool:
    return all(not isinstance(part, str) or re.search(pattern, part) is not None for part in _parts(value))


PASSES: dict[str, Callable[[Any, Any], bool]] = {
    "min": _bound(operator.ge),
    "max": _bound(operator.le),
    "min_length": lambda value, bound: not isinstance(value, str | list) or len(value) >= bound,
    "max_length": lambda value, bound: not isinstance(value, str | list) or len(value) <= bound,
    "regex": _matches,
    "one_of": _is_among,
}
"""A validation's type -> does a value pass it."""


def _passes_all(value: Any, validations: Iterable[Validation]) -> bool:
    return all(PASSES[kind](value, limit) for kind, limit in validations)


def _around(type_: str, kind: str, limit: Any) -> list[Any]:
    """Values at, just below and just above the limit of a validation."""
    if kind in {"min", "max"}:
        return _around_bound(limit)
    if kind in {"min_length", "max_length"} and isinstance(limit, int | float):
        lengths = [n for n in (int(limit) + step for step in (-1, 0, 1, 2)) if n >= 0]
        lengths.append(2 * int(limit) + 5)
        if type_ == "list":
            return [["x"] * n for n in lengths]
        # This letter is one character in UTF-16 too, and two bytes; blanks count.
        return [text for n in lengths for text in ("x" * n, "é" * n, f"x{' ' * (n - 1)}") if len(text) == n]
    if kind == "one_of":
        options = [*_parts(limit)]
        texts = [option for option in options if isinstance(option, str)]
        similar = [f"{option}x" for option in options]
        similar += [text.swapcase() for text in texts] + [text[:-1] for text in texts]
        if type_ == "list":
            return [[], options, options[:1], [*options[:1], "none of them"], *([one] for one in similar)]
        return [*options, *similar]
    return []


def _around_bound(bound: Any) -> list[Any]:
    steps = (-1000, -1, 0, 1, 1000)
    if isinstance(bound, int | float):
        return [*(bound + step for step in steps), bound - 0.01, bound + 0.01]
    try:
        if _is_day(bound):
            return [str(date.fromisoformat(bound) + timedelta(days=step)) for step in steps]
        moments = [datetime.fromisoformat(bound.upper()) + timedelta(seconds=step) for step in steps]
        return [moment.isoformat(timespec="milliseconds") for moment in moments]
    except (AttributeError, ValueError, OverflowError):
        return []


def _is_of_type(type_: str, value: Any) -> bool:
    """Does a value fit a definition's type, so that only a validation can reject it."""
    if any(equal_value(value, misfit) for misfit in MISFITS[type_]):
        return False
    if type_ == "boolean" or isinstance(value, bool):
        return type_ == "boolean" and isinstance(value, bool)
    if type_ == "list":
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    if type_ in {"date", "datetime"}:
        return _comparable(value) is not None and isinstance(value, str) and _is_day(value) == (type_ == "date")
    return isinstance(value, {"number": int | float, "string": str, "object": dict}[type_])


@check("ATT-15", on=PUT, needs=(VALIDATED_DEFINITION,))
def a_value_that_breaks_a_validation_is_refused(api: Api) -> None:
    """Put values that break each validation of the definition of --validated-definition, and values that pass all.

    The users are new. A value that breaks a validation answers 400 and leaves the stored value; others are stored.
    """
    definition_id, type_, validations = validated_definition(api)
    pool = values_around(type_, validations)
    valid = [value for value in pool if _passes_all(value, validations)]
    for value in at_most(api, valid, 3):
        _is_stored(api, definition_id, value)
    for pattern in [limit for kind, limit in validations if kind == "regex" and type_ == "string"]:
        valid += _put_matching(api, definition_id, pattern, validations)
    if not valid:
        raise Skip(f"{VALIDATED_DEFINITION} for which the suite finds a valid value, not {show(validations)}")
    pool += [value for value in _similar_texts(valid) if _is_of_type(type_, value)]
    tried = 0
    for validation in validations:
        bodies = [{"attribute": {"value": value}} for value in at_most(api, breaking(pool, validation, validations), 2)]
        if bodies:
            are_rejected(api, definition_id, bodies, valid[tried % len(valid)], "ATT-15")
            tried += 1
    if not tried:
        raise Skip(f"{VALIDATED_DEFINITION} that some value breaks, not {show(validations)}")


def validated_definition(api: Api) -> tuple[str, str, list[Validation]]:
    """The id, type and validations of the definition of --validated-definition."""
    definition_id = api.options.validated_definition_id
    if definition_id is None:
        raise Skip(VALIDATED_DEFINITION)
    answer = api.get(definition_path(definition_id))
    if not answer.ok:
        raise Skip(f"{VALIDATED_DEFINITION}; {definition_id} is none ({str(answer)[:100]})")
    definition = record(answer)
    documented = field(definition, "validations")
    validations = [(str(one.get("type")), one.get("value")) for one in documented or [] if isinstance(one, dict)]
    known = all(kind in PASSES and _is_usable(kind, limit) for kind, limit in validations)
    if not validations or not known or definition.get("type") not in FITS:
        raise Skip(f"{VALIDATED_DEFINITION}, of documented type and kinds, not {show(documented)}")
    return definition_id, definition["type"], validations


def _is_usable(kind: str, limit: Any) -> bool:
    if kind == "regex":
        try:
            re.compile(limit)
        except (re.error, TypeError):
            return False
    return kind not in {"min_length", "max_length"} or isinstance(limit, int | float)


def values_around(type_: str, validations: list[Validation]) -> list[Any]:
    """Values of a type that pass or break these validations, most of them by little."""
    pool = [value for kind, limit in validations for value in _around(type_, kind, limit)] + FITS[type_]
    # The length of a text without astral characters is the same in characters and in UTF-16.
    return [
        value
        for value in pool
        if _is_of_type(type_, value) and (not isinstance(value, str) or max(value, default="") <= "\uffff")
    ]


def _is_stored(api: Api, definition_id: str, value: Any) -> None:
    user_id = api.unique("u")
    answer = api.put(value_path(definition_id, user_id), {"attribute": {"value": value}})
    expect(answer.ok, f"{show(value)}, which passes all validations, to be accepted", str(answer))
    has_value(read(api, definition_id, user_id), value, "the attribute", rule="ATT-01")


def _put_matching(api: Api, definition_id: str, pattern: str, validations: list[Validation]) -> list[Any]:
    """Put texts generated from a pattern; none where the pattern cannot be generated from. Returns the stored ones."""
    stored: list[Any] = []

    def is_stored(value: str) -> None:
        _is_stored(api, definition_id, value)
        stored.append(value)

    strategy = st.from_regex(re.compile(pattern), fullmatch=True).filter(
        lambda text: text.isascii() and text.isprintable() and _passes_all(text, validations)
    )
    with contextlib.suppress(Unsatisfiable):
        api.for_all(is_stored, examples=min(SAMPLES, api.budget.examples), value=strategy)
    return stored[:SAMPLES]


def _similar_texts(values: list[Any]) -> list[str]:
    """Texts that are almost valid: in another case, and with characters before, after or inside."""
    return [
        changed
        for text in [value for value in values if isinstance(value, str)][-2:]
        for changed in (text.swapcase(), f"{text}\n!", f"!\n{text}", f"!{text}", f"{text}!", f"{text[:1]} {text[2:]}")
    ]


def breaking(pool: list[Any], validation: Validation, validations: list[Validation]) -> list[Any]:
    """Values that break a validation and, if there are such, pass all others."""
    invalid = [value for value in pool if not _passes_all(value, [validation])]
    others = [other for other in validations if other is not validation]
    chosen = [value for value in invalid if _passes_all(value, others)] or invalid
    return [*chosen[:SAMPLES], *chosen[SAMPLES:][-SAMPLES:]]
