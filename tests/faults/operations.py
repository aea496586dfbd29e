"""Short names for the operations of the contract, and groups of them."""

from audience_conformance.contract.rules import catalogue

LIST_DEFINITIONS, CREATE_DEFINITION = "getUserAttributeDefinitions", "createUserAttributeDefinition"
GET_DEFINITION, UPDATE_DEFINITION = "getUserAttributeDefinitionById", "updateUserAttributeDefinition"
DELETE_DEFINITION, BULK = "deleteUserAttributeDefinitionById", "bulkUpdateUserAttributes"
LIST_ATTRIBUTES, GET_ATTRIBUTE = "getUserAttributesForUser", "getUserAttributeById"
PUT_ATTRIBUTE, DELETE_ATTRIBUTE = "updateUserAttribute", "deleteUserAttribute"
TAGS, CATEGORIES, CATEGORISED = "getUserGroupTags", "getUserGroupCategories", "getCategorisedUserGroups"
LIST_GROUPS, CREATE_GROUP, GET_GROUP = "getUserGroups", "createUserGroup", "getUserGroupById"
PATCH_GROUP, DELETE_GROUP = "updateUserGroup", "deleteUserGroup"
LIST_USERS, REFRESH = "getUsersByByGroupId", "refreshUserGroupTotalUsers"

LISTS = (LIST_DEFINITIONS, LIST_ATTRIBUTES, LIST_GROUPS)
"""The lists with numbered pages."""
ANY_LIST = (*LISTS, LIST_USERS)
DOCUMENT_400 = catalogue()["FMT-05"].operations

# The operations that respond with records of a kind, one or many.
DEFINITIONS = (LIST_DEFINITIONS, CREATE_DEFINITION, GET_DEFINITION, UPDATE_DEFINITION)
ATTRIBUTES = (LIST_ATTRIBUTES, GET_ATTRIBUTE, PUT_ATTRIBUTE)
GROUPS = (LIST_GROUPS, CREATE_GROUP, GET_GROUP, PATCH_GROUP, CATEGORISED)
