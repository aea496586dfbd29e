"""What is seen while a run lasts: a line for each rule group, live in a terminal, plain anywhere else."""

import os
import time
from collections import Counter
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from audience_conformance.checks.registry import Check
from audience_conformance.contract.rules import catalogue, group_titles
from audience_conformance.results.result import Result

_WORDS = {"failed": "bold red", "warned": "yellow", "known": "yellow", "error": "bold magenta", "skipped": "cyan"}


class Watcher(Protocol):
    """Follows a run."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def __call__(self, result: Result) -> None: ...


def watcher(console: Console, items: list[tuple[Check, str | None]], *, strict: bool) -> Watcher:
    """A watcher for this console: live in a terminal, lines elsewhere and in CI."""
    live = console.is_terminal and not os.environ.get("CI")
    return (_Live if live else _Lines)(console, items, strict)


class _Tally:
    """How far each rule group is, and what it has come to."""

    def __init__(self, console: Console, items: list[tuple[Check, str | None]], strict: bool) -> None:
        self._console = console
        self._strict = strict
        self._totals = Counter(_group(check.rules[0]) for check, _ in items)
        self._done: Counter[str] = Counter()
        self._words: dict[str, Counter[str]] = {group: Counter() for group in self._totals}
        self._width = max((len(group_titles()[group]) for group in self._totals), default=0)

    def _count(self, result: Result) -> str:
        """Enter a result; give the group that it counts to."""
        group = _group((result.rules or [result.rule])[0])
        self._done[group] += 1
        self._words.setdefault(group, Counter())[self._word(result)] += 1
        return group

    def _word(self, result: Result) -> str:
        if result.status != "failed":
            return result.status
        if result.known:
            return "known"
        return "failed" if self._strict or result.level == "MUST" else "warned"

    def _tell(self, result: Result) -> None:
        """A line for a finding or an error, as soon as it is there."""
        word = self._word(result)
        if word in ("failed", "warned", "error"):
            where = f"{result.check.replace('_', ' ')}{f' ({result.case})' if result.case else ''}"
            text = Text.assemble((f"{word:7}", _WORDS[word]), f" {result.rule} {result.requirement}: {where}")
            self._console.print(text, soft_wrap=True)

    def _came_to(self, group: str) -> Text:
        parts = [(f"{number} {word}", _WORDS.get(word, "green")) for word, number in sorted(self._words[group].items())]
        return Text(", ").join(Text(text, style) for text, style in parts)

    def _title(self, group: str) -> str:
        return f"{group}  {group_titles()[group]:{self._width}}"


class _Lines(_Tally):
    """A line when a rule group is done, and one for each finding."""

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        for group, total in self._totals.items():
            if self._done[group] < total:
                self._console.print(self._line(group), soft_wrap=True)

    def __call__(self, result: Result) -> None:
        self._tell(result)
        group = self._count(result)
        if self._done[group] == self._totals[group]:
            self._console.print(self._line(group), soft_wrap=True)

    def _line(self, group: str) -> Text:
        done = f"{self._done[group]}/{self._totals[group]}"
        since = f"{time.monotonic() - self._started:5.1f} s"
        return Text.assemble(f"{self._title(group)}  {done:>7}  {since}  ", self._came_to(group))


class _Live(_Tally):
    """A bar for each rule group."""

    def __enter__(self) -> Self:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[came_to]}"),
            console=self._console,
        )
        self._tasks = {
            group: self._progress.add_task(self._title(group), total=total, came_to="", start=False)
            for group, total in self._totals.items()
        }
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, result: Result) -> None:
        self._tell(result)
        group = self._count(result)
        task = self._tasks.get(group)
        if task is None:
            return
        self._progress.start_task(task)
        self._progress.update(task, completed=self._done[group], came_to=self._came_to(group).markup)
        if self._done[group] >= self._totals[group]:
            self._progress.stop_task(task)


def _group(rule_id: str) -> str:
    return catalogue()[rule_id].group
