"""Calls all operations through openapi-generator's Python client."""

import json
import os

from openapi_client import (
    ApiClient,
    AttributeType,
    AttributeValue,
    BulkUpdateAttributeItem,
    BulkUpdateAttributes,
    Configuration,
    CreateUserAttributeDefinition,
    CreateUserGroup,
    CursorDirection,
    GroupCategory,
    RefusedError,
    ServedApplication,
    ServedCompany,
    UpdateUserAttributeDefinition,
    UpdateUserGroup,
    UserAttributesApi,
    UserAttributeUpdate,
    UserAttributeValue,
    UserGroupsApi,
)
from openapi_client.exceptions import BadRequestException

COMPANY, APPLICATION = ServedCompany("559"), ServedApplication("64b000000000000000000001")
LOYALTY_POINTS = "64f888888888888888888888"
USER = "64f222222222222222222222"
BUYERS = "64f111111111111111111111"
FILE_URL = "data:text/csv,user_id%0A64f222222222222222222222"
CLIENT = ApiClient(Configuration(host=os.environ["AUDIENCE_URL"]))


def update_of(value: object) -> UserAttributeUpdate:
    return UserAttributeUpdate(attribute=UserAttributeValue(value=AttributeValue(value)))


def put_and_read(api: UserAttributesApi, definition: str, value: object) -> object:
    api.update_user_attribute(COMPANY, APPLICATION, USER, definition, update_of(value))
    return api.get_user_attribute_by_id(COMPANY, APPLICATION, USER, definition).attribute.value.actual_instance


def refused_field(api: UserAttributesApi, value: str) -> str:
    try:
        api.update_user_attribute(COMPANY, APPLICATION, USER, LOYALTY_POINTS, update_of(value))
    except BadRequestException as caught:
        refusal = caught.data
    else:
        raise SystemExit("A 400 was expected")
    assert isinstance(refusal, RefusedError)
    return refusal.errors[0].var_field  # the generator keeps `field` for itself


def attributes() -> dict[str, object]:
    api = UserAttributesApi(CLIENT)
    new = CreateUserAttributeDefinition(
        name="Shoe", slug="shoe", description="Size and colour of the shoe", type=AttributeType.OBJECT
    )
    shoe = api.create_user_attribute_definition(COMPANY, APPLICATION, new)
    api.get_user_attribute_definitions(COMPANY, APPLICATION, slug=shoe.slug, page_size=5)
    api.get_user_attribute_definition_by_id(COMPANY, APPLICATION, shoe.id)
    editable = UpdateUserAttributeDefinition(customer_editable=True)
    api.update_user_attribute_definition(COMPANY, APPLICATION, shoe.id, editable)

    stored = put_and_read(api, shoe.id, {"size": 4})
    number = put_and_read(api, LOYALTY_POINTS, 16777217)
    field = refused_field(api, "many")

    api.get_user_attributes_for_user(COMPANY, APPLICATION, USER)
    api.delete_user_attribute(COMPANY, APPLICATION, USER, shoe.id)
    change = BulkUpdateAttributeItem(key="favourite_colour", value=AttributeValue("green"))
    api.bulk_update_user_attributes(COMPANY, APPLICATION, BulkUpdateAttributes(file_url=FILE_URL, attributes=[change]))
    api.delete_user_attribute_definition_by_id(COMPANY, APPLICATION, shoe.id)
    return {"object": stored, "number": number, "field": field}


def groups() -> None:
    api = UserGroupsApi(CLIENT)
    group = api.create_user_group(
        COMPANY,
        APPLICATION,
        CreateUserGroup(
            name="Weekend buyers", description="Order on Saturday", category=GroupCategory.L1, file_url=FILE_URL
        ),
    )
    api.get_user_groups(COMPANY, APPLICATION, group_uid=str(group.uid))
    api.get_user_group_tags(COMPANY, APPLICATION)
    api.get_user_group_categories(COMPANY, APPLICATION, category="l1")
    api.get_categorised_user_groups(COMPANY, APPLICATION)
    api.get_user_group_by_id(COMPANY, APPLICATION, group.id)
    api.update_user_group(COMPANY, APPLICATION, group.id, UpdateUserGroup(name="Sunday buyers"))
    api.get_users_by_by_group_id(COMPANY, APPLICATION, BUYERS, direction=CursorDirection.NEXT, page_size=3)
    api.refresh_user_group_total_users(COMPANY, APPLICATION, group.id)
    api.delete_user_group(COMPANY, APPLICATION, group.id)


def main() -> None:
    read = attributes()
    groups()
    print(json.dumps(read))


main()
