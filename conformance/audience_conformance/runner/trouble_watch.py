"""Ends a run when trouble on the way has stopped too many checks."""

from audience_conformance.results.result import Result
from audience_conformance.runner.message import scrub

MAX_NOT_JUDGED = 10
"""After so many checks in a row, or a fifth of all, that trouble on the way has stopped, the run ends."""


class TroubleWatch:
    """Counts the checks of a run that could not be judged.

    Args:
        secrets: texts that must not be printed.
    """

    def __init__(self, secrets: list[str]) -> None:
        self._secrets = secrets
        self._performed = self._not_judged = self._in_a_row = 0

    def note(self, result: Result) -> None:
        """Count a result; it says that it ends the run if it was one too many."""
        self._performed += 1
        if result.status != "not judged":
            self._in_a_row = 0
            return
        self._not_judged += 1
        self._in_a_row += 1
        many = self._not_judged >= max(MAX_NOT_JUDGED, self._performed / 5)
        if not result.ends_run and (many or self._in_a_row >= MAX_NOT_JUDGED):
            result.actual = result.ends_run = scrub(f"too much trouble on the way: {result.actual}", self._secrets)
