"""Deletes what a run created when it ends, however it ends: what the resource logs name, then what the lists show."""

from pathlib import Path

from audience_conformance.client.ledger import delete_all
from audience_conformance.client.pace import Pace
from audience_conformance.client.target import Target
from audience_conformance.client.trouble import Unreachable
from audience_conformance.runner.leftovers import Leftover, delete_leftovers, find_leftovers, tenants
from audience_conformance.runner.resource_log import read_logs
from audience_conformance.settings.settings import Settings

TIMEOUTS = 3
"""A clean-up ends when nothing could be deleted for so many timeouts."""


def clean_up(settings: Settings, folder: Path, pace: Pace | None = None, *, search: bool) -> tuple[list[str], int]:
    """Delete the resources that the logs of its processes still name.

    Args:
        settings: of the run.
        folder: of the logs.
        pace: of the run.
        search: look in the lists too, for resources that were created and not logged, because the answer was cut off
            or invalid, and for resources whose deletion was confirmed and had no effect.

    Returns:
        What could not be deleted, each as URL and reason; the number of requests sent.
    """
    target = Target(settings.options(), pace)
    try:
        run_ids, ledger = read_logs(folder)
        left = delete_all(target, ledger, patience=patience(settings))
        if search and run_ids:
            left += _search(target, settings, run_ids, known={line.partition(": ")[0] for line in left})
        return left, target.sent
    finally:
        target.close()


def patience(settings: Settings) -> float:
    """Seconds for which a clean-up goes on although nothing is deleted."""
    return TIMEOUTS * settings.timeout


def _search(target: Target, settings: Settings, run_ids: list[str], known: set[str]) -> list[str]:
    def leftovers() -> dict[str, Leftover]:
        found = find_leftovers(target, tenants(settings), run_ids)
        return {target.url(one.created.path, tenant=one.created.tenant): one for one in found}

    try:
        missed = {url: leftover for url, leftover in leftovers().items() if url not in known}
        if not missed:
            return []
        left = delete_leftovers(target, missed.values(), patience(settings))
        refused = {line.partition(": ")[0] for line in left}
        still_listed = [url for url in leftovers() if url in missed and url not in refused]
        return [*left, *(f"{url}: its deletion was confirmed, but it is still listed" for url in still_listed)]
    except Unreachable as unreachable:
        return [f"resources of this run, perhaps: {unreachable}"]
