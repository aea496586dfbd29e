"""The items that an earlier run did not pass, from its JSON report (--failed-from)."""

import json
from pathlib import Path
from typing import Any

from audience_conformance.checks import registry
from audience_conformance.contract.names import suggestion
from audience_conformance.results.result import item_id

_TO_RUN_AGAIN = ("failed", "error", "not judged")


def read_failed(path: Path) -> frozenset[str]:
    """The ids of the items that failed, were not judged, or were errors; a known failure is none.

    Raises:
        ValueError: the file is no JSON report, nothing in it failed, or a check in it is unknown.
    """
    failed = [
        result for result in _results(path) if result["status"] in _TO_RUN_AGAIN and not result.get("known_failure")
    ]
    if not failed:
        raise ValueError(f"nothing failed in {path}: there is nothing to run again")
    known = {item_id(check.name, case, check.rules) for check, case in registry.items(registry.all_checks())}
    ids = frozenset(item_id(result["check"], result["case"], result["rules"]) for result in failed)
    for name in sorted(ids - known):
        raise ValueError(f"no check is called {name}, as {path} says: {suggestion(name, known)[:300]}")
    return ids


def _results(path: Path) -> list[dict[str, Any]]:
    try:
        report = json.loads(path.read_text(encoding="utf-8-sig"))
        results = [result for rule in report["rules"].values() for result in rule["results"]]
        for result in results:
            _ = result["status"], result["check"], result["case"], result["rules"][0]
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError, IndexError):
        raise ValueError(f"{path} is not a report.json of this suite (--report json)") from None
    return results
