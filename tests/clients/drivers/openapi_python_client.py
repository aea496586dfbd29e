"""Calls all operations through the client of openapi-python-client."""

import json
import os
from typing import TypeVar

from client import Client
from client.api.user_attributes import (
    bulk_update_user_attributes,
    create_user_attribute_definition,
    delete_user_attribute,
    delete_user_attribute_definition_by_id,
    get_user_attribute_by_id,
    get_user_attribute_definition_by_id,
    get_user_attribute_definitions,
    get_user_attributes_for_user,
    update_user_attribute,
    update_user_attribute_definition,
)
from client.api.user_groups import (
    create_user_group,
    delete_user_group,
    get_categorised_user_groups,
    get_user_group_by_id,
    get_user_group_categories,
    get_user_group_tags,
    get_user_groups,
    get_users_by_by_group_id,
    refresh_user_group_total_users,
    update_user_group,
)
from client.models import (
    ApiError,
    AttributeType,
    BulkUpdateAttributeItem,
    BulkUpdateAttributes,
    CreateUserAttributeDefinition,
    CreateUserGroup,
    CursorDirection,
    GroupCategory,
    ObjectValue,
    RefusedError,
    ServedApplication,
    ServedCompany,
    UpdateUserAttributeDefinition,
    UpdateUserGroup,
    UserAttributeUpdate,
    UserAttributeValue,
)

COMPANY, APPLICATION = ServedCompany("559"), ServedApplication("64b000000000000000000001")
LOYALTY_POINTS = "64f888888888888888888888"
USER = "64f222222222222222222222"
BUYERS = "64f111111111111111111111"
FILE_URL = "data:text/csv,user_id%0A64f222222222222222222222"
CLIENT = Client(base_url=os.environ["AUDIENCE_URL"])

Answer = TypeVar("Answer")


def ok(answer: Answer | RefusedError | ApiError | None) -> Answer:
    """Return the body of a success; any other answer ends the driver."""
    if answer is None or isinstance(answer, (RefusedError, ApiError)):
        raise SystemExit(f"Not a success: {answer}")
    return answer


def put_and_read(definition: str, value: str | float | ObjectValue) -> object:
    body = UserAttributeUpdate(attribute=UserAttributeValue(value=value))
    ok(update_user_attribute.sync(COMPANY, APPLICATION, definition, USER, client=CLIENT, body=body))
    return ok(get_user_attribute_by_id.sync(COMPANY, APPLICATION, definition, USER, client=CLIENT)).attribute.value


def refused_field(value: str) -> str:
    body = UserAttributeUpdate(attribute=UserAttributeValue(value=value))
    refusal = update_user_attribute.sync(COMPANY, APPLICATION, LOYALTY_POINTS, USER, client=CLIENT, body=body)
    if not isinstance(refusal, RefusedError):
        raise SystemExit(f"A 400 was expected: {refusal}")
    return refusal.errors[0].field


def attributes() -> dict[str, object]:
    new = CreateUserAttributeDefinition("Shoe", "shoe", "Size and colour of the shoe", AttributeType.OBJECT)
    shoe = ok(create_user_attribute_definition.sync(COMPANY, APPLICATION, client=CLIENT, body=new))
    ok(get_user_attribute_definitions.sync(COMPANY, APPLICATION, client=CLIENT, slug=shoe.slug, page_size=5))
    ok(get_user_attribute_definition_by_id.sync(COMPANY, APPLICATION, shoe.field_id, client=CLIENT))
    editable = UpdateUserAttributeDefinition(customer_editable=True)
    ok(update_user_attribute_definition.sync(COMPANY, APPLICATION, shoe.field_id, client=CLIENT, body=editable))

    size = ObjectValue()
    size["size"] = 4
    stored = put_and_read(shoe.field_id, size)
    number = put_and_read(LOYALTY_POINTS, 16777217)
    field = refused_field("many")

    ok(get_user_attributes_for_user.sync(COMPANY, APPLICATION, USER, client=CLIENT))
    ok(delete_user_attribute.sync(COMPANY, APPLICATION, shoe.field_id, USER, client=CLIENT))
    green = BulkUpdateAttributes(file_url=FILE_URL, attributes=[BulkUpdateAttributeItem("favourite_colour", "green")])
    ok(bulk_update_user_attributes.sync(COMPANY, APPLICATION, client=CLIENT, body=green))
    ok(delete_user_attribute_definition_by_id.sync(COMPANY, APPLICATION, shoe.field_id, client=CLIENT))
    assert isinstance(stored, ObjectValue)
    return {"object": stored.to_dict(), "number": number, "field": field}


def groups() -> None:
    new = CreateUserGroup("Weekend buyers", "Order on Saturday", GroupCategory.L1, FILE_URL)
    group = ok(create_user_group.sync(COMPANY, APPLICATION, client=CLIENT, body=new))
    ok(get_user_groups.sync(COMPANY, APPLICATION, client=CLIENT, group_uid=str(group.uid)))
    ok(get_user_group_tags.sync(COMPANY, APPLICATION, client=CLIENT))
    ok(get_user_group_categories.sync(COMPANY, APPLICATION, client=CLIENT, category="l1"))
    ok(get_categorised_user_groups.sync(COMPANY, APPLICATION, client=CLIENT))
    ok(get_user_group_by_id.sync(COMPANY, APPLICATION, group.field_id, client=CLIENT))
    renamed = UpdateUserGroup(name="Sunday buyers")
    ok(update_user_group.sync(COMPANY, APPLICATION, group.field_id, client=CLIENT, body=renamed))
    forward = CursorDirection.NEXT
    ok(get_users_by_by_group_id.sync(COMPANY, APPLICATION, BUYERS, client=CLIENT, direction=forward, page_size=3))
    ok(refresh_user_group_total_users.sync(COMPANY, APPLICATION, group.field_id, client=CLIENT))
    ok(delete_user_group.sync(COMPANY, APPLICATION, group.field_id, client=CLIENT))


def main() -> None:
    read = attributes()
    groups()
    print(json.dumps(read))


main()
