"""What a run reports of a server that conforms, and should not."""

from typing import NamedTuple

from tests.faults.harness import perform, serving
from tests.faults.variants import VARIANTS

from audience_conformance.checks.registry import all_checks
from audience_conformance.contract.rules import catalogue
from audience_conformance.results.result import Result


class Alarms(NamedTuple):
    """What is wrong with a run.

    Args:
        problems: false findings, errors, skips and leftovers, a line each.
        missed: the SHOULD rules that are broken and were not named.
        seconds: how long the run took.
    """

    problems: list[str]
    missed: list[str]
    seconds: float


def alarms(name: str, profile: str, chance: int) -> Alarms:
    """Run all checks against a variant."""
    variant = VARIANTS[name]
    with serving(variant.change, job_delay=variant.job_delay, **variant.told) as mock:
        results, _, left = perform(mock.options, all_checks(), profile, chance=chance)
    problems = [line for result in results if (line := _problem(result, variant.broken))]
    problems += [f"left behind: {url}" for url in left]
    named = {result.rule for result in results if result.status == "failed"}
    return Alarms(problems, sorted(variant.broken - named), sum(result.seconds for result in results))


def _problem(result: Result, broken: frozenset[str]) -> str:
    level = catalogue()[result.rule].level
    said = f"{result.id} ({level}): {result.status}: {result.rule}: {result.expected} / {result.actual}"
    if result.status == "error" or (result.status == "failed" and result.rule not in broken):
        return said
    # A server that breaks SHOULD rules may not have what a check needs.
    return said if result.status == "skipped" and not broken else ""
