"""Every check there is. A check is one function that names its rule; it is registered where it stands."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CheckFunction = Callable[..., None]
_SOURCE_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Check:
    """One check.

    Args:
        rules: the rules that it looks at; a finding that names none is of the first.
        name: the function's name, a fact in words.
        function: called with an Api, and with the case where there are cases.
        about: what it does, and what it needs: the function's docstring.
        operations: the operationIds that it exercises.
        cases: the cases it is run for, each an item of its own; empty for a check without.
        writes: does it create anything.
        generates: does it need many generated examples; the profile smoke leaves such a check out.
    """

    rules: tuple[str, ...]
    name: str
    function: CheckFunction
    about: str
    operations: tuple[str, ...]
    cases: tuple[str, ...] = ()
    writes: bool = True
    generates: bool = False

    @property
    def location(self) -> str:
        """Where it stands, as `audience_conformance/checks/definitions/update.py:97`."""
        code = inspect.unwrap(self.function).__code__
        path = Path(code.co_filename)
        shown = path.relative_to(_SOURCE_ROOT) if path.is_relative_to(_SOURCE_ROOT) else path
        return f"{shown.as_posix()}:{code.co_firstlineno}"


CHECKS: list[Check] = []


def check(
    *rules: str, on: str, cases: Iterable[str] = (), writes: bool = True, generates: bool = False
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a function as the check of a rule.

    Args:
        rules: the rule, and others that a finding may name.
        on: the operationIds that it exercises, with blanks between them.
        cases: run it once for each of these, given as the second argument.
        writes: does it create anything.
        generates: is it left out by the profile smoke.
    """

    def register(function: CheckFunction) -> CheckFunction:
        about = " ".join((function.__doc__ or "").split())
        CHECKS.append(
            Check(rules, function.__name__, function, about, tuple(on.split()), tuple(cases), writes, generates)
        )
        return function

    return register


def all_checks() -> list[Check]:
    """Every check, in the order of the catalogue."""
    package = importlib.import_module("audience_conformance.checks")
    for module in sorted(found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")):
        importlib.import_module(module)
    return list(CHECKS)


def items(chosen: Iterable[Check]) -> Iterable[tuple[Check, Any]]:
    """Each check with each of its cases; the case is None for a check without."""
    for one in chosen:
        for case in one.cases or (None,):
            yield one, case
