"""The 20 operations: each takes a Context and the validated arguments of its request, and answers with a body.

An operation says what happens; the store under it knows how, and the contract has judged the request before.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from audience_mock.operations import attributes, definitions, groups

Operation = Callable[..., Awaitable[Any]]

OPERATIONS: dict[str, tuple[int, Operation]] = {
    "getUserAttributeDefinitions": (200, definitions.list_definitions),
    "createUserAttributeDefinition": (201, definitions.create_definition),
    "getUserAttributeDefinitionById": (200, definitions.get_definition),
    "updateUserAttributeDefinition": (200, definitions.update_definition),
    "deleteUserAttributeDefinitionById": (200, definitions.delete_definition),
    "bulkUpdateUserAttributes": (202, attributes.bulk_update),
    "getUserAttributesForUser": (200, attributes.list_attributes),
    "getUserAttributeById": (200, attributes.get_attribute),
    "updateUserAttribute": (201, attributes.put_attribute),
    "deleteUserAttribute": (200, attributes.delete_attribute),
    "getUserGroupTags": (200, groups.list_tags),
    "getUserGroupCategories": (200, groups.list_categories),
    "getCategorisedUserGroups": (200, groups.list_by_category),
    "getUserGroups": (200, groups.list_groups),
    "createUserGroup": (201, groups.create_group),
    "getUserGroupById": (200, groups.get_group),
    "updateUserGroup": (200, groups.patch_group),
    "deleteUserGroup": (200, groups.delete_group),
    "getUsersByByGroupId": (200, groups.list_users),
    "refreshUserGroupTotalUsers": (202, groups.refresh),
}
"""operationId -> (status of success, operation)."""
