"""What a check may need of a target: each is named here once, declared by checks (`needs`), and raised in a Skip."""

from audience_conformance.client.api import CREATES_DEFINITION, CREATES_GROUP, OTHER_APPLICATION

__all__ = ["CREATES_DEFINITION", "CREATES_GROUP", "OTHER_APPLICATION"]

WRITE_PERMISSION = "write permission (--write)"
LOCKED_DEFINITION = "a locked definition that the run may try to change (--locked-definition)"
VALIDATED_DEFINITION = "a definition with validations that the run may use (--validated-definition)"
SOME_ITEMS = "a list with items, or write permission to create some (--write)"
GROUP_WITH_USERS = "a group with users (--group-id)"
CONTACTS = "a group whose users have emails or phones (--group-id)"
BLACKLISTED_USERS = "a group with blacklisted users (--group-id)"
READABLE_FILE = "a server that reads data:text/csv files, or a file of users that it can read (--users-file-url)"
DATA_FILES = "a server that reads data:text/csv files"
USERS_FILE = "a file of users at an http(s) URL that it can read (--users-file-url)"
USERS_IN_ORDER = "a server that lists a file's users in its order"
TAGGED_GROUPS = "groups with tags (the API cannot set any)"
CATEGORY_KEYS = "categories that have a key"
NAME_FILTER = "a name filter, to have a list that nobody else changes"
STABLE_LIST = "a list that nobody else changes meanwhile"
EXISTING_RESOURCE = "a definition or a group that existed before the run"
SETS_VALUE = "a server that sets users' values"
REJECTED_REQUEST = "a request that the server rejects"
SUCCESSFUL_REQUEST = "a request that succeeds"
FLAGGED_DEFINITION = "a definition with the flag set"
TIMESTAMPS = "a resource with created_at and modified_at"
DATE = "answers with a header Date"


def for_case(case: str, prerequisite: str) -> str:
    """A prerequisite of one case of a check, for `needs`."""
    return f"{prerequisite} (case {case})"
