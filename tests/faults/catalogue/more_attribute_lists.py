"""More faults of ATT-06 to ATT-15: lists, deletes and refusals that go wrong for some values or users."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from tests.faults.helpers import listed_as
from tests.faults.patching import (
    BULK,
    DELETE_ATTRIBUTE,
    LIST_ATTRIBUTES,
    PUT_ATTRIBUTE,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault
from tests.faults.seed import TEXT_ID

from audience_mock.operations.context import Context
from audience_mock.store import definitions, values
from audience_mock.store.attributes import Attributes
from audience_mock.store.definitions import Definitions

# --- ATT-06 to ATT-09 -----------------------------------------------------------------------------------


@fault("ATT-06-long-user-ids-are-cut", rule="ATT-06", subtlety="subtle")
def long_user_ids_are_cut(mock: Mock) -> None:
    """The list of a user goes by the first 128 characters of ids."""
    _with_others(mock, lambda other, user_id: other[:128] == user_id[:128])


@fault("ATT-06-blanks-at-the-end-do-not-count", rule="ATT-06", subtlety="subtle")
def trailing_blanks_do_not_count(mock: Mock) -> None:
    """The list of a user goes by ids without the white space at their ends."""
    _with_others(mock, lambda other, user_id: other.strip() == user_id.strip())


def _with_others(mock: Mock, is_same: Callable[[str, str], bool]) -> None:
    """The list of a user holds the values of all whose id is the same, with the user that was asked for."""

    def change(every: list[Record], asked: tuple[Any, str, Any]) -> list[Record]:
        at, user_id, _ = asked
        for other in list(at.tenant.attributes._by_user):
            if other != user_id and is_same(other, user_id):
                found = at.tenant.attributes.page(other, at.tenant.definitions, {}, 1, 1000)[0]
                every = every + [{**record, "user_id": user_id} for record in found]
        return every

    listed_as(mock, change)


@fault("ATT-06-editable-ones-are-not-listed", rule="ATT-06", subtlety="subtle")
def editable_ones_are_not_listed(mock: Mock) -> None:
    """Values of definitions that customers may edit are not listed."""

    def change(every: list[Record], asked: tuple[Any, str, Any]) -> list[Record]:
        found = asked[0].tenant.definitions
        return [r for r in every if not found.get(r["user_attribute_definition_id"])["customer_editable"]]

    listed_as(mock, change)


@fault("ATT-06-puts-at-once-are-lost", rule="ATT-06", subtlety="subtle")
def puts_at_once_are_lost(mock: Mock) -> None:
    """A put reads all that the user holds, and writes it a while later: of puts at once to others, some are lost."""

    async def put(original: Any, at: Context, user_id: str, definition_id: str, body: Record) -> Any:
        attributes = at.tenant.attributes
        before = set(attributes._by_user.get(user_id, {}))
        await asyncio.sleep(0.004)
        answer = await original(at, user_id=user_id, definition_id=definition_id, body=body)
        for other in set(attributes._by_user.get(user_id, {})) - before - {definition_id}:
            attributes.delete(user_id, other)
        return answer

    mock.operation(put, PUT_ATTRIBUTE)


@fault("ATT-07-still-under-its-name", rule="ATT-07", subtlety="subtle")
def still_under_its_name(mock: Mock) -> None:
    """A deleted value is still in the list that is filtered by the definition's name."""
    gone: dict[str, list[Record]] = {}

    def delete(original: Any, self: Attributes, user_id: str, definition_id: str) -> None:
        held = self._by_user.get(user_id, {}).get(definition_id)
        original(self, user_id, definition_id)
        for tenant in mock.tenants():
            if held and tenant.attributes is self and definition_id in tenant.definitions:
                record = self._record(user_id, tenant.definitions.get(definition_id), held)
                gone.setdefault(user_id, []).append(record)

    mock.wrap(Attributes, "delete", delete)
    listed_as(mock, lambda every, asked: every + (gone.get(asked[1], []) if asked[2].get("name") else []))


