"""Faults of changes of type that stored values do not fit (DEF-24)."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import answer, refused, saying, wrap
from tests.faults.patching import Exchange, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.store.attributes import Attributes
from audience_mock.store.definitions import Definitions

Stored = Iterable[tuple[str, Any]]


def _looks_at(choose: Callable[[Stored], Stored]) -> Change:
    """Look only at some of the stored values, given as user id and value."""

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        attributes = self._attributes
        self._attributes = _Some(attributes, choose)
        try:
            return original(self, record_id, body)
        finally:
            self._attributes = attributes

    return wrap(update, Definitions, "update")


class _Some:
    """The values of which only some are seen."""

    def __init__(self, attributes: Attributes, choose: Callable[[Stored], Stored]) -> None:
        self._attributes, self._choose = attributes, choose

    def values_of(self, definition_id: str) -> Stored:
        return self._choose(self._attributes.values_of(definition_id))


def _of_body(exchange: Exchange) -> Record:
    names = ("name", "description", "customer_editable")
    return {name: value for name, value in exchange.fields.items() if name in names}


_unfit = saying("cannot change")

faults(
    "DEF-24",
    values_are_not_looked_at=_looks_at(lambda stored: ()),
    first_value_only=_looks_at(lambda stored: islice(stored, 1)),
    last_value_only=_looks_at(lambda stored: list(stored)[-1:]),
    first_hundred_values=_looks_at(lambda stored: islice(stored, 100)),
    falsy_values_fit_everything=_looks_at(lambda stored: [one for one in stored if one[1]]),
    texts_fit_everything=_looks_at(lambda stored: [one for one in stored if not isinstance(one[1], str)]),
    unfit_type_is_409=refused(409, ops.UPDATE_DEFINITION, instead_of=400, where=_unfit),
    the_rest_is_written=answer(
        lambda x: x.overwrite(**_of_body(x)) if _unfit(x) else None, ops.UPDATE_DEFINITION, status=400
    ),
    refused_type_is_shown=answer(
        lambda x: x.overwrite(type=x.fields["type"]) if _unfit(x) else None, ops.UPDATE_DEFINITION, status=400
    ),
)


@fault("DEF-24", wrap, Definitions, "update")
def unfit_values_are_dropped(original: Any, self: Any, record_id: str, body: Record) -> Any:
    """A change of type deletes the values, so that any type is accepted."""
    if "type" in body and body["type"] != self._records.get(record_id)["type"]:
        self._attributes.delete_definition(record_id)
    return original(self, record_id, body)


@fault("DEF-24", wrap, Definitions, "update")
def beside_a_name_any_type_is_accepted(original: Any, self: Any, record_id: str, body: Record) -> Any:
    """The type is judged only where it is sent alone."""
    if len(body) < 2 or "type" not in body:
        return original(self, record_id, body)
    rest = original(self, record_id, {name: value for name, value in body.items() if name != "type"})
    new = {**rest, "type": body["type"]}
    self._records.replace(new)
    return new
