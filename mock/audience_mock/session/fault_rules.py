"""Fault rules: which requests a rule matches, how often it fires, and which response it forces."""

import itertools
import math
import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from audience_mock.patterns import fits_glob

Json = dict[str, Any]

WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
"""Statuses whose responses have no body (RFC 9110, 6.4.1)."""
MAX_DELAY = 3600.0
"""Seconds."""
_LARGEST_EXPONENT = 700.0
"""e to a larger power is too large for a float."""


@dataclass
class Fault:
    """One fault rule.

    Args:
        id: the id of the rule.
        fields: the fields of the request that added it.
        hits: how often it has fired.
    """

    id: str
    fields: Json
    hits: int = 0
    _random: random.Random = field(default_factory=random.Random, repr=False)
    _allowed: deque[datetime] = field(default_factory=deque, repr=False)

    def __post_init__(self) -> None:
        if "seed" in self.fields:
            self._random.seed(self.fields["seed"])

    def matches(self, method: str, paths: Sequence[str], operation: str) -> bool:
        """Does the rule match a request. `paths` are the request's full path and its path below the application."""
        fields = self.fields
        if "operation" in fields and fields["operation"] != operation:
            return False
        if "method" in fields and fields["method"] != method:
            return False
        return "path" not in fields or any(fits_glob(path, fields["path"]) for path in paths)

    def fires(self, now: datetime) -> bool:
        """Does the rule fire for a matching request; if so, counts a hit."""
        fields = self.fields
        if self.hits >= fields.get("times", float("inf")):
            return False
        if "rate" in fields and not self._is_too_fast(now, **fields["rate"]):
            return False
        if self._random.random() >= fields.get("probability", 1.0):
            return False
        self.hits += 1
        return True

    def _is_too_fast(self, now: datetime, limit: int, seconds: float) -> bool:
        since = now - timedelta(seconds=seconds)
        while self._allowed and self._allowed[0] <= since:
            self._allowed.popleft()
        if len(self._allowed) >= limit:
            return True
        self._allowed.append(now)
        return False

    @property
    def changes_response(self) -> bool:
        """Does the rule change the response, not only delay it."""
        return any(effect in self.fields for effect in ("status", "body", "example", "rate", "kind"))

    def delay(self) -> float:
        """Seconds to wait before the response, MAX_DELAY at most."""
        fields = self.fields.get("delay", 0)
        if isinstance(fields, dict):
            if "uniform" in fields:
                return self._random.uniform(*fields["uniform"])
            median, sigma = fields["lognormal"]
            deviation = min(self._random.gauss(0, sigma), _LARGEST_EXPONENT)
            return min(float(median * math.exp(deviation)), MAX_DELAY)
        return float(fields)

    def retry_after(self, now: datetime) -> int:
        """Whole seconds until the rate allows another request."""
        if not self._allowed or "rate" not in self.fields:
            return 1
        free = self._allowed[0] + timedelta(seconds=self.fields["rate"]["seconds"])
        return max(1, -int(-(free - now).total_seconds() // 1))

    def as_dict(self) -> Json:
        return {"id": self.id, **self.fields, "hits": self.hits}


class Faults:
    """The fault rules of a session, in the order they were added."""

    def __init__(self) -> None:
        self._rules: dict[str, Fault] = {}
        self._numbers = itertools.count(1)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._rules.values())

    def add(self, fields: Mapping[str, Any]) -> Fault:
        rule = Fault(f"fault-{next(self._numbers)}", dict(fields))
        self._rules[rule.id] = rule
        return rule

    def remove(self, rule_id: str) -> bool:
        """Remove a rule; False if there is none with this id."""
        return self._rules.pop(rule_id, None) is not None

    def clear(self) -> None:
        self._rules.clear()

    def match(self, method: str, paths: Sequence[str], operation: str, now: datetime) -> Fault | None:
        """The first rule that fires for a request."""
        for rule in self._rules.values():
            if rule.matches(method, paths, operation) and rule.fires(now):
                return rule
        return None
