"""The result of one check."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from audience_conformance.contract.rules import catalogue, source_of_rule
from audience_conformance.contract.schema_errors import source_at

MORE_TIME = "more time (--max-time)"
"""What a check lacks that the end of the time skipped or interrupted."""
UNKNOWN_PATH = "unknown-path"
"""The case of a check that sends requests to a path that is none of the contract's."""
Status = Literal["passed", "failed", "skipped", "error", "not judged"]


@dataclass
class Result:
    """The result of one check, or of one case of it.

    Args:
        rule: the broken rule, else the first rule of the check.
        check: the check's name.
        case: the case, or "".
        status: passed, failed (the target is wrong), skipped (a prerequisite is missing), error (the suite is wrong),
            not judged (trouble on the way to the target).
        expected: of a finding, the requirement.
        actual: of a finding, what the target did; of a skip, the missing prerequisite; of an error, the traceback;
            of one that is not judged, the trouble.
        overdue: an asynchronous effect did not happen in time.
        seen_after: of a finding that vanishes if reads wait for writes, the seconds of that lag; else 0.
        operation: the operationId at fault, or "".
        operations: the operationIds that the check exercises.
        curl: requests as lines for a shell: of a finding the deciding one, then those that it depends on, in order; of
            an error the last ones.
        answer: of a finding, what the deciding request was answered.
        script: of a finding, the text of the script that reproduces it.
        seconds: the duration.
        rules: all rules that the check can find broken.
        known: of a finding, why it is accepted (--known-failures), or "".
        sent: the number of requests sent for it, without those that an earlier check sent and it shares.
        location: file and line of the check.
        trouble: trouble on the way, each as its kind, how often, and the first time in full.
        ends_run: why no further check can be judged, or "".
        rests_on: of a finding, the pointer of the keyword of openapi.yaml that was broken; empty for the rule itself.
    """

    rule: str
    check: str
    case: str
    status: Status
    expected: str = ""
    actual: str = ""
    overdue: bool = False
    seen_after: float = 0.0
    operation: str = ""
    operations: list[str] = field(default_factory=list)
    curl: list[str] = field(default_factory=list)
    answer: str = ""
    script: str = ""
    seconds: float = 0.0
    rules: list[str] = field(default_factory=list)
    known: str = ""
    sent: int = 0
    location: str = ""
    trouble: list[tuple[str, int, str]] = field(default_factory=list)
    ends_run: str = ""
    rests_on: list[str | int] = field(default_factory=list)

    @property
    def requirement(self) -> str:
        return catalogue()[self.rule].sentence

    @property
    def level(self) -> str:
        return catalogue()[self.rule].level

    @property
    def source(self) -> str:
        """What a finding rests on: "documents", "sdk" or "decision"."""
        return source_at(tuple(self.rests_on)) if self.rests_on else source_of_rule(self.rule)

    @property
    def out_of_time(self) -> bool:
        """The time was up before the check was done."""
        return self.status == "skipped" and self.actual == MORE_TIME

    @property
    def id(self) -> str:
        """The item's name in pytest."""
        return item_id(self.check, self.case, self.rules)

    def data(self) -> dict[str, Any]:
        return asdict(self)


def fails_run(result: Result, *, strict: bool) -> bool:
    """Does a result make the exit code of its run other than 0, whatever the others are."""
    if result.status == "failed":
        return not result.known and (strict or result.level == "MUST")
    return result.status in ("error", "not judged")


def exercised(operations: Sequence[str], case: str | None) -> tuple[str, ...]:
    """The operationIds that a case of a check exercises: those that it names, else all of the check."""
    if case == UNKNOWN_PATH:
        return ()
    return tuple(word for word in (case or "").split() if word in operations) or tuple(operations)


def item_id(check: str, case: str | None, rules: list[str] | tuple[str, ...]) -> str:
    return f"{rules[0]}-{check}{f'-{case}' if case else ''}"


def name_in(nodeid: str) -> str:
    """The item's name in a node id of pytest."""
    return nodeid.partition("[")[2].removesuffix("]")
