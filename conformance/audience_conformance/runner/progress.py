"""The progress of a run: a line for each rule group, live in a terminal, plain elsewhere."""

import os
import time
from collections import Counter
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from audience_conformance.checks.registry import Check
from audience_conformance.contract.rules import catalogue, group_titles
from audience_conformance.reports.causes import MOST_CAUSE, cause_of
from audience_conformance.reports.facts import one_line, visible, words
from audience_conformance.results.result import Result

_STYLES = {
    "failed": "bold red",
    "warned": "yellow",
    "known": "yellow",
    "error": "bold magenta",
    "skipped": "cyan",
    "not judged": "magenta",
}


class ProgressDisplay(Protocol):
    """Shows results as they come."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def __call__(self, result: Result) -> None: ...


def progress_display(console: Console, items: list[tuple[Check, str | None]], *, strict: bool) -> ProgressDisplay:
    """Bars in a terminal, lines elsewhere and in CI."""
    live = console.is_terminal and not os.environ.get("CI")
    return (_Bars if live else _Lines)(console, items, strict)


class _Counts:
    """The number of items that are done in each rule group, by outcome."""

    def __init__(self, console: Console, items: list[tuple[Check, str | None]], strict: bool) -> None:
        self._console = console
        self._strict = strict
        self._totals = Counter(_group(check.rules[0]) for check, _ in items)
        self._told: set[tuple[str, str]] = set()
        self._done: Counter[str] = Counter()
        self._outcomes: dict[str, Counter[str]] = {group: Counter() for group in self._totals}
        self._width = max((len(group_titles()[group]) for group in self._totals), default=0)

    def _add(self, result: Result) -> str:
        """Count a result, and print it if it is a finding or an error with a new cause; return its group."""
        group = _group((result.rules or [result.rule])[0])
        outcome = self._outcome(result)
        self._done[group] += 1
        self._outcomes.setdefault(group, Counter())[outcome] += 1
        if outcome in ("failed", "warned", "error"):
            self._tell(result, outcome)
        return group

    def _tell(self, result: Result, outcome: str) -> None:
        """Print a finding, unless one with the same cause was printed; all are told at the end."""
        cause = cause_of(result)
        if (outcome, cause) not in self._told:
            self._told.add((outcome, cause))
            name = f"{words(result.check)}{f' ({visible(result.case)})' if result.case else ''}"
            text = f" {result.rule} {name}: {one_line(cause, MOST_CAUSE)}"
            self._console.print(Text.assemble((f"{outcome:7}", _STYLES[outcome]), text), soft_wrap=True)

    def _outcome(self, result: Result) -> str:
        if result.status != "failed":
            return result.status
        if result.known:
            return "known"
        return "failed" if self._strict or result.level == "MUST" else "warned"

    def _summary(self, group: str) -> Text:
        counts = sorted(self._outcomes[group].items())
        return Text(", ").join(Text(f"{number} {outcome}", _STYLES.get(outcome, "green")) for outcome, number in counts)

    def _title(self, group: str) -> str:
        return f"{group}  {group_titles()[group]:{self._width}}"


class _Lines(_Counts):
    """A line when a rule group is done, and one for each cause of findings."""

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        for group, total in self._totals.items():
            if self._done[group] < total:
                self._print_line(group)

    def __call__(self, result: Result) -> None:
        group = self._add(result)
        if self._done[group] == self._totals[group]:
            self._print_line(group)

    def _print_line(self, group: str) -> None:
        done = f"{self._done[group]}/{self._totals[group]}"
        seconds = f"{time.monotonic() - self._started:5.1f} s"
        line = Text.assemble(f"{self._title(group)}  {done:>7}  {seconds}  ", self._summary(group))
        self._console.print(line, soft_wrap=True)


class _Bars(_Counts):
    """A bar for each rule group."""

    def __enter__(self) -> Self:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[summary]}"),
            console=self._console,
        )
        self._tasks = {
            group: self._progress.add_task(self._title(group), total=total, summary="", start=False)
            for group, total in self._totals.items()
        }
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, result: Result) -> None:
        group = self._add(result)
        task = self._tasks.get(group)
        if task is None:
            return
        self._progress.start_task(task)
        self._progress.update(task, completed=self._done[group], summary=self._summary(group).markup)
        if self._done[group] >= self._totals[group]:
            self._progress.stop_task(task)


def _group(rule_id: str) -> str:
    return catalogue()[rule_id].group
