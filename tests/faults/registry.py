"""The catalogue of faults: each is the mock with one thing wrong, as a developer gets it wrong."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

from tests.faults.patching import Mock

Change = Callable[[Mock], None]
"""Puts a fault into a correct mock."""
P = ParamSpec("P")
F = TypeVar("F")
CATALOGUE = Path(__file__).with_name("catalogue")
CHOSEN = Path(__file__).with_name("chosen.txt")


@dataclass(frozen=True)
class Fault:
    """One fault.

    Args:
        id: its permanent name: the rule that must catch it, and what is wrong.
        change: puts it into a correct mock.
        about: what is wrong, in a sentence or in the words of the id.
    """

    id: str
    change: Change
    about: str

    @property
    def rule(self) -> str:
        return self.id[:6]


FAULTS: dict[str, Fault] = {}


def operator(function: Callable[Concatenate[Mock, P], None]) -> Callable[P, Change]:
    """Turn `function(mock, …)` into a function of the other arguments that returns a change."""
    return lambda *args, **kwargs: lambda mock: function(mock, *args, **kwargs)


def faults(rule: str, **changes: Change) -> None:
    """Register changes as faults; an id is the rule and the name (before a digit stands an underscore)."""
    for name, change in changes.items():
        _add(rule, name.removeprefix("_"), change)


@overload
def fault(rule: str) -> Callable[[Change], Change]: ...
@overload
def fault(
    rule: str, operator: Callable[Concatenate[F, P], Change], *args: P.args, **kwargs: P.kwargs
) -> Callable[[F], F]: ...
def fault(rule: str, operator: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Register a function that changes a mock, or that an operator takes as its first argument.

    The id is the rule and the function's name; the docstring is for what the name does not say.
    """

    def register(function: Any) -> Any:
        change = operator(function, *args, **kwargs) if operator else function
        _add(rule, function.__name__, change, function.__doc__)
        return function

    return register


def _add(rule: str, name: str, change: Change, about: str | None = None) -> None:
    fault_id = f"{rule}-{name.replace('_', '-')}"
    if fault_id in FAULTS:
        raise ValueError(f"two faults are called {fault_id}")
    FAULTS[fault_id] = Fault(fault_id, change, about or name.replace("_", " "))


def all_faults() -> list[Fault]:
    """Every fault, by id."""
    for path in CATALOGUE.rglob("*.py"):
        module = path.relative_to(CATALOGUE).with_suffix("").parts
        importlib.import_module(".".join(["tests.faults.catalogue", *module]))
    return [FAULTS[fault_id] for fault_id in sorted(FAULTS)]


def chosen_items() -> dict[str, set[tuple[str, str]]]:
    """What chosen.txt says: fault id -> the checks that it must make fail, each with its case."""
    found: dict[str, set[tuple[str, str]]] = {}
    for line in CHOSEN.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            fault_id, check, case = line.split("\t")
            found.setdefault(fault_id, set()).add((check, case))
    return found


def chosen_faults() -> list[Fault]:
    """The faults of chosen.txt."""
    every = {fault.id: fault for fault in all_faults()}
    chosen = chosen_items()
    if unknown := [fault_id for fault_id in chosen if fault_id not in every]:
        raise ValueError(f"{CHOSEN.name} names unknown faults: {', '.join(unknown)}")
    return [every[fault_id] for fault_id in chosen]
