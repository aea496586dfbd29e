"""Faults of definitions whose creation is refused (DEF-16)."""

import contextlib
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import TYPES, answer, refused, wrap
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import fault, faults, operator

from audience_mock.contract.document import DOCUMENTED_TENANT
from audience_mock.errors import Refusal
from audience_mock.store.definitions import Definitions


@operator
def _slug_stays_reserved(mock: Mock, fields: set[str]) -> None:
    """Refuse a slug whose creation was refused for exactly these fields (any, if none)."""
    reserved: set[str] = set()

    def after(exchange: Exchange) -> None:
        slug, wrong = exchange.fields.get("slug"), {error["field"] for error in exchange.json.get("errors", [])}
        if isinstance(slug, str) and (not fields or wrong == fields):
            reserved.add(slug)

    def before(exchange: Exchange) -> None:
        if isinstance(slug := exchange.fields.get("slug"), str) and slug in reserved:
            exchange.refuse(400, "This slug is taken.")

    mock.request(before, ops.CREATE_DEFINITION)
    mock.answer(after, ops.CREATE_DEFINITION, status=400)


faults(
    "DEF-16",
    refused_takes_the_slug=_slug_stays_reserved(set()),
    bad_name_reserves_the_slug=_slug_stays_reserved({"body.name"}),
    long_name_is_stored_then_refused=refused(
        400, ops.CREATE_DEFINITION, instead_of=201, where=lambda x: len(x.json["name"]) > 120
    ),
)


@fault("DEF-16", answer, ops.CREATE_DEFINITION, status=400)
def stored_then_validated(exchange: Exchange) -> None:
    body = {"description": "-", **exchange.fields}
    if isinstance(body.get("slug"), str) and isinstance(body.get("name"), str):
        type_ = body["type"] if body.get("type") in TYPES else "string"
        with contextlib.suppress(Refusal):
            exchange.tenant.definitions.create({**body, "type": type_})


@fault("DEF-16", wrap, Definitions, "insert")
def stored_then_taken(original: Any, self: Any, record: Record) -> Any:
    try:
        return original(self, record)
    except Refusal:
        self._records.add(record)
        raise


@fault("DEF-16", answer, ops.CREATE_DEFINITION, status=400)
def refused_list_is_stored(exchange: Exchange) -> None:
    """A body that is a list of definitions is refused, and each of them stored."""
    for body in exchange.body if isinstance(exchange.body, list) else ():
        if isinstance(body, dict) and body.keys() >= {"name", "slug", "description", "type"}:
            exchange.tenant.definitions.create(body)


@fault("DEF-16", answer, ops.CREATE_DEFINITION, status=400)
def unserved_application_is_stored(exchange: Exchange) -> None:
    """A creation for an application that is not served is refused, and stored in the first."""
    served = {tenant.name for tenant in exchange.world.tenants()}
    if (exchange.ids["company_id"], exchange.ids["application_id"]) not in served and "slug" in exchange.fields:
        exchange.world.tenant(*DOCUMENTED_TENANT).definitions.create(exchange.fields)