@fault("ATT-07-bulk-values-cannot-be-deleted", rule="ATT-07", subtlety="subtle")
def bulk_values_cannot_be_deleted(mock: Mock) -> None:
    """The delete of a value that a bulk update has set is answered, and the value stays."""
    keys: set[tuple[str, str]] = set()

    def hook(exchange: Exchange) -> None:
        for item in exchange.fields["attributes"]:
            keys.add((exchange.fields["file_url"], item["key"]))

    def delete(original: Any, self: Attributes, user_id: str, definition_id: str) -> None:
        slugs = [t.definitions.get(definition_id)["slug"] for t in mock.tenants() if definition_id in t.definitions]
        if (user_id in self._by_user and definition_id in self._by_user[user_id]) and any(
            user_id in url and key in slugs for url, key in keys
        ):
            return
        original(self, user_id, definition_id)

    mock.answer(hook, BULK, status=202)
    mock.wrap(Attributes, "delete", delete)


@fault("ATT-08-second-delete-takes-the-next", rule="ATT-08", subtlety="subtle")
def second_delete_takes_the_next(mock: Mock) -> None:
    """The delete of a value that is gone already is 404, and takes the user's first other value with it."""

    def hook(exchange: Exchange) -> None:
        attributes = mock.tenant_of(exchange).attributes
        for definition_id in list(attributes._by_user.get(exchange.ids["user_id"], {}))[:1]:
            attributes.delete(exchange.ids["user_id"], definition_id)

    mock.answer(hook, DELETE_ATTRIBUTE, status=404)


@fault("ATT-09-underscore-is-wild", rule="ATT-09", subtlety="subtle")
def underscore_is_wild(mock: Mock) -> None:
    """In a user id that is read by, an underscore stands for any character."""

    def get(original: Any, self: Attributes, user_id: str, definition: Record) -> Any:
        pattern = re.compile(".".join(re.escape(part) for part in user_id.split("_")))
        same = [user for user in self._by_user if pattern.fullmatch(user)] if user_id not in self._by_user else []
        return original(self, same[0] if same else user_id, definition)

    mock.wrap(Attributes, "get", get)


@fault("ATT-09-blank-behind-a-user", rule="ATT-09", subtlety="subtle")
def blank_behind_a_user(mock: Mock) -> None:
    """The user id of a read is trimmed: with a blank behind it the value is found."""
    mock.wrap(Attributes, "get", lambda get, self, user_id, definition: get(self, user_id.strip(), definition))


# --- ATT-10 to ATT-15 -----------------------------------------------------------------------------------


def _judging(mock: Mock, is_misfit: Callable[[Any, Record, Any], Any]) -> None:
    """Does a value fit is for `is_misfit(original, definition, value)` to say."""
    judged = values.misfit
    mock.set(definitions, "misfit", lambda definition, value: is_misfit(judged, definition, value))


@fault("ATT-10-newline-behind-a-date", rule="ATT-10", subtlety="subtle")
def newline_behind_a_date(mock: Mock) -> None:
    """A date may have a newline behind it, as where a pattern ends in $."""
    _judging(
        mock, lambda misfit, d, v: misfit(d, v.removesuffix("\n") if isinstance(v, str) and d["type"] == "date" else v)
    )


@fault("ATT-10-leap-year-1900", rule="ATT-10", subtlety="subtle")
def leap_year_1900(mock: Mock) -> None:
    """Every fourth year is a leap year, 1900 too."""
    _judging(mock, lambda misfit, d, v: None if d["type"] == "date" and v == "1900-02-29" else misfit(d, v))


@fault("ATT-10-digits-of-other-scripts", rule="ATT-10", subtlety="subtle")
def digits_of_other_scripts(mock: Mock) -> None:
    """A date may be written with the digits of any script."""

    def is_misfit(misfit: Any, definition: Record, value: Any) -> Any:
        if definition["type"] == "date" and isinstance(value, str):
            value = re.sub(r"\d", lambda digit: str(int(digit[0])), value)
        return misfit(definition, value)

    _judging(mock, is_misfit)


