"""The text that the command prints when the server listens."""

import json
import shlex
from typing import TYPE_CHECKING
from urllib.parse import quote

from audience_mock.contract.document import DOCUMENTED_TENANT, load_contract

if TYPE_CHECKING:
    from audience_mock.app import Options
    from audience_mock.serve.addresses import Addresses
    from audience_mock.store.world import Tenant, World

JSON_HEADER = "Content-Type: application/json"


def banner(addresses: "Addresses", options: "Options", world: "World", origin: str) -> str:
    """The URLs, what is served, and example requests that succeed.

    Args:
        addresses: of the server.
        options: of the server.
        world: what it serves.
        origin: where its data comes from.
    """
    url = addresses.url
    contract = load_contract()
    operations = sum("operationId" in o for item in contract["paths"].values() for o in item.values())
    served = f"for {', '.join(map(str, world.served))} ({f'proxy for {options.proxy}' if options.proxy else origin})"
    token = f"?token={quote(options.token)}" if options.token else ""
    kept = f"Data is kept in {options.state}." if options.state else "Data is not kept."
    if options.record:
        kept = f"What passes is recorded in {options.record}."
    examples = "\n           ".join(_examples(f"{url}{contract['servers'][0]['url']}", options, world.fork()))
    network = "".join(f"\n  network  {one} (from other machines)" for one in addresses.network)
    return f"""Audience API mock at {url}{network}
  serves   {operations} operations {served}
  control  {url}/__mock__/{token} (console)   {url}/__mock__/openapi.json
  docs     {url}/ui (try it out)   {url}/openapi.json   {url}/openapi.yaml
  example  {examples}
Ctrl-C stops it. {kept}"""


def _examples(base: str, options: "Options", world: "World") -> list[str]:
    """Requests with curl; a real server behind --proxy is only read. The world gets the documented tenant."""
    tenant = _tenant_to_show(world)
    company, application = (quote(part, safe="") for part in tenant.name)
    api = f"{base}/company/{company}/application/{application}"
    curl = "curl -k" if base.startswith("https:") else "curl"  # certificates of test servers are often self-signed
    login = f"-H {shlex.quote(f'Authorization: Bearer {options.bearer}')} " if options.bearer else ""
    lines = [f"{curl} {login}'{api}/user_group?page_size=2'"]
    if options.proxy:
        return lines
    group_id = _group_with_users(tenant)
    if group_id is None:
        group = {
            "name": "Walkers",
            "description": "On foot",
            "category": "l1",
            "file_url": "data:text/csv,user_id%0Au1",
        }
        lines.append(_post(f"{curl} {login}", group, f"{api}/user_group"))
    else:
        lines.append(f"{curl} {login}'{api}/user_group/{quote(group_id, safe='')}/users?page_size=3'")
    definition = {"name": "Shirt size", "slug": _free_slug(tenant), "description": "S to XL", "type": "string"}
    lines.append(_post(f"{curl} {login}", definition, f"{api}/user_attribute/definition"))
    return lines


def _post(curl: str, body: dict[str, str], url: str) -> str:
    return f"{curl}-X POST -H '{JSON_HEADER}' -d '{json.dumps(body)}' '{url}'"


def _tenant_to_show(world: "World") -> "Tenant":
    """The documented tenant, or the first with groups if it has none."""
    documented = world.tenant(*DOCUMENTED_TENANT)
    return next((tenant for tenant in [documented, *world.tenants()] if len(tenant.groups)), documented)


def _group_with_users(tenant: "Tenant") -> str | None:
    return next((group["_id"] for group in tenant.groups if len(tenant.groups.members(group["_id"]))), None)


def _free_slug(tenant: "Tenant") -> str:
    number, slug = 1, "shirt-size"
    while tenant.definitions.by_slug(slug):
        number += 1
        slug = f"shirt-size-{number}"
    return slug
