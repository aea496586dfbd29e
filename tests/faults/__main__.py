"""`make faults`: runs the whole suite on every faulty server, and shows which rules notice."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from statistics import median
from typing import Any

import click
import jinja2
from tests.faults.alarms import report
from tests.faults.choose import choose
from tests.faults.costs import HEADER, Cost, costs
from tests.faults.harness import serving
from tests.faults.matrix import Job, Row, quiet, rows, run
from tests.faults.peer import PeerRun, run_peer
from tests.faults.registry import Fault, all_faults, chosen_faults
from tests.faults.scripts import choose_scripts

from audience_conformance.contract.rules import catalogue, select

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache" / "faults"
PEER_SEEDS = (1, 2, 3)
MOST_COSTS = 25
"""As many checks are printed."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--only", default="*", metavar="PATTERNS", help="Only faults whose id matches, as in DEF-05-*.")
@click.option("--rules", default="*", metavar="PATTERNS", help="Only faults of these rules, as in DEF-*,PAG-02.")
@click.option("--chosen", is_flag=True, help="Only the faults that make test runs (tests/faults/chosen.txt).")
@click.option("--profile", type=click.Choice(["smoke", "standard", "deep"]), default="standard", help="Test depth.")
@click.option(
    "--owner-only", is_flag=True, help="Run only the checks of the rule that owns a fault, as make test does."
)
@click.option("--workers", default=0, help="Number of processes; 0 for one a core.")
@click.option("--peer/--no-peer", default=True, help="Run stock Schemathesis on each fault for the same time.")
@click.option("--budget", default=0.0, help="Seconds for Schemathesis on a fault; 0 for as long as the suite took.")
@click.option("--resume", is_flag=True, help="Keep the results of an earlier run with the same options.")
@click.option(
    "--choose",
    "choosing",
    is_flag=True,
    help="Recompute tests/faults/chosen.txt, the faults that make test runs, for the rules in --rules: run all their "
    "faults (--owner-only) and take the fewest that make each check and case fail. Prints those that never fail.",
)
@click.option(
    "--scripts",
    "scripted",
    is_flag=True,
    help="For each rule in --rules, try the scripts of findings on the faulty and on the correct server, and write the "
    "first that tells them apart into tests/faults/scripts.txt; exit 1 if a rule has none.",
)
@click.option("--false-alarms", "seeds", default=0, metavar="SEEDS", help="Run conforming servers with so many seeds.")
def main(only: str, rules: str, seeds: int, *, chosen: bool, choosing: bool, scripted: bool, **options: Any) -> None:
    """Run the whole suite on every faulty server; exit 1 if a fault is not caught by its rule."""
    if seeds:
        sys.exit(report(seeds, options["profile"], options["workers"], only))
    if scripted:
        sys.exit(choose_scripts(select(rules), options["workers"]))
    owners = set(select(rules))
    faults = [
        one
        for one in (chosen_faults() if chosen else all_faults())
        if one.rule in owners and any(fnmatchcase(one.id, pattern) for pattern in only.split(","))
    ]
    if not faults:
        raise click.UsageError("no fault matches")
    if choosing and (chosen or only != "*"):
        raise click.UsageError("--choose needs all faults of a rule: limit it by --rules")
    if choosing:
        options |= {"owner_only": True, "peer": False}
    found = _run(faults, **options)
    if choosing:
        choose(found)
    sys.exit(0 if all(row.by_owner for row in found) else 1)


def _run(
    faults: list[Fault], profile: str, workers: int, budget: float, *, owner_only: bool, peer: bool, resume: bool
) -> list[Row]:
    started = time.monotonic()
    quiet()
    own = None if owner_only else run(Job("", profile))
    peers = _peer_baseline(budget or (own.seconds if own else 30.0)) if peer else []
    alarms = frozenset[str]().union(*(one.failures for one in peers)) if peer else None
    jobs = [Job(one.id, profile, owner_only, alarms, budget) for one in faults]
    # Each kind of run has its own folder, so that --resume never mixes them.
    kind = "-".join([profile, "owner" if owner_only else "whole", *(["peer"] if peer else [])])
    found: list[Row] = []
    for row in rows(jobs, workers, FOLDER / kind, resume=resume):
        found.append(row)
        print(f"{len(found):4}/{len(jobs)}  {row.verdict:12} {row.seconds:6.1f} s  {row.id}", flush=True)
    found.sort(key=lambda row: row.id)
    facts = _facts(found, own, peers, alarms)
    facts["minutes in all"] = round((time.monotonic() - started) / 60, 1)
    spent = costs(found, profile)
    _print(found, facts)
    _print_costs(spent)
    _write(found, facts, spent)
    return found


