"""Runs the suite on servers that conform: any finding there is a false alarm."""

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import NamedTuple

from tests.faults.harness import perform, serving
from tests.faults.matrix import in_processes
from tests.faults.road import relay
from tests.faults.variants import VARIANTS, Variant

from audience_conformance.checks.groups import helpers
from audience_conformance.checks.registry import all_checks
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.result import Result


class Alarms(NamedTuple):
    """The faults of one run of the suite.

    Args:
        problems: false findings, errors, skips and leftovers, a line each.
        missed: the SHOULD rules, of the group, that are broken and were not named.
        seconds: how long the run took.
    """

    problems: list[str]
    missed: list[str]
    seconds: float


def alarms(name: str, profile: str, chance: int, group: str = "") -> Alarms:
    """Run all checks against a variant, or those of one group of rules, such as DEF."""
    variant = VARIANTS[name]
    checks = [check for check in all_checks() if check.rules[0].startswith(group)]
    with (
        serving(variant.change, job_delay=variant.job_delay, pause=helpers.PAUSE, **variant.settings) as mock,
        relay(mock.options.url, variant.road, chance) as url,
    ):
        results, _, left = perform(replace(mock.options, url=url), checks, profile, chance=chance)
    problems = [line for result in results if (line := _problem(result, variant))]
    problems += [f"left behind: {url}" for url in left if not variant.may_end]
    named = {result.rule for result in results if result.status == "failed"}
    missed = sorted(rule for rule in variant.broken - named if variant.names_all and rule.startswith(group))
    return Alarms(problems, missed, sum(result.seconds for result in results))


def _problem(result: Result, variant: Variant) -> str:
    broken = variant.broken
    # A server that breaks SHOULD rules may lack what a check needs.
    wrong = {
        "error": True,
        "failed": result.rule not in broken,
        "skipped": not broken,
        "not judged": not variant.may_end,
    }
    is_wrong = wrong.get(result.status, False)
    level = catalogue()[result.rule].level
    line = f"{result.id} ({level}): {result.status}: {result.rule}: {result.expected} / {result.actual}"
    return line if is_wrong else ""


def _run(job: tuple[str, str, int]) -> tuple[str, int, Alarms]:
    name, profile, chance = job
    return name, chance, alarms(name, profile, chance)


def report(seeds: int, profile: str, workers: int, only: str) -> int:
    """Run every variant with each seed and print; 1 if there is a false alarm, or a broken SHOULD rule was missed."""
    chosen = [name for name in VARIANTS if any(fnmatchcase(name, pattern) for pattern in only.split(","))]
    jobs = [(name, profile, chance) for chance in range(seeds) for name in chosen]
    wrong = 0
    for name, chance, found in in_processes(_run, jobs, workers):
        lines = [*found.problems, *(f"missed: {rule}" for rule in found.missed)]
        wrong += bool(lines)
        print(f"{'WRONG' if lines else 'ok   '} {name} seed {chance} {found.seconds:.0f} s", flush=True)
        for line in lines:
            print(f"      {line[:1000]}", flush=True)
    print(f"{len(jobs)} runs, {wrong} with a false alarm")
    return 1 if wrong else 0
