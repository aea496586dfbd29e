"""Every fault there is: the mock with one thing wrong, as a developer gets it wrong."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.faults.patching import Mock

Subtlety = Literal["obvious", "plausible", "subtle"]
SUBTLETIES: tuple[Subtlety, ...] = ("obvious", "plausible", "subtle")


@dataclass(frozen=True)
class Fault:
    """One fault.

    Args:
        id: its permanent name, which begins with the rule.
        rule: the rule that owns it: the suite must name this one.
        subtlety: how hard it is to see.
        about: what the server does wrong, in a sentence.
        seed: puts the fault into a mock that is right.
        options: what a run is told beside the usual, such as another definition with validations.
    """

    id: str
    rule: str
    subtlety: Subtlety
    about: str
    seed: Callable[[Mock], None]
    options: Mapping[str, Any] = field(default_factory=dict)


FAULTS: dict[str, Fault] = {}


def fault(
    fault_id: str, *, rule: str, subtlety: Subtlety, **options: Any
) -> Callable[[Callable[[Mock], None]], Callable[[Mock], None]]:
    """Register a function that makes a mock faulty; its docstring says how the server is wrong."""

    def register(function: Callable[[Mock], None]) -> Callable[[Mock], None]:
        assert fault_id not in FAULTS, f"the fault {fault_id} is there twice"
        about = " ".join((function.__doc__ or "").split())
        FAULTS[fault_id] = Fault(fault_id, rule, subtlety, about, function, options)
        return function

    return register


def all_faults() -> list[Fault]:
    """Every fault, by id."""
    for module in pkgutil.iter_modules([str(Path(__file__).with_name("catalogue"))]):
        importlib.import_module(f"tests.faults.catalogue.{module.name}")
    return [FAULTS[fault_id] for fault_id in sorted(FAULTS)]


def subtlest(faults: Iterable[Fault]) -> list[Fault]:
    """One fault of each rule: the first of those that are hardest to see."""
    hardest: dict[str, Fault] = {}
    for one in faults:
        held = hardest.get(one.rule)
        if held is None or SUBTLETIES.index(one.subtlety) > SUBTLETIES.index(held.subtlety):
            hardest[one.rule] = one
    return sorted(hardest.values(), key=lambda one: one.id)
