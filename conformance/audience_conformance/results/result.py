"""The result of one check."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from audience_conformance.contract.rules import catalogue

Status = Literal["passed", "failed", "skipped", "error"]


@dataclass
class Result:
    """What one check, or one case of it, came to.

    Args:
        rule: the rule that is broken, else the first of the check's.
        check: the check's name.
        case: the case, or "".
        status: passed, failed (the target is wrong), skipped (it lacks something), error (we are wrong).
        expected: of a finding, what the rule asks for.
        actual: of a finding, what the target did; of a skip, what it lacks; of an error, the traceback.
        overdue: an asynchronous effect had not come in time.
        operation: the operationId at fault, or "".
        operations: the operationIds that the check exercises.
        curl: the sequence of requests of a finding, as lines for a shell.
        seconds: how long it took.
        rules: all rules that the check looks at.
        known: of a finding, why it is accepted (--known-failures), or "".
        location: file and line of the check.
        sent: the requests that were sent for it; what an earlier check has sent and it judges too is not among them.
    """

    rule: str
    check: str
    case: str
    status: Status
    expected: str = ""
    actual: str = ""
    overdue: bool = False
    operation: str = ""
    operations: list[str] = field(default_factory=list)
    curl: list[str] = field(default_factory=list)
    seconds: float = 0.0
    rules: list[str] = field(default_factory=list)
    known: str = ""
    sent: int = 0
    location: str = ""

    @property
    def requirement(self) -> str:
        return catalogue()[self.rule].sentence

    @property
    def level(self) -> str:
        return catalogue()[self.rule].level

    @property
    def id(self) -> str:
        """How this item is called in pytest."""
        return item_id(self.check, self.case, self.rules)

    def data(self) -> dict[str, Any]:
        """The result as plain data."""
        return asdict(self)


def item_id(check: str, case: str | None, rules: list[str] | tuple[str, ...]) -> str:
    return f"{rules[0]}-{check}{f'-{case}' if case else ''}"


def name_in(nodeid: str) -> str:
    """How an item is called, from pytest's name for it."""
    return nodeid.partition("[")[2].removesuffix("]")
