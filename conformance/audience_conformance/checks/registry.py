"""The registry of checks. A check is one function that names its rule; the decorator `check` registers it."""

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from audience_conformance.checks.prerequisites import WRITE_PERMISSION
from audience_conformance.contract.rules import catalogue

CheckFunction = Callable[..., None]
_SOURCE_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Check:
    """One check.

    Args:
        rules: the rules that it checks; a finding that names none is of the first.
        name: the function's name, a fact in words.
        function: called with an Api, and with the case where there are cases.
        about: what it does: the function's docstring.
        operations: the operationIds that it exercises.
        cases: the cases it is run for, each an item of its own; empty for a check without cases.
        read_only: the cases that create nothing; "" stands for a check without cases.
        generates: needs many generated examples; the profile smoke leaves it out.
        prerequisites: what the target must have, apart from write permission; alternatives are in one text.
    """

    rules: tuple[str, ...]
    name: str
    function: CheckFunction
    about: str
    operations: tuple[str, ...]
    cases: tuple[str, ...] = ()
    read_only: frozenset[str] = frozenset()
    generates: bool = False
    prerequisites: tuple[str, ...] = ()

    def writes(self, case: str | None) -> bool:
        """Does it create anything when it runs for this case."""
        return (case or "") not in self.read_only

    @property
    def needs(self) -> tuple[str, ...]:
        """What the target must have or allow for this check to run."""
        writes = any(self.writes(case) for case in self.cases or ("",))
        return (*([WRITE_PERMISSION] if writes else []), *self.prerequisites)

    @property
    def location(self) -> str:
        """File and line, as `audience_conformance/checks/definitions/update.py:97`."""
        code = inspect.unwrap(self.function).__code__
        path = Path(code.co_filename)
        shown = path.relative_to(_SOURCE_ROOT) if path.is_relative_to(_SOURCE_ROOT) else path
        return f"{shown.as_posix()}:{code.co_firstlineno}"


CHECKS: list[Check] = []


def check(
    *rules: str,
    on: str,
    cases: Iterable[str] = (),
    read_only: Iterable[str] | bool = False,
    generates: bool = False,
    needs: Iterable[str] = (),
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a function as the check of a rule.

    Args:
        rules: the rule, and others that a finding may name.
        on: the operationIds that it exercises, separated by blanks.
        cases: run it once for each of these, given as the second argument.
        read_only: creates nothing, or the cases that create nothing.
        generates: left out by the profile smoke.
        needs: what the target must have, from prerequisites.py.
    """
    every = tuple(cases)
    if isinstance(read_only, bool):
        read_only = (every or ("",)) if read_only else ()

    def register(function: CheckFunction) -> CheckFunction:
        about = " ".join((function.__doc__ or "").split())
        operations = tuple(on.split())
        CHECKS.append(
            Check(
                rules,
                function.__name__,
                function,
                about,
                operations,
                every,
                frozenset(read_only),
                generates,
                tuple(needs),
            )
        )
        return function

    return register


def all_checks() -> list[Check]:
    """Every check, by the name of its module."""
    package = importlib.import_module("audience_conformance.checks")
    for module in sorted(found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")):
        importlib.import_module(module)
    return list(CHECKS)


@functools.cache
def rules_without_check() -> frozenset[str]:
    """The rules of the contract that this suite cannot judge yet."""
    return frozenset(catalogue()) - {rule for check in all_checks() for rule in check.rules}


def items(chosen: Iterable[Check]) -> list[tuple[Check, str | None]]:
    """Each check with each of its cases; the case is None for a check without cases."""
    return [(one, case) for one in chosen for case in one.cases or (None,)]
