"""`make faults`: the whole suite on every faulty server, and what came of it."""

import sys
import time
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from statistics import median
from typing import Any

import click
from tests.faults.matrix import Job, Row, own_baseline, peer_baseline, rows
from tests.faults.page import data, page
from tests.faults.registry import SUBTLETIES, Fault, all_faults, subtlest

from audience_conformance.contract.rules import select

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache" / "faults"
PINNED = Path(__file__).with_name("pinned.tsv")


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--only", default="*", metavar="PATTERNS", help="Faults whose id matches one of these, as in DEF-05-*.")
@click.option("--rules", default="*", metavar="PATTERNS", help="Faults of these rules, as in DEF-*,PAG-02.")
@click.option("--one-each", is_flag=True, help="One fault of each rule, the subtlest.")
@click.option(
    "--profile", type=click.Choice(["smoke", "standard", "deep"]), default="standard", help="How hard to try."
)
@click.option("--owner-only", is_flag=True, help="Run the owning rule's checks alone, as make test does.")
@click.option("--workers", default=0, help="Processes; 0 for one a core.")
@click.option("--peer/--no-peer", default=True, help="Compare with stock schemathesis in the same time.")
@click.option("--budget", default=0.0, help="Seconds for schemathesis on a fault; 0 for as long as ours took.")
@click.option("--resume", is_flag=True, help="Take what an earlier run has found.")
@click.option(
    "--false-alarms", "seeds", default=0, metavar="SEEDS", help="Run conforming servers instead, so many times."
)
@click.option("--pin", is_flag=True, help="Write the list of faults to tests/faults/pinned.tsv, and do no more.")
def main(only: str, rules: str, seeds: int, one_each: bool, pin: bool, **options: Any) -> None:
    """Run the whole suite on every faulty server; exit 1 if one survives, or is not named by its rule."""
    if pin:
        PINNED.write_text("".join(f"{f.id}\t{f.rule}\t{f.subtlety}\t{f.about}\n" for f in all_faults()), "utf-8")
        return
    if seeds:
        from tests.faults.false_alarms import report  # noqa: PLC0415

        sys.exit(report(seeds, options["profile"], options["workers"], only))
    chosen = _chosen(only, rules, one_each=one_each)
    sys.exit(_faults(chosen, **options))


def _chosen(only: str, rules: str, *, one_each: bool) -> list[Fault]:
    owners = set(select(rules))
    chosen = [
        one
        for one in all_faults()
        if one.rule in owners and any(fnmatchcase(one.id, pattern) for pattern in only.split(","))
    ]
    if one_each:
        chosen = subtlest(chosen)
    if not chosen:
        raise click.UsageError("no fault is called so")
    return chosen


def _faults(
    chosen: list[Fault], profile: str, workers: int, budget: float, *, owner_only: bool, peer: bool, resume: bool
) -> int:
    started = time.monotonic()
    own = own_baseline(profile) if not owner_only else {}
    alarms, runs = peer_baseline(budget or own.get("seconds", 30.0)) if peer else (frozenset(), [])
    jobs = [Job(one.id, profile, owner_only, peer, alarms, budget) for one in chosen]
    # Each way of running has rows of its own, so that --resume never takes the one for the other.
    kind = "-".join([profile, "owner" if owner_only else "whole", *(["peer"] if peer else [])])
    found: list[Row] = []
    for row in rows(jobs, workers, FOLDER / kind, resume=resume):
        found.append(row)
        print(f"{len(found):4}/{len(jobs)}  {_verdict(row):12} {row.seconds:6.1f} s  {row.id}", flush=True)
    found.sort(key=lambda row: row.id)
    facts = _facts(found, own, sorted(alarms), runs)
    facts["minutes in all"] = round((time.monotonic() - started) / 60, 1)
    _print(found, facts)
    (FOLDER / "index.html").write_text(page(found, facts), "utf-8")
    (FOLDER / "faults.json").write_text(data(found, facts), "utf-8")
    print(f"\nThe matrix: {(FOLDER / 'index.html').relative_to(ROOT)}")
    return 0 if all(row.by_owner for row in found) else 1


def _verdict(row: Row) -> str:
    return "killed" if row.by_owner else "misnamed" if row.killed else "SURVIVES"


def _facts(found: list[Row], own: dict[str, Any], alarms: list[str], runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The numbers at the head of the page: ours, then those of Schemathesis."""
    facts: dict[str, Any] = {
        "faults": len(found),
        "killed": sum(row.killed for row in found),
        "by the owning rule": sum(row.by_owner for row in found),
        "survive": sum(not row.killed for row in found),
        "seconds to the first finding (median)": _median(row.first for row in found),
        "requests (median)": _median(row.requests for row in found),
    }
    if own:
        facts |= {
            "false alarms": len(own["alarms"]),
            "left or changed on the correct mock": sum(own["changed"].values()),
        }
    compared = [row.peer for row in found if row.peer is not None]
    if compared:
        facts |= {
            "schemathesis: killed": f"{sum(one['killed'] for one in compared)} of {len(compared)}",
            "schemathesis: seconds to the first finding (median)": _median(one["first"] for one in compared),
            "schemathesis: requests (median)": _median(one["requests"] for one in compared),
            "schemathesis: false alarms": len(alarms),
            "schemathesis: left, changed or lost on the correct mock": " / ".join(
                str(round(median(run["changed"][kind] for run in runs))) for kind in ("left", "changed", "lost")
            ),
        }
    return facts


def _median(numbers: Any) -> Any:
    known = [number for number in numbers if number is not None]
    return round(median(known), 1) if known else "-"


def _print(found: list[Row], facts: dict[str, Any]) -> None:
    print("\nFaults by rule: killed by their rule / all; and the other rules that break\n")
    for rule in dict.fromkeys(row.rule for row in found):
        own = [row for row in found if row.rule == rule]
        others = Counter(other for row in own for other in row.rules if other != rule)
        told = ", ".join(f"{other} {times}" for other, times in others.most_common(8))
        print(f"  {rule}  {sum(row.by_owner for row in own):3} /{len(own):3}   {told}")
    print()
    for subtlety in SUBTLETIES:
        graded = [row for row in found if row.subtlety == subtlety]
        print(f"  {subtlety:10} {sum(row.by_owner for row in graded):4} of {len(graded):4} killed by their rule")
    print()
    for label, value in facts.items():
        print(f"  {label}: {value}")
    for row in found:
        if not row.by_owner:
            print(f"  {_verdict(row)}: {row.id} ({', '.join(row.rules) or 'no rule breaks'}): {row.about}")


if __name__ == "__main__":
    main()
