"""Rules that spoil answers: which requests they are for, how often, and what comes of it."""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

Json = dict[str, Any]


@dataclass
class Fault:
    """One rule.

    Args:
        id: of the rule.
        told: as it was given.
        hits: how often it was applied.
    """

    id: str
    told: Json
    hits: int = 0
    _chance: random.Random = field(default_factory=random.Random, repr=False)
    _passed: list[datetime] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        if "seed" in self.told:
            self._chance.seed(self.told["seed"])

    def is_for(self, method: str, paths: Sequence[str], operation: str) -> bool:
        """Is a request one of those that it is for. `paths` are its path, whole and below the application."""
        told = self.told
        if "operation" in told and told["operation"] != operation:
            return False
        if "method" in told and told["method"] != method:
            return False
        return "path" not in told or any(fnmatchcase(path, told["path"]) for path in paths)

    def strikes(self, now: datetime) -> bool:
        """Does it strike a request that it is for; counts the strike."""
        told = self.told
        if self.hits >= told.get("times", float("inf")):
            return False
        if "rate" in told and not self._is_too_fast(now, **told["rate"]):
            return False
        if self._chance.random() >= told.get("probability", 1.0):
            return False
        self.hits += 1
        return True

    def _is_too_fast(self, now: datetime, limit: int, seconds: float) -> bool:
        since = now - timedelta(seconds=seconds)
        self._passed = [moment for moment in self._passed if moment > since]
        if len(self._passed) >= limit:
            return True
        self._passed.append(now)
        return False

    @property
    def does_more_than_wait(self) -> bool:
        """Does it change the answer itself."""
        return any(effect in self.told for effect in ("status", "body", "example", "rate", "kind"))

    def delay(self) -> float:
        """Seconds before the answer."""
        told = self.told.get("delay", 0)
        if isinstance(told, dict):
            if "uniform" in told:
                return self._chance.uniform(*told["uniform"])
            median, sigma = told["lognormal"]
            return float(median * self._chance.lognormvariate(0, sigma))
        return float(told)

    def retry_after(self, now: datetime) -> int:
        """Whole seconds until the rate allows another request."""
        if not self._passed or "rate" not in self.told:
            return 1
        free = self._passed[0] + timedelta(seconds=self.told["rate"]["seconds"])
        return max(1, -int(-(free - now).total_seconds() // 1))

    def described(self) -> Json:
        return {"id": self.id, **self.told, "hits": self.hits}


class Faults:
    """The rules of a session, in the order in which they were given."""

    def __init__(self) -> None:
        self._rules: dict[str, Fault] = {}
        self._numbers = itertools.count(1)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._rules.values())

    def add(self, told: Mapping[str, Any]) -> Fault:
        rule = Fault(f"fault-{next(self._numbers)}", dict(told))
        self._rules[rule.id] = rule
        return rule

    def remove(self, rule_id: str) -> bool:
        """Forget a rule; was there one."""
        return self._rules.pop(rule_id, None) is not None

    def clear(self) -> None:
        self._rules.clear()

    def striking(self, method: str, paths: Sequence[str], operation: str, now: datetime) -> Fault | None:
        """The first rule that strikes a request."""
        for rule in self._rules.values():
            if rule.is_for(method, paths, operation) and rule.strikes(now):
                return rule
        return None
