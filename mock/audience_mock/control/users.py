"""Who the users of groups are: the Audience API only reads them, so a frontend team describes them here."""

import asyncio
from typing import Any

from audience_mock import errors
from audience_mock.contract.document import DOCUMENTED_TENANT, TenantName
from audience_mock.control.app import ControlRequest
from audience_mock.control.calls import Call, Json
from audience_mock.operations.context import number_page
from audience_mock.store.world import Tenant

TEXT: Json = {"type": "string", "minLength": 1, "maxLength": 255}
FLAG: Json = {"type": "boolean"}
FLAGS = {"primary": FLAG, "verified": FLAG, "active": FLAG}


def _contacts(required: str, **more: Json) -> Json:
    properties = {required: TEXT, **FLAGS, **more}
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
NUMBER: Json = {"type": "integer"}
APPLICATION = {"application": (f"COMPANY/APPLICATION; without it {DOCUMENTED_TENANT}", {"type": "string"})}
MOST, LONGEST_PAGE = 2**31, 100


def _tenant(request: ControlRequest) -> Tenant:
    """The tenant that is asked about. Raises Refusal 400 for one that is not served."""
    asked_for = request.query("application") or str(DOCUMENTED_TENANT)
    company, _, application = asked_for.partition("/")
    world, name = request.session.backend.world, TenantName(company, application)
    if not world.serves(name):
        message = f"The application {errors.show(asked_for)} is not served; write COMPANY/APPLICATION, see --tenant."
        raise errors.one("query.application", message)
    return world.tenant(*name)


def _number(request: ControlRequest, name: str, default: int, most: int) -> int:
    text = request.query(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:12]) <= most):
        raise errors.one(f"query.{name}", f"query.{name} is {errors.show(text)}; send a number from 1 to {most}.")
    return int(text)


async def list_users(request: ControlRequest) -> Any:
    tenant = _tenant(request)
    page_no, page_size = _number(request, "page_no", 1, MOST), _number(request, "page_size", 10, LONGEST_PAGE)
    found = await asyncio.to_thread(tenant.users.page, (request.query("q") or "").casefold(), page_no, page_size)
    return number_page(found, page_no, page_size)


async def put_user(request: ControlRequest) -> Any:
    tenant, user_id = _tenant(request), request.path("user_id")
    tenant.describe(user_id, request.content)
    return tenant.users.described(user_id)


async def delete_user(request: ControlRequest) -> Any:
    tenant, user_id = _tenant(request), request.path("user_id")
    if user_id not in tenant.users:
        raise errors.unknown_user(user_id)
    tenant.describe(user_id, None)
    return {"success": True, "message": f"The user {user_id} has no contacts any more, and stays in groups."}


PATH = "/users/{user_id:path}"
CALLS = (
    Call(
        "GET",
        "/users",
        list_users,
        "List the users who have contacts or are blacklisted",
        query={
            **APPLICATION,
            "page_no": ("from 1", NUMBER),
            "page_size": (f"1 to {LONGEST_PAGE}", NUMBER),
            "q": ("a part of an id, an email or a phone number", {"type": "string"}),
        },
    ),
    Call("PUT", PATH, put_user, "Say who a user is: emails, phone numbers, blacklisted", query=APPLICATION, body=USER),
    Call("DELETE", PATH, delete_user, "Forget who a user is", query=APPLICATION),
)
