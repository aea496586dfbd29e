"""Operations 1 to 5: attribute definitions."""

from typing import Any

from audience_mock.operations.context import Context, deleted, searched_page


async def list_definitions(at: Context, page_no: int, page_size: int, **filters: Any) -> Any:
    return await searched_page(at.tenant.definitions, filters, page_no, page_size)


async def create_definition(at: Context, body: dict[str, Any]) -> Any:
    return at.tenant.definitions.create(body)


async def get_definition(at: Context, definition_id: str) -> Any:
    return at.tenant.definitions.get(definition_id)


async def update_definition(at: Context, definition_id: str, body: dict[str, Any]) -> Any:
    return at.tenant.definitions.update(definition_id, body)


async def delete_definition(at: Context, definition_id: str) -> Any:
    at.tenant.definitions.delete(definition_id)
    return deleted(f"The attribute definition {definition_id}")