def _peer_baseline(budget: float) -> list[PeerRun]:
    runs = []
    for chance in PEER_SEEDS:
        with serving() as mock:
            runs.append(run_peer(mock, budget, chance))
    return runs


def _facts(found: list[Row], own: Row | None, peers: list[PeerRun], alarms: frozenset[str] | None) -> dict[str, Any]:
    """The numbers at the head of the page: ours, then those of Schemathesis."""
    facts: dict[str, Any] = {
        "faults": len(found),
        "killed": sum(bool(row.findings) for row in found),
        "by the owning rule": sum(row.by_owner for row in found),
        "survive": sum(not row.findings for row in found),
        "seconds to the first finding (median)": _median(row.first for row in found),
        "requests (median)": _median(row.requests for row in found),
    }
    if own:
        facts |= {
            "false alarms": len(own.findings) + own.errors,
            "left or changed on the correct mock": sum(own.changed.values()),
        }
    if alarms is not None:
        compared = [row.peer for row in found if row.peer is not None]
        kinds = ("left", "changed", "lost")
        facts |= {
            "schemathesis: killed": f"{sum(bool(one['failures']) for one in compared)} of {len(compared)}",
            "schemathesis: seconds to the first finding (median)": _median(one["first"] for one in compared),
            "schemathesis: requests (median)": _median(one["requests"] for one in compared),
            "schemathesis: false alarms": len(alarms),
            "schemathesis: left, changed or lost on the correct mock": " / ".join(
                str(round(median(one.changed[kind] for one in peers))) for kind in kinds
            ),
        }
    return facts


def _median(numbers: Iterable[float | None]) -> float | str:
    known = [number for number in numbers if number is not None]
    return round(median(known), 1) if known else "-"


def _print(found: list[Row], facts: dict[str, Any]) -> None:
    print("\nFaults by rule: killed by their rule / all; and the other rules that fail\n")
    for rule in dict.fromkeys(row.rule for row in found):
        own = [row for row in found if row.rule == rule]
        others = Counter(other for row in own for other in row.rules if other != rule)
        listed = ", ".join(f"{other} {times}" for other, times in others.most_common(8))
        print(f"  {rule}  {sum(row.by_owner for row in own):3} /{len(own):3}   {listed}")
    print()
    for label, value in facts.items():
        print(f"  {label}: {value}")
    for row in found:
        if not row.by_owner:
            print(f"  {row.verdict}: {row.id} ({', '.join(row.rules) or 'no rule fails'})")


def _print_costs(spent: list[Cost]) -> None:
    """Print the checks that find least for what they send, and write all."""
    (FOLDER / "costs.tsv").write_text("\n".join([HEADER, *(cost.line for cost in spent), ""]), "utf-8")
    print(
        f"\nThe checks that find the fewest faults per 100 requests (all: {(FOLDER / 'costs.tsv').relative_to(ROOT)})\n"
    )
    print("  per 100  requests  faults  alone")
    for cost in spent[:MOST_COSTS]:
        name = f"{cost.check.rules[0]} {cost.check.name.replace('_', ' ')}"
        print(f"  {cost.per_100:7.1f}  {cost.requests:8}  {cost.faults:6}  {cost.alone:5}  {name}")


def _write(found: list[Row], facts: dict[str, Any], spent: list[Cost]) -> None:
    """Write the matrix as a self-contained page and as JSON."""
    template = jinja2.Environment(autoescape=True).from_string(Path(__file__).with_name("page.html").read_text("utf-8"))
    page = template.render(
        rows=found,
        costs=spent,
        facts=facts,
        rules=catalogue(),
        about={one.id: one.about for one in all_faults()},
        number=Counter(row.rule for row in found),
        times=Counter((row.rule, rule) for row in found for rule in row.rules),
    )
    (FOLDER / "index.html").write_text(page, "utf-8")
    (FOLDER / "faults.json").write_text(json.dumps({"facts": facts, "faults": list(map(asdict, found))}), "utf-8")
    print(f"\nThe matrix: {(FOLDER / 'index.html').relative_to(ROOT)}")


if __name__ == "__main__":
    main()
