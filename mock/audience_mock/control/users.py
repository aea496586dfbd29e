"""Contact data of users: the Audience API only reads it, so a frontend team sets it here."""

import asyncio
from typing import Any

from audience_mock import errors
from audience_mock.contract.document import DOCUMENTED_TENANT, TenantName
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call, Json
from audience_mock.control.schemas import ref
from audience_mock.operations.context import number_page
from audience_mock.store.world import Tenant

TEXT: Json = {"type": "string", "minLength": 1, "maxLength": 255}
FLAG: Json = {"type": "boolean"}
FLAGS = {"primary": FLAG, "verified": FLAG, "active": FLAG}


def _contacts(required: str, **other: Json) -> Json:
    properties = {required: TEXT, **FLAGS, **other}
    item = {"type": "object", "additionalProperties": False, "required": [required], "properties": properties}
    return {"type": "array", "maxItems": 100, "items": item}


USER: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "emails": _contacts("email"),
        "phone_numbers": _contacts("phone", country_code={"type": "integer", "minimum": 1, "maximum": 999_999}),
        "blacklisted": FLAG,
    },
}
APPLICATION = {"application": (f"COMPANY/APPLICATION; by default {DOCUMENTED_TENANT}", {"type": "string"})}


def _tenant(request: ControlRequest) -> Tenant:
    """The tenant of the request. Raises Refusal 400 if it is not served."""
    text = request.query.get("application") or str(DOCUMENTED_TENANT)
    company, _, application = text.partition("/")
    world, name = request.session.backend.world, TenantName(company, application)
    if not world.serves(name):
        message = f"The application {errors.show(text)} is not served; send COMPANY/APPLICATION, see --tenant."
        raise errors.one("query.application", message)
    return world.tenant(*name)


async def list_users(request: ControlRequest) -> Any:
    tenant = _tenant(request)
    page_no, page_size = request.query["page_no"], request.query["page_size"]
    found = await asyncio.to_thread(tenant.users.page, request.query.get("q", "").casefold(), page_no, page_size)
    return number_page(found, page_no, page_size)


async def put_user(request: ControlRequest) -> Any:
    tenant, user_id = _tenant(request), request.path("user_id")
    tenant.describe(user_id, request.content)
    return tenant.users.as_dict(user_id)


async def delete_user(request: ControlRequest) -> Any:
    tenant, user_id = _tenant(request), request.path("user_id")
    if user_id not in tenant.users:
        raise errors.unknown_user(user_id)
    tenant.describe(user_id, None)
    message = f"The contact data of the user {user_id} is deleted; the user stays in its groups."
    return {"success": True, "message": message}


PATH = "/users/{user_id:path}"
CALLS = (
    Call(
        "GET",
        "/users",
        list_users,
        "List the users with contact data, and the blacklisted users",
        query={
            **APPLICATION,
            "page_no": ("number of the page", {"type": "integer", "minimum": 1, "maximum": 2**31, "default": 1}),
            "page_size": ("users of a page", {"type": "integer", "minimum": 1, "maximum": 100, "default": 10}),
            "q": ("part of an id, email or phone number", {"type": "string"}),
        },
        answer=ref("Users"),
    ),
    Call(
        "PUT",
        PATH,
        put_user,
        "Set the emails, phone numbers and blacklisting of a user",
        query=APPLICATION,
        body=USER,
        answer=ref("User"),
    ),
    Call(
        "DELETE",
        PATH,
        delete_user,
        "Delete the contact data of a user",
        query=APPLICATION,
        answer=ref("Done"),
        refusals=(404,),
    ),
)
