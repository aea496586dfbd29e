"""Finds and deletes what earlier runs left behind: resources whose name, slug or file has the prefix of a run."""

import re
import time
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from audience_conformance.checks.assertions import list_all
from audience_conformance.client.api import DEFINITIONS, GROUPS, PREFIX, Api, Budget, JsonObject, addressable, seg
from audience_conformance.client.ledger import Created, Ledger, Tenant, delete_all
from audience_conformance.client.target import Target
from audience_conformance.settings.settings import Settings

_NAME = re.compile(re.escape(PREFIX) + "([0-9a-f]{8})-")
"""Names and slugs of a run begin with the prefix and the run id."""
_FILE_URL = re.compile(r"data:text/csv[^,]*,user_id(?:%0[AaDd])+" + _NAME.pattern)


class Leftover(NamedTuple):
    """A resource that a run created and did not delete; `created_at` is a `time.time`, None if it is not known."""

    created: Created
    label: str
    run_id: str
    created_at: float | None


def tenants(settings: Settings) -> list[Tenant]:
    """The tenants to which a run with these settings writes."""
    applications = [settings.application, settings.other_application]
    return [(settings.company, application) for application in applications if application]


def find_leftovers(target: Target, tenants: Iterable[Tenant], run_ids: Collection[str] | None = None) -> list[Leftover]:
    """The leftovers of these runs, by the id or its first digits that all processes of a run share, or of any run.

    Raises:
        Unreachable: the target does not answer.
    """
    api = Api(target, Ledger(), Budget(1, 1, 1, 0), "")
    found = []
    for tenant in tenants:
        for path in (DEFINITIONS, GROUPS):
            for item in list_all(api, path, tenant=tenant, strict=False):
                run_id = _run_id(item) if isinstance(item, dict) else None
                item_id = item.get("_id") if run_id is not None else None
                if run_id is None or not isinstance(item_id, str) or not addressable(item_id):
                    continue
                if run_ids is None or run_id.startswith(tuple(run_ids)):
                    label = str(item.get("slug") or item.get("name"))
                    found.append(
                        Leftover(
                            Created(tenant, f"{path}/{seg(item_id)}"), label, run_id, _time(item.get("created_at"))
                        )
                    )
    return list(dict.fromkeys(found))


def older_than(leftovers: Iterable[Leftover], seconds: float) -> list[Leftover]:
    """Those that are older; one without a time is not."""
    limit = time.time() - seconds
    return [one for one in leftovers if one.created_at is not None and one.created_at < limit]


def _time(text: object) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp() if isinstance(text, str) else None
    except ValueError:
        return None


def _run_id(item: JsonObject) -> str | None:
    """The id of the run that created an item, or None."""
    for field, pattern in (("slug", _NAME), ("name", _NAME), ("file_url", _FILE_URL)):
        value = item.get(field)
        if isinstance(value, str) and (match := pattern.match(value)):
            return match[1]
    return None


def delete_leftovers(target: Target, leftovers: Iterable[Leftover], patience: float) -> list[str]:
    """Delete leftovers; return the URL of each that could not be deleted, with the reason. See `delete_all`."""
    return delete_all(target, Ledger({leftover.created: None for leftover in leftovers}), patience=patience)
