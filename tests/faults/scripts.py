"""Tries the scripts that reproduce findings: on the faulty mock that made the finding, then on the correct one.

scripts.txt has for each rule a finding whose script tells the two apart: the fault, the check and the case.
"""

import functools
import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.faults.harness import checks_of, correct, perform, serving
from tests.faults.matrix import in_processes
from tests.faults.registry import Fault, chosen_faults, chosen_items

from audience_conformance.checks.registry import rules_without_check
from audience_conformance.client.target import Options
from audience_conformance.results.result import Result

SCRIPTS = Path(__file__).with_name("scripts.txt")
MOST_TRIED = 8
"""Scripts tried of a rule."""
ASYNC_TIMEOUT = 0.7
TIMEOUT = 300
"""Seconds for a script, against a hang."""


class Item(NamedTuple):
    """A finding: the fault that makes it, and the check and case ("" for none) that find it."""

    fault: str
    check: str
    case: str


class Codes(NamedTuple):
    """The exit codes of a script on the faulty and on the correct mock, None where it was not run."""

    faulty: int | None
    correct: int | None


TELLS_APART = Codes(1, 0)


@functools.cache
def scripted() -> dict[str, Item]:
    """What scripts.txt says: rule id -> a finding."""
    lines = [line for line in SCRIPTS.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {line[:6]: Item(*line.split("\t")) for line in lines}


def chosen_results(fault: Fault, options: Options) -> list[Result]:
    """The results of the checks and cases that a fault makes fail (chosen.txt), on a mock with it."""
    results, _, _ = perform(options, checks_of(fault.rule), only=chosen_items()[fault.id])
    return results


def run_script(script: str, url: str) -> int:
    """The exit code of a script."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.sh"
        file.write_text(script, "utf-8")
        environment = {**os.environ, "WAIT": "1", "TMPDIR": folder}
        done = subprocess.run(["sh", file, url], capture_output=True, check=False, timeout=TIMEOUT, env=environment)
        return done.returncode


def choose_scripts(rules: Iterable[str], workers: int) -> int:
    """Write scripts.txt anew for these rules, and print those that have no script; the exit code."""
    wanted = [rule_id for rule_id in rules if rule_id not in rules_without_check()]
    found = {
        rule_id: item for rule_id, item in (scripted() if SCRIPTS.exists() else {}).items() if rule_id not in wanted
    }
    for rule_id, item, tried in in_processes(_first, wanted, workers):
        if item:
            found[rule_id] = item
            _write(found)
        print(f"{rule_id}  {' '.join(item) if item else f'none: {tried}'}", flush=True)
    without = [rule_id for rule_id in wanted if rule_id not in found]
    print(f"{len(wanted) - len(without)} of {len(wanted)} rules have a script; not: {', '.join(without) or 'none'}")
    return 1 if without else 0


def _write(found: dict[str, Item]) -> None:
    head = "# For each rule a finding whose script tells the faulty mock from the correct one: fault, check, case.\n"
    lines = "".join("\t".join(found[rule_id]) + "\n" for rule_id in sorted(found))
    SCRIPTS.write_text(f"{head}# Recompute with: python -m tests.faults --scripts\n{lines}", "utf-8")


def _first(rule_id: str) -> tuple[str, Item | None, list[tuple[Item, Codes]]]:
    """The finding of a rule with the fewest requests whose script tells the mocks apart, and those tried before."""
    faults = [fault for fault in chosen_faults() if fault.rule == rule_id]
    found: list[tuple[int, Item, str]] = []
    for fault in faults:
        with serving(fault.change, async_timeout=ASYNC_TIMEOUT) as mock:
            found += [
                (result.script.count("send "), Item(fault.id, result.check, result.case), result.script)
                for result in chosen_results(fault, mock.options)
                if result.rule == rule_id and "\ndecide()" in result.script
            ]
    tried: list[tuple[Item, Codes]] = []
    for _, item, script in sorted(found)[:MOST_TRIED]:
        codes = _codes(next(fault for fault in faults if fault.id == item.fault), script)
        if codes == TELLS_APART:
            return rule_id, item, tried
        tried.append((item, codes))
    return rule_id, None, tried


def _codes(fault: Fault, script: str) -> Codes:
    with serving(fault.change, async_timeout=ASYNC_TIMEOUT) as mock:
        faulty = run_script(script, mock.options.url)
    if faulty != 1:
        return Codes(faulty, None)
    with correct() as url:
        return Codes(faulty, run_script(script, url))
