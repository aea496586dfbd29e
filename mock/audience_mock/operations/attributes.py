"""Operations 6 to 10: users' values of attributes, and the bulk update."""

import asyncio
from http import HTTPStatus
from itertools import product
from typing import Any

from audience_mock import errors
from audience_mock.operations.context import Context, deleted, number_page
from audience_mock.store.accepted import Work

BATCH = 500
"""Values that a bulk update writes before it yields to other requests."""


async def bulk_update(at: Context, body: dict[str, Any]) -> Any:
    """Validate every key and value now; a job writes them for the users of the file."""
    definitions = at.tenant.definitions
    violations: list[errors.Violation] = []
    values: dict[str, Any] = {}
    for number, item in enumerate(body["attributes"]):
        field = f"body.attributes.{number}"
        definition = definitions.by_slug(item["key"])
        if definition is None:
            violations.append(errors.unknown_key(f"{field}.key", item["key"]))
        else:
            violations += definitions.validate(definition, item["value"], f"{field}.value")
            values[definition["_id"]] = item["value"]
    if violations:
        raise errors.invalid(violations)
    job_id = at.world.ids.new_id()
    start_update(at, Work("bulk update", job_id, body["file_url"], values))
    return {
        "success": True,
        "message": f"The update is queued as job {job_id}.",
        "processing_type": "async",
        "job_id": job_id,
        "status_code": HTTPStatus.ACCEPTED,
    }


def start_update(at: Context, work: Work) -> None:
    """Start the job of an accepted bulk update."""
    at.accept(
        work,
        f"Bulk update {work.subject}",
        lambda job: _write(at.within(job), work.file_url, work.values),
        job_id=work.subject,
        targets=work.values,
    )


async def _write(at: Context, file_url: str, values: dict[str, Any]) -> None:
    """Write the values for every user of the file; skip those that a changed definition no longer allows."""
    tenant = at.tenant
    user_ids = await at.files.read(file_url)
    for number, (user_id, definition_id) in enumerate(product(user_ids, values), start=1):
        if definition_id in tenant.definitions:
            definition, value = tenant.definitions.get(definition_id), values[definition_id]
            if not tenant.definitions.validate(definition, value, ""):
                tenant.attributes.put(user_id, definition, value)
        if number % BATCH == 0:
            await asyncio.sleep(0)


async def list_attributes(
    at: Context,
    user_id: str,
    page_no: int,
    page_size: int,
    name: str | None = None,
    type: str | None = None,  # noqa: A002 (the parameter's name in the documents)
) -> Any:
    filters = {"name": name, "type": type}
    found = at.tenant.attributes.page(user_id, at.tenant.definitions, filters, page_no, page_size)
    return number_page(found, page_no, page_size)


async def get_attribute(at: Context, user_id: str, definition_id: str) -> Any:
    return at.tenant.attributes.get(user_id, at.tenant.definitions.get(definition_id))


async def put_attribute(at: Context, user_id: str, definition_id: str, body: dict[str, Any]) -> Any:
    definition = at.tenant.definitions.get(definition_id)
    value = body["attribute"]["value"]
    violations = at.tenant.definitions.validate(definition, value, "body.attribute.value")
    if violations:
        raise errors.invalid(violations)
    return at.tenant.attributes.put(user_id, definition, value)


async def delete_attribute(at: Context, user_id: str, definition_id: str) -> Any:
    at.tenant.attributes.delete(user_id, definition_id)
    return deleted(f"The user {user_id}'s value of the definition {definition_id}")
