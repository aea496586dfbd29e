"""ATT: values that break a validation of their definition."""

import contextlib
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from audience_conformance.checks.assertions import at_most, field, record
from audience_conformance.checks.attributes.put_and_read import PUT, holds, read
from audience_conformance.checks.attributes.rejected import refused
from audience_conformance.checks.attributes.values import FITS, MISFITS, equal_value
from audience_conformance.checks.definitions.create import path_of
from audience_conformance.checks.prerequisites import VALIDATED_DEFINITION
from audience_conformance.checks.registry import check
from audience_conformance.client.api import Api, JsonObject, value_path
from audience_conformance.results.finding import Skip, expect, show

Validation = tuple[str, Any]
SAMPLES = 6
"""How many values are put that break, or keep, a validation."""


def _comparable(value: Any) -> Any:
    """A number, a date or a moment as something that has an order; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    try:
        return datetime.fromisoformat(f"{value}T00:00:00+00:00" if _is_day(value) else value.upper()).timestamp()
    except (AttributeError, TypeError, ValueError, OverflowError):
        return None


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def _ordered(value: Any, bound: Any, holds_for: Callable[[Any, Any], bool]) -> bool:
    one, other = _comparable(value), _comparable(bound)
    return one is None or other is None or holds_for(one, other)


def _parts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _among(value: Any, options: Any) -> bool:
    return all(any(equal_value(part, option) for option in _parts(options)) for part in _parts(value))


def _matches(value: Any, pattern: str) -> bool:
    return all(not isinstance(part, str) or re.search(pattern, part) is not None for part in _parts(value))


PASSES: dict[str, Callable[[Any, Any], bool]] = {
    "min": lambda value, bound: _ordered(value, bound, lambda one, other: one >= other),
    "max": lambda value, bound: _ordered(value, bound, lambda one, other: one <= other),
    "min_length": lambda value, bound: not isinstance(value, str | list) or len(value) >= bound,
    "max_length": lambda value, bound: not isinstance(value, str | list) or len(value) <= bound,
    "regex": _matches,
    "one_of": _among,
}
"""A validation's type -> does a value pass it."""


def _around(type_: str, kind: str, value: Any) -> list[Any]:
    """Values at, just before and just after where a validation draws its line."""
    if kind in {"min", "max"}:
        return _around_bound(value)
    if kind in {"min_length", "max_length"} and isinstance(value, int | float):
        lengths = [n for n in (int(value) + step for step in (-1, 0, 1, 2)) if n >= 0]
        return [["x"] * n if type_ == "list" else "x" * n for n in (*lengths, 2 * int(value) + 5)]
    if kind == "one_of":
        options = [*_parts(value)]
        near = [f"{one}x" for one in options] + [one.swapcase() for one in options if isinstance(one, str)]
        near += [option[:-1] for option in options if isinstance(option, str)]
        if type_ == "list":
            return [[], options, options[:1], [*options[:1], "none of them"], *([one] for one in near)]
        return [*options, *near]
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


def _has_kind(type_: str, value: Any) -> bool:
    """Is a value of our making of the type at all: then only a validation can be what it breaks."""
    if any(equal_value(value, misfit) for misfit in MISFITS[type_]):
        return False
    sample = FITS[type_][0]
    if isinstance(sample, bool) or isinstance(value, bool):
        return isinstance(sample, bool) and isinstance(value, bool)
    if type_ == "list":
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    if type_ in {"date", "datetime"}:
        return _comparable(value) is not None and isinstance(value, str) and _is_day(value) == (type_ == "date")
    return isinstance(value, int | float if type_ == "number" else type(sample))


def _breaking(pool: list[Any], one: Validation, others: list[Validation]) -> list[Any]:
    """Values that break one validation, and if there are any, that keep the others."""
    invalid = [value for value in pool if not PASSES[one[0]](value, one[1])]
    alone = [value for value in invalid if all(PASSES[kind](value, wanted) for kind, wanted in others)]
    chosen = alone or invalid
    return [*chosen[:SAMPLES], *chosen[SAMPLES:][-SAMPLES:]]