@fault("ATT-10-judged-by-the-first-type", rule="ATT-10", subtlety="subtle")
def judged_by_the_first_type(mock: Mock) -> None:
    """A value is taken that fits the type with which the definition was created, or the one it has now."""
    first: dict[str, str] = {}

    def update(original: Any, self: Any, record_id: str, body: Record) -> Any:
        if record_id in self:
            first.setdefault(record_id, self.get(record_id)["type"])
        return original(self, record_id, body)

    def is_misfit(misfit: Any, definition: Record, value: Any) -> Any:
        created = {**definition, "type": first.get(definition["_id"], definition["type"])}
        return misfit(definition, value) and misfit(created, value)

    mock.wrap(Definitions, "update", update)
    _judging(mock, is_misfit)


@fault("ATT-11-no-body-empties-the-value", rule="ATT-11", subtlety="subtle")
def no_body_empties_the_value(mock: Mock) -> None:
    """A put without any body deletes the value, and is refused."""

    def hook(exchange: Exchange) -> None:
        if not exchange.content:
            mock.tenant_of(exchange).attributes._by_user.pop(exchange.ids["user_id"], None)

    mock.answer(hook, PUT_ATTRIBUTE, status=400)


@fault("ATT-12-backslash-finds-nothing", rule="ATT-12", subtlety="subtle")
def backslash_finds_nothing(mock: Mock) -> None:
    """The name filter finds nothing where a backslash is asked for."""

    def hook(exchange: Exchange) -> None:
        if "\\" in exchange.query.get("name", ""):
            exchange.query["name"] = "\0 not there"

    mock.request(hook, LIST_ATTRIBUTES)


@fault("ATT-12-type-beside-a-name", rule="ATT-12", subtlety="subtle")
def type_beside_a_name(mock: Mock) -> None:
    """Beside a name the type filter is ignored."""
    mock.request(lambda x: x.query.pop("type", None) if "name" in x.query else None, LIST_ATTRIBUTES)


@fault("ATT-13-falsy-for-truthy-is-200", rule="ATT-13", subtlety="subtle")
def replacing_with_a_falsy_value_is_200(mock: Mock) -> None:
    """Replacing a value that is truthy by one that is falsy answers 200."""
    held: dict[int, Any] = {}

    def before(exchange: Exchange) -> None:
        user = mock.tenant_of(exchange).attributes._by_user.get(exchange.ids["user_id"], {})
        held[id(exchange)] = user.get(exchange.ids["definition_id"])

    def behind(exchange: Exchange) -> None:
        old = held.pop(id(exchange), None)
        if exchange.status == 201 and old and old.value and not exchange.json["attribute"]["value"]:
            exchange.status = 200

    mock.request(before, PUT_ATTRIBUTE)
    mock.answer(behind, PUT_ATTRIBUTE)


@fault("ATT-14-null-is-refused-and-deletes", rule="ATT-14", subtlety="subtle")
def null_resets_where_a_value_is(mock: Mock) -> None:
    """A null value is 400, and where the user holds a value it is deleted."""

    def hook(exchange: Exchange) -> None:
        body = exchange.fields.get("attribute")
        if isinstance(body, dict) and body.get("value", "") is None:
            mock.tenant_of(exchange).attributes._by_user.pop(exchange.ids["user_id"], None)

    mock.answer(hook, PUT_ATTRIBUTE, status=400)


@fault("ATT-15-regex-without-case", rule="ATT-15", subtlety="subtle", validated_definition_id=TEXT_ID)
def regex_without_case(mock: Mock) -> None:
    """A regex is compared whatever the case."""
    _regex(mock, re.IGNORECASE)


@fault("ATT-15-regex-line-by-line", rule="ATT-15", subtlety="subtle", validated_definition_id=TEXT_ID)
def regex_line_by_line(mock: Mock) -> None:
    """A regex is compared line by line: one line that matches is enough."""
    _regex(mock, re.MULTILINE)


def _regex(mock: Mock, flag: re.RegexFlag) -> None:
    kind = values.VALIDATIONS["regex"]
    changed = kind._replace(
        passes=lambda value, pattern: all(re.search(pattern, text, flag) for text in values._texts(value))
    )
    mock.item(values.VALIDATIONS, "regex", changed)
