"""The verdict and the exit code of a run: computed here and nowhere else.

"Conforms" means that every MUST rule was checked and holds. A broken MUST rule outweighs whatever was not checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from audience_conformance.contract.rules import catalogue
from audience_conformance.results.finding import cut

if TYPE_CHECKING:
    from audience_conformance.results.summary import Summary

VerdictName = Literal["Conforms", "Conforms with warnings", "Does not conform", "Partly checked", "Not judged"]

EXIT_OK, EXIT_BROKEN, EXIT_UNABLE, EXIT_SIGNAL = 0, 1, 2, 128

MAX_ENDED = 300
"""Maximum characters of the reason why a run ended."""
MAX_NEED = 120
"""Maximum characters of a missing prerequisite."""
NAMED = 3
"""As many rules without a prerequisite are named, more are counted."""
INTERRUPTED = "interrupted before the end"


class Verdict(NamedTuple):
    """The outcome of a run.

    Args:
        name: one of five.
        why: the reason, which may hold text from the target.
        exit_code: 0, 1, 2, or of an interrupted run 128 and the signal's number.
        partly: how much was checked and why not all; "" if nothing
            is missing.
    """

    name: VerdictName
    why: str
    exit_code: int
    partly: str = ""

    @property
    def headline(self) -> str:
        return f"{self.name}: {self.why}"


def judge(summary: Summary) -> Verdict:
    """The verdict of a run."""
    partly = _partly(summary)
    name, why = _name(summary, partly)
    return Verdict(name, why, _exit_code(summary, name), partly)


def _exit_code(summary: Summary, name: VerdictName) -> int:
    if summary.interrupted:
        return EXIT_SIGNAL + summary.interrupted
    if name == "Does not conform" or summary.fixed or summary.stale:
        return EXIT_BROKEN
    if name == "Not judged" or _has(summary, "error"):
        return EXIT_UNABLE
    return EXIT_UNABLE if _cut_short(summary) and not summary.allow_partial else EXIT_OK


def _name(summary: Summary, partly: str) -> tuple[VerdictName, str]:
    if broken := _why_broken(summary):
        return "Does not conform", broken
    warnings, must, should = _warnings(summary), _checked(summary, "MUST"), _checked(summary, "SHOULD")
    if not must + should and (summary.results or not summary.shard):
        return "Not judged", "; ".join(_causes(summary)) or "nothing was checked"
    if partly:
        return "Partly checked", "; ".join([partly, *warnings])
    if warnings:
        return "Conforms with warnings", "; ".join(warnings)
    every = len(catalogue())
    return "Conforms", f"all {every} rules hold" if must + should == every else f"all {must} MUST rules hold"


def _partly(summary: Summary) -> str:
    must, should = _checked(summary, "MUST"), _checked(summary, "SHOULD")
    causes = _causes(summary)
    if not causes and must == _all(summary, "MUST") and not summary.shard:
        return ""
    return "; ".join([_how_much(summary, must, should), *causes, *_lacks(summary)])


def _why_broken(summary: Summary) -> str:
    must, should = summary.counts("MUST")["failed"], summary.counts("SHOULD")["failed"]
    if must:
        return _broken(must, "MUST")
    return f"{_broken(should, 'SHOULD')} (--strict)" if should and summary.strict else ""


def _all(summary: Summary, level: str) -> int:
    return summary.counts(level).total()


def _checked(summary: Summary, level: str) -> int:
    counts = summary.counts(level)
    return counts["passed"] + counts["failed"] + counts["known"]


def _warnings(summary: Summary) -> list[str]:
    must, should = summary.counts("MUST"), summary.counts("SHOULD")
    warnings = []
    if known := must["known"]:
        warnings.append(f"{_broken(known, 'MUST')}, as known")
    if broken := should["failed"] + should["known"]:
        warnings.append(_broken(broken, "SHOULD"))
    if outdated := len(summary.fixed) + len(summary.stale):
        verb = "is" if outdated == 1 else "are"
        warnings.append(f"{count(outdated, 'known failure')} {verb} out of date, which fails the run")
    return warnings


def _how_much(summary: Summary, must: int, should: int) -> str:
    """How much was checked: "3 of 59 MUST rules, as chosen"."""
    every = _all(summary, "MUST")
    much = f"{must} of {every} MUST rules"
    if must in (0, every):
        much += f" and {should} of {_all(summary, 'SHOULD')} SHOULD rules"
    if summary.shard:
        return f"{much}, as shard {'/'.join(map(str, summary.shard))} of a run"
    return f"{much}, as chosen" if _is_chosen(summary) else much


def _is_chosen(summary: Summary) -> bool:
    """Are there MUST rules that the options left out."""
    return not summary.interrupted and any(
        status == "not run" and catalogue()[rule_id].level == "MUST" for rule_id, status in summary.statuses().items()
    )


def _causes(summary: Summary) -> list[str]:
    """What cut the run short."""
    causes = [INTERRUPTED] if summary.interrupted else []
    if summary.ended:
        causes.append(cut(summary.ended, MAX_ENDED))
    elif number := _number(summary, "not judged"):
        causes.append(f"trouble on the way to the target stopped the checks of {count(number, 'rule')}")
    if summary.out_of_time:
        causes.append("the time was up (--max-time)")
    if number := _number(summary, "error"):
        causes.append(f"the suite itself failed at {count(number, 'rule')}")
    return causes


def _cut_short(summary: Summary) -> bool:
    """Did the time or trouble on the way leave something unchecked."""
    return bool(summary.ended) or summary.out_of_time or _has(summary, "not judged")


def _has(summary: Summary, status: str) -> bool:
    return any(result.status == status for result in summary.results)


def _number(summary: Summary, status: str) -> int:
    """The number of rules that have a result with this status."""
    return len({result.rule for result in summary.results if result.status == status})


def _lacks(summary: Summary) -> list[str]:
    """What the MUST rules need that were skipped for another reason than time."""
    needs: dict[str, str] = {}
    for rule_id, status in summary.statuses().items():
        if status == "skipped" and catalogue()[rule_id].level == "MUST":
            for result in summary.of_rule(rule_id):
                if result.status == "skipped" and not result.out_of_time:
                    needs.setdefault(rule_id, cut(result.actual, MAX_NEED))
    if len(needs) > NAMED and len(set(needs.values())) == 1:
        return [f"{len(needs)} need {next(iter(needs.values()))}"]
    if len(needs) > NAMED:
        return [f"{len(needs)} need what the target lacks or the options do not allow"]
    return [f"{rule_id} needs {need}" for rule_id, need in needs.items()]


def _broken(number: int, level: str) -> str:
    return f"{count(number, f'{level} rule')} {'is' if number == 1 else 'are'} broken"


def count(number: int, noun: str) -> str:
    """Return "1 rule", "1,200 rules"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