@check("ATT-15", on=PUT, needs=(VALIDATED_DEFINITION,))
def a_value_that_breaks_a_validation_is_refused(api: Api) -> None:
    """Put values that break each validation of the definition of --validated-definition, and values that keep all.

    They are put for users of our own; what breaks one is 400 and leaves the stored value, what keeps all is stored.
    """
    definition_id, type_, validations = _validated(api)
    pool = [value for kind, wanted in validations for value in _around(type_, kind, wanted)] + FITS[type_]
    pool = [value for value in pool if _has_kind(type_, value) and _is_plain(value)]
    keeping = [value for value in pool if all(PASSES[kind](value, wanted) for kind, wanted in validations)]
    for value in at_most(api, keeping, 3):
        _kept(api, definition_id, value)
    for pattern in [wanted for kind, wanted in validations if kind == "regex" and type_ == "string"]:
        keeping += _matching(api, definition_id, pattern, validations)
    if not keeping:
        raise Skip(f"{VALIDATED_DEFINITION} for which the suite finds a valid value, not {show(validations)}")
    tried = 0
    pool += [value for value in _mutations(keeping) if _has_kind(type_, value)]
    for one in validations:
        for value in at_most(api, _breaking(pool, one, [other for other in validations if other is not one]), 2):
            refused(api, definition_id, {"attribute": {"value": value}}, keeping[tried % len(keeping)], "ATT-15")
            tried += 1
    if not tried:
        raise Skip(f"{VALIDATED_DEFINITION} that some value breaks, not {show(validations)}")


def _mutations(values: list[Any]) -> list[str]:
    """Texts that are almost right: in other letters, and with something before, behind or among them."""
    texts = [value for value in values if isinstance(value, str)][-2:]
    return [
        changed
        for text in texts
        for changed in (text.swapcase(), f"{text}\n!", f"!\n{text}", f"!{text}", f"{text}!", f"{text[:1]} {text[2:]}")
    ]


def _matching(api: Api, definition_id: str, pattern: str, validations: list[Validation]) -> list[Any]:
    """Texts made from a pattern, each of which was put and is kept; none where the pattern cannot be made sense of."""
    kept: list[Any] = []

    def is_kept(value: str) -> None:
        _kept(api, definition_id, value)
        kept.append(value)

    def passes(text: str) -> bool:
        return text.isascii() and text.isprintable() and all(PASSES[kind](text, limit) for kind, limit in validations)

    strategy: st.SearchStrategy[str] = st.from_regex(re.compile(pattern), fullmatch=True)
    with contextlib.suppress(Unsatisfiable):
        api.for_all(is_kept, examples=min(SAMPLES, api.budget.examples), value=strategy.filter(passes))
    return kept[:SAMPLES]


def _is_plain(value: Any) -> bool:
    """Is a text's length the same however it is counted: in characters, in bytes or in UTF-16."""
    return not isinstance(value, str) or value.isascii()


def _kept(api: Api, definition_id: str, value: Any) -> None:
    user_id = api.fresh("u")
    answer = api.put(value_path(definition_id, user_id), {"attribute": {"value": value}})
    expect(answer.ok, f"{show(value)}, which keeps all validations, to be accepted", str(answer))
    holds(read(api, definition_id, user_id), value, "the attribute", rule="ATT-01")


def _validated(api: Api) -> tuple[str, str, list[Validation]]:
    """The definition that the run may put values of: its id, its type and those validations that we understand."""
    definition_id = api.options.validated_definition_id
    if definition_id is None:
        raise Skip(VALIDATED_DEFINITION)
    answer = api.get(path_of(definition_id))
    if not answer.ok:
        raise Skip(f"{VALIDATED_DEFINITION}; {definition_id} is none ({str(answer)[:100]})")
    definition: JsonObject = record(answer)
    found = field(definition, "validations")
    validations = [(one.get("type"), one.get("value")) for one in found or [] if isinstance(one, dict)]
    understood = [(kind, value) for kind, value in validations if kind in PASSES and _usable(kind, value)]
    if len(understood) < max(len(validations), 1) or definition.get("type") not in FITS:
        raise Skip(f"{VALIDATED_DEFINITION}, of documented type and kinds, not {show(found)}")
    return definition_id, definition["type"], understood


def _usable(kind: str, value: Any) -> bool:
    if kind == "regex":
        try:
            re.compile(value)
        except (re.error, TypeError):
            return False
    return kind not in {"min_length", "max_length"} or isinstance(value, int | float)
