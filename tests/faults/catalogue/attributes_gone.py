"""Faults of ATT-07 to ATT-09: values deleted, and those that never were."""

from typing import Any

from tests.faults.helpers import listed_as
from tests.faults.patching import (
    DELETE_ATTRIBUTE,
    GET_ATTRIBUTE,
    PUT_ATTRIBUTE,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.errors import Refusal
from audience_mock.store.attributes import Attributes

# --- ATT-07, ATT-08 -----------------------------------------------------------------------------------


@fault("ATT-07-delete-does-nothing", rule="ATT-07", subtlety="obvious")
def delete_does_nothing(mock: Mock) -> None:
    """A delete is answered and the value stays."""

    def delete(original: Any, self: Any, user_id: str, definition_id: str) -> None:
        if definition_id not in self._by_user.get(user_id, {}):
            original(self, user_id, definition_id)

    mock.wrap(Attributes, "delete", delete)


@fault("ATT-07-hidden-by-id-only", rule="ATT-07", subtlety="plausible")
def hidden_by_id_only(mock: Mock) -> None:
    """A deleted value is 404 and stays in the user's list."""
    graves: list[tuple[Any, Record]] = []

    async def delete(original: Any, at: Any, user_id: str, definition_id: str) -> Any:
        definition = at.tenant.definitions.get(definition_id)
        graves.append((at.tenant, at.tenant.attributes.get(user_id, definition)))
        return await original(at, user_id=user_id, definition_id=definition_id)

    def change(every: list[Record], asked: tuple[Any, str, Any]) -> list[Record]:
        at, user_id, _ = asked
        return every + [record for tenant, record in graves if tenant is at.tenant and record["user_id"] == user_id]

    mock.operation(delete, DELETE_ATTRIBUTE)
    listed_as(mock, change)


@fault("ATT-07-deleted-is-null", rule="ATT-07", subtlety="plausible")
def deleted_is_null(mock: Mock) -> None:
    """A deleted attribute stays with the value null."""

    def delete(original: Any, self: Any, user_id: str, definition_id: str) -> None:
        held = self._by_user.get(user_id, {}).get(definition_id)
        if held is None or held.value is None:
            original(self, user_id, definition_id)
        else:
            held.value = None

    mock.wrap(Attributes, "delete", delete)


@fault("ATT-07-readable-by-id", rule="ATT-07", subtlety="subtle")
def readable_by_id(mock: Mock) -> None:
    """A deleted attribute is not listed but can still be read from a cache."""
    cache: dict[tuple[str, str, str], Record] = {}

    async def get(original: Any, at: Any, user_id: str, definition_id: str) -> Any:
        key = (str(at.tenant.name), user_id, definition_id)
        try:
            cache[key] = await original(at, user_id=user_id, definition_id=definition_id)
        except Refusal:
            if key not in cache or definition_id not in at.tenant.definitions:
                raise
        return cache[key]

    mock.operation(get, GET_ATTRIBUTE)


def _deleting_too(mock: Mock, is_hit: Any) -> None:
    """A delete takes along each value for which `is_hit(other user, other definition, user, definition)`."""

    def delete(original: Any, self: Any, user_id: str, definition_id: str) -> None:
        original(self, user_id, definition_id)
        for other, held in list(self._by_user.items()):
            for other_definition in list(held):
                if is_hit(other, other_definition, user_id, definition_id):
                    original(self, other, other_definition)

    mock.wrap(Attributes, "delete", delete)


@fault("ATT-08-deletes-all-of-the-user", rule="ATT-08", subtlety="plausible")
def deletes_all_of_the_user(mock: Mock) -> None:
    """Deleting one value deletes all values of the user."""
    _deleting_too(mock, lambda other, its, user_id, definition_id: other == user_id)


@fault("ATT-08-deletes-all-of-the-definition", rule="ATT-08", subtlety="plausible")
def deletes_all_of_the_definition(mock: Mock) -> None:
    """Deleting one value deletes all users' values of the definition."""
    _deleting_too(mock, lambda other, its, user_id, definition_id: its == definition_id)


@fault("ATT-08-deletes-of-users-whose-id-begins-so", rule="ATT-08", subtlety="subtle")
def deletes_of_users_whose_id_begins_so(mock: Mock) -> None:
    """Deleting one value deletes those of users whose id begins with this one."""
    _deleting_too(mock, lambda other, its, user_id, definition_id: its == definition_id and other.startswith(user_id))


# --- ATT-09 -------------------------------------------------------------------------------------------


@fault("ATT-09-absent-is-null", rule="ATT-09", subtlety="plausible")
def absent_is_null(mock: Mock) -> None:
    """Reading an absent attribute of a definition that exists answers 200 with the value null."""

    async def get(original: Any, at: Any, user_id: str, definition_id: str) -> Any:
        definition = at.tenant.definitions.get(definition_id)
        try:
            return await original(at, user_id=user_id, definition_id=definition_id)
        except Refusal:
            record = {"_id": "-", "user_id": user_id, "user_attribute_definition_id": definition_id}
            value = {"key": definition["slug"], "value": definition["default_value"]}
            return {**record, "attribute": value, "type": definition["type"]}

    mock.operation(get, GET_ATTRIBUTE)


@fault("ATT-09-delete-of-absent-is-200", rule="ATT-09", subtlety="plausible")
def delete_of_absent_is_200(mock: Mock) -> None:
    """Deleting an absent attribute is 200."""
    mock.answer(
        lambda x: (
            x.answer(200, {"success": True, "message": "Deleted."})
            if x.ids["definition_id"] in mock.tenant_of(x).definitions
            else None
        ),
        DELETE_ATTRIBUTE,
        status=404,
    )


@fault("ATT-09-put-on-unknown-definition-is-400", rule="ATT-09", subtlety="plausible")
def put_on_unknown_definition_is_400(mock: Mock) -> None:
    """Putting a value of an unknown definition is 400."""
    mock.answer(lambda x: x.refuse(400), PUT_ATTRIBUTE, status=404)


@fault("ATT-09-put-on-unknown-definition-is-201", rule="ATT-09", subtlety="obvious")
def put_on_unknown_definition_is_201(mock: Mock) -> None:
    """Putting a value of an unknown definition is taken."""

    def hook(exchange: Exchange) -> None:
        ids = exchange.ids
        record = {"_id": "-", "user_id": ids["user_id"], "user_attribute_definition_id": ids["definition_id"]}
        record |= {"application_id": ids["application_id"], "type": "string"}
        exchange.answer(201, {**record, "attribute": {"key": "-", "value": exchange.fields["attribute"]["value"]}})

    mock.answer(hook, PUT_ATTRIBUTE, status=404)


@fault("ATT-09-user-with-other-values-is-200", rule="ATT-09", subtlety="subtle")
def user_with_other_values_is_200(mock: Mock) -> None:
    """Deleting an absent attribute of a user who holds another one is 200."""
    mock.answer(
        lambda x: (
            x.answer(200, {"success": True, "message": "Deleted."})
            if mock.tenant_of(x).attributes._by_user.get(x.ids["user_id"])
            else None
        ),
        DELETE_ATTRIBUTE,
        status=404,
    )
