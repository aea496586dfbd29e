"""User attribute definitions (documents: Audience, operations 1 to 5)."""

from typing import Any

from audience_mock import errors
from audience_mock.store.attributes import Attributes
from audience_mock.store.collection import Collection, Filter, Record, Resources, SubstringFilter, equals
from audience_mock.store.ids import IdSource
from audience_mock.store.values import expected_value

FLAGS = ("customer_editable", "encrypted", "pinned", "is_locked")
FILTERS: dict[str, Filter] = {
    "name": SubstringFilter(lambda definition: str(definition["name"])),
    "slug": equals("slug"),
    "type": equals("type"),
    **{flag: equals(flag) for flag in FLAGS},
}
DEFAULTS: Record = {
    "validations": [],
    "default_value": None,
    "encrypted": False,
    "pinned": False,
    "pin_order": 0,
    "customer_editable": False,
    "is_locked": False,
}
CREATED_WITH = ("name", "slug", "description", "type")
UPDATABLE = ("name", "description", "type", "customer_editable")


class Definitions(Resources):
    """The definitions of one tenant. Deleting one deletes the users' values of it."""

    def __init__(self, source: IdSource, attributes: Attributes) -> None:
        super().__init__(Collection(FILTERS, errors.unknown_definition))
        self._source = source
        self._attributes = attributes

    def fork(self, source: IdSource, attributes: Attributes) -> "Definitions":
        """An independent copy; `attributes` is the fork of its values."""
        other = Definitions(source, attributes)
        other._records = self._records.fork()
        return other

    def by_slug(self, slug: str) -> Record | None:
        return self._records.first("slug", slug)

    def create(self, body: Record) -> Record:
        """Create a definition with the documented defaults. Raises Refusal 400 for a slug that is taken."""
        now = self._source.now()
        return self.insert(
            {
                "_id": self._source.new_id(),
                **{field: body[field] for field in CREATED_WITH},
                **DEFAULTS,
                "created_at": now,
                "modified_at": now,
            }
        )

    def insert(self, record: Record) -> Record:
        """Add a complete record. Raises Refusal 400 for a slug that is taken."""
        holder = self.by_slug(record["slug"])
        if holder:
            raise errors.slug_taken(record["slug"], holder["_id"])
        self._records.add(record)
        return record

    def update(self, definition_id: str, body: Record) -> Record:
        """Change the fields that `body` has; a body without any of them changes nothing, not even `modified_at`.

        Raises:
            Refusal: 404; or 400 for a locked definition, or a type that a stored value does not fit.
        """
        old = self._unlocked(definition_id)
        changes = {field: body[field] for field in UPDATABLE if field in body}
        if not changes:
            return old
        new = {**old, **changes, "modified_at": self._source.now(old["modified_at"])}
        if new["type"] != old["type"]:
            for user_id, value in self._attributes.values_of(definition_id):
                if expected_value(new, value):
                    raise errors.type_in_use(old["slug"], old["type"], new["type"], user_id, value)
        self._records.replace(new)
        return new

    def delete(self, definition_id: str) -> None:
        """Delete the definition and every user's value of it. Raises Refusal 404, or 400 if it is locked."""
        self._unlocked(definition_id)
        self._records.remove(definition_id)
        self._attributes.delete_definition(definition_id)

    def _unlocked(self, definition_id: str) -> Record:
        record = self.get(definition_id)
        if record["is_locked"]:
            raise errors.definition_locked(definition_id, record["name"])
        return record

    def validate(self, definition: Record, value: Any, field: str) -> list[errors.Violation]:
        """Validate a value against a definition; an empty list if it is valid."""
        expected = expected_value(definition, value)
        return [errors.unfit(field, definition["slug"], value, expected)] if expected else []
