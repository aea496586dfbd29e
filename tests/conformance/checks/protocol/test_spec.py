"""The protocol checks read from the contract what an operation takes and which operation reads its resource."""

from audience_conformance.checks.protocol.requests import spec
from audience_conformance.contract.document import operations


def test_each_operation_that_creates_or_changes_a_readable_resource_has_its_reading_operation() -> None:
    readers = {operation_id: spec.reading_operation(operation_id) for operation_id in operations()}
    assert {operation_id: reader for operation_id, reader in readers.items() if reader} == {
        "createUserAttributeDefinition": "getUserAttributeDefinitionById",
        "updateUserAttributeDefinition": "getUserAttributeDefinitionById",
        "updateUserAttribute": "getUserAttributeById",
        "createUserGroup": "getUserGroupById",
        "updateUserGroup": "getUserGroupById",
    }


def test_only_operations_that_name_a_definition_or_a_group_can_be_404() -> None:
    documented = {id_ for id_, (_, _, operation) in operations().items() if "404" in operation["responses"]}
    assert {operation_id for operation_id in operations() if spec.can_be_404(operation_id)} == documented


def test_one_operation_stands_for_each_path() -> None:
    assert len(spec.FIRST_OF_PATHS) == len({path for _, path, _ in operations().values()})
    assert "getUserAttributeDefinitions" in spec.FIRST_OF_PATHS
