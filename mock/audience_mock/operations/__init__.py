"""The 20 operations of the API: each takes a Context and the request's validated arguments, and returns the body.

The request has been validated against the contract before; the store does the work.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from audience_mock.operations import attributes, definitions, groups

Operation = Callable[..., Awaitable[Any]]

OPERATIONS: dict[str, tuple[int, Operation]] = {
    "getUserAttributeDefinitions": (HTTPStatus.OK, definitions.list_definitions),
    "createUserAttributeDefinition": (HTTPStatus.CREATED, definitions.create_definition),
    "getUserAttributeDefinitionById": (HTTPStatus.OK, definitions.get_definition),
    "updateUserAttributeDefinition": (HTTPStatus.OK, definitions.update_definition),
    "deleteUserAttributeDefinitionById": (HTTPStatus.OK, definitions.delete_definition),
    "bulkUpdateUserAttributes": (HTTPStatus.ACCEPTED, attributes.bulk_update),
    "getUserAttributesForUser": (HTTPStatus.OK, attributes.list_attributes),
    "getUserAttributeById": (HTTPStatus.OK, attributes.get_attribute),
    "updateUserAttribute": (HTTPStatus.CREATED, attributes.put_attribute),
    "deleteUserAttribute": (HTTPStatus.OK, attributes.delete_attribute),
    "getUserGroupTags": (HTTPStatus.OK, groups.list_tags),
    "getUserGroupCategories": (HTTPStatus.OK, groups.list_categories),
    "getCategorisedUserGroups": (HTTPStatus.OK, groups.list_by_category),
    "getUserGroups": (HTTPStatus.OK, groups.list_groups),
    "createUserGroup": (HTTPStatus.CREATED, groups.create_group),
    "getUserGroupById": (HTTPStatus.OK, groups.get_group),
    "updateUserGroup": (HTTPStatus.OK, groups.patch_group),
    "deleteUserGroup": (HTTPStatus.OK, groups.delete_group),
    "getUsersByByGroupId": (HTTPStatus.OK, groups.list_users),
    "refreshUserGroupTotalUsers": (HTTPStatus.ACCEPTED, groups.refresh),
}
"""operationId -> (success status, operation)."""
