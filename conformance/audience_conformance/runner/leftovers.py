"""Finding and deleting what earlier runs left behind: things whose name, slug or file bears a run's prefix."""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from audience_conformance.checks.assertions import list_all
from audience_conformance.client.api import DEFINITIONS, GROUPS, PREFIX, Api, Budget, JsonObject, seg
from audience_conformance.client.ledger import Created, Ledger, Tenant
from audience_conformance.client.ledger import delete_all as delete
from audience_conformance.client.target import Target
from audience_conformance.settings.settings import Settings

_MARK = re.compile(re.escape(PREFIX) + "([0-9a-f]{8})-")
"""How a run's own things are called: the prefix and a run id, whole."""
_FILE_OF_OURS = re.compile(r"data:text/csv[^,]*,user_id(?:%0[AaDd])+" + _MARK.pattern)


class Leftover(NamedTuple):
    """Something that a run made and is still there."""

    made: Created
    label: str
    run_id: str


def tenants(settings: Settings) -> list[Tenant]:
    """Where a run with these settings writes."""
    others = [(settings.company, settings.other_application)] if settings.other_application else []
    return [(settings.company, settings.application), *others]


def leftovers(target: Target, where: Iterable[Tenant], run_ids: Collection[str] | None = None) -> list[Leftover]:
    """What these runs left, or any run where none are named.

    Raises:
        Unreachable: the target does not answer.
    """
    api = Api(target, Ledger(), Budget(1, 1, 1, 0), "")
    found = []
    for tenant in where:
        for path in (DEFINITIONS, GROUPS):
            for item in list_all(api, path, tenant=tenant, strict=False):
                run_id = _run_id(item) if isinstance(item, dict) else None
                if run_id is None or not isinstance(item.get("_id"), str):
                    continue
                if run_ids is None or run_id in run_ids:
                    label = str(item.get("slug") or item.get("name"))
                    found.append(Leftover(Created(tenant, f"{path}/{seg(item['_id'])}"), label, run_id))
    return list(dict.fromkeys(found))


def _run_id(item: JsonObject) -> str | None:
    """The id of the run that made an item, None where none did."""
    for field, pattern in (("slug", _MARK), ("name", _MARK), ("file_url", _FILE_OF_OURS)):
        value = item.get(field)
        if isinstance(value, str) and (match := pattern.match(value)):
            return match[1]
    return None


def remove(target: Target, found: Iterable[Leftover]) -> list[str]:
    """Delete leftovers; give the URLs of those that stay, with the reason."""
    ledger = Ledger()
    for leftover in found:
        ledger.add(leftover.made)
    return delete(target, ledger)
