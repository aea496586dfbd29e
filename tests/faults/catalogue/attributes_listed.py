"""Faults of ATT-06, ATT-12 and ATT-13: the list of a user's values and its filters, and the status of a put."""

from typing import Any

from tests.faults.helpers import listed_as, refilter
from tests.faults.patching import (
    LIST_ATTRIBUTES,
    PUT_ATTRIBUTE,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.store.attributes import Attributes
from audience_mock.store.definitions import Definitions

# --- ATT-06 -------------------------------------------------------------------------------------------


def _with_others(mock: Mock, is_same: Any) -> None:
    """The list of a user holds the values of all whose id `is_same`."""

    def change(every: list[Record], asked: tuple[Any, str, Any]) -> list[Record]:
        at, user_id, _ = asked
        attributes, definitions = at.tenant.attributes, at.tenant.definitions
        for other in list(attributes._by_user):
            if other != user_id and is_same(other, user_id):
                every = every + attributes.page(other, definitions, {}, 1, 1000)[0]
        return every

    listed_as(mock, change)


@fault("ATT-06-put-is-not-listed", rule="ATT-06", subtlety="obvious")
def put_is_not_listed(mock: Mock) -> None:
    """The list holds the values of the seed only."""
    seeded = {one.attribute_id for held in mock.tenant.attributes._by_user.values() for one in held.values()}
    listed_as(mock, lambda every, _: [record for record in every if record["_id"] in seeded])


@fault("ATT-06-users-whose-id-begins-so", rule="ATT-06", subtlety="subtle")
def users_whose_id_begins_so(mock: Mock) -> None:
    """The list holds the values of every user whose id begins with this one."""
    _with_others(mock, lambda other, user_id: other.startswith(user_id))


@fault("ATT-06-user-ids-without-case", rule="ATT-06", subtlety="subtle")
def user_ids_without_case(mock: Mock) -> None:
    """The list holds the values of users whose ids differ in case only."""
    _with_others(mock, lambda other, user_id: other.lower() == user_id.lower())


@fault("ATT-06-everybodys-values", rule="ATT-06", subtlety="obvious")
def everybodys_values(mock: Mock) -> None:
    """The list holds the values of all users."""
    _with_others(mock, lambda other, user_id: True)


@fault("ATT-06-falsy-values-are-not-listed", rule="ATT-06", subtlety="subtle")
def falsy_values_are_not_listed(mock: Mock) -> None:
    """false, 0 and what is empty are not in the list."""
    listed_as(mock, lambda every, _: [record for record in every if record["attribute"]["value"]])


@fault("ATT-04-list-shows-the-first-value", rule="ATT-04", subtlety="subtle")
def list_shows_the_first_value(mock: Mock) -> None:
    """The list shows the value that was put first."""
    first: dict[str, Any] = {}

    def put(original: Any, *args: Any, **written: Any) -> Any:
        record = original(*args, **written)
        first.setdefault(record["_id"], record["attribute"]["value"])
        return record

    mock.wrap(Attributes, "put", put)
    mock.records(
        "attribute",
        lambda r: r["attribute"].update(value=first.get(r["_id"], r["attribute"]["value"])),
        LIST_ATTRIBUTES,
    )


# --- ATT-12, ATT-13 -----------------------------------------------------------------------------------


def _definition(mock: Mock, record: Record) -> Record:
    for tenant in mock.tenants():
        if record["user_attribute_definition_id"] in tenant.definitions:
            return tenant.definitions.get(record["user_attribute_definition_id"])
    raise AssertionError(record)


@fault("ATT-12-type-is-ignored", rule="ATT-12", subtlety="obvious")
def type_is_ignored(mock: Mock) -> None:
    """The type filter is ignored."""
    refilter(mock, LIST_ATTRIBUTES, "type", lambda record, type_: True)


@fault("ATT-12-case-counts", rule="ATT-12", subtlety="plausible")
def case_counts(mock: Mock) -> None:
    """The name filter tells capitals from small letters."""
    refilter(mock, LIST_ATTRIBUTES, "name", lambda record, part: part in _definition(mock, record)["name"])


@fault("ATT-12-name-is-looked-for-in-the-slug", rule="ATT-12", subtlety="plausible")
def name_is_looked_for_in_the_slug(mock: Mock) -> None:
    """The name filter looks at the key."""
    refilter(mock, LIST_ATTRIBUTES, "name", lambda r, part: part.casefold() in r["attribute"]["key"].casefold())


@fault("ATT-12-beginning-of-the-name", rule="ATT-12", subtlety="subtle")
def beginning_of_the_name(mock: Mock) -> None:
    """The name filter looks at the beginning of names."""
    refilter(
        mock,
        LIST_ATTRIBUTES,
        "name",
        lambda record, part: _definition(mock, record)["name"].casefold().startswith(part.casefold()),
    )


@fault("ATT-12-name-from-before-the-update", rule="ATT-12", subtlety="subtle")
def name_from_before_the_update(mock: Mock) -> None:
    """The name filter goes by the name that a definition was created with."""
    first: dict[str, str] = {}

    def name(record: Record) -> str:
        return first.get(record["user_attribute_definition_id"]) or str(_definition(mock, record)["name"])

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        first.setdefault(record_id, self._records.get(record_id)["name"])
        return original(self, record_id, body)

    mock.wrap(Definitions, "update", update)
    refilter(mock, LIST_ATTRIBUTES, "name", lambda record, part: part.casefold() in name(record).casefold())


@fault("ATT-12-date-finds-datetime", rule="ATT-12", subtlety="subtle")
def date_finds_datetime(mock: Mock) -> None:
    """The type filter compares beginnings: date finds datetime too."""
    refilter(mock, LIST_ATTRIBUTES, "type", lambda record, type_: record["type"].startswith(type_))


def _answering(mock: Mock, is_200: Any) -> None:
    """A put answers 200 if `is_200(value held before or None, exchange)`."""
    held: dict[int, Any] = {}

    def before(exchange: Exchange) -> None:
        user = mock.tenant_of(exchange).attributes._by_user.get(exchange.ids["user_id"], {})
        held[id(exchange)] = user.get(exchange.ids["definition_id"])

    def behind(exchange: Exchange) -> None:
        if is_200(held.pop(id(exchange)), exchange):
            exchange.status = 200

    mock.request(before, PUT_ATTRIBUTE)
    mock.answer(behind, PUT_ATTRIBUTE, status=201)


@fault("ATT-13-put-is-200", rule="ATT-13", subtlety="obvious")
def put_is_200(mock: Mock) -> None:
    """A put answers 200."""
    _answering(mock, lambda held, exchange: True)


@fault("ATT-13-replacing-is-200", rule="ATT-13", subtlety="plausible")
def replacing_is_200(mock: Mock) -> None:
    """A put that replaces answers 200."""
    _answering(mock, lambda held, exchange: held is not None)


@fault("ATT-13-same-value-is-200", rule="ATT-13", subtlety="subtle")
def same_value_is_200(mock: Mock) -> None:
    """A put of the value that is there already answers 200."""
    _answering(mock, lambda held, x: held is not None and held.value == x.fields.get("attribute", {}).get("value"))
