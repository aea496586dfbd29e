"""Fault rules: which requests a rule applies to, how often it fires, and what it does to the response."""

import itertools
import math
import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, NamedTuple

from audience_mock.session.fault_requests import FaultRequest

Json = dict[str, Any]

WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
"""Statuses whose responses have no body (RFC 9110, 6.4.1)."""
KINDS = ("drop", "half", "malformed")
"""Broken responses: none, half of it, a body that is not JSON."""
EFFECTS = ("status", "headers", "body", "example", "delay", "rate", "kind")
"""The fields of a rule that change the response."""
OK = "ok"
"""The step of a sequence in which the mock responds normally."""
MAX_DELAY = 3_600_000
"""Milliseconds."""
_LARGEST_EXPONENT = 700.0
"""e to a larger power is too large for a float."""


class Firing(NamedTuple):
    """What a rule does to one request.

    Args:
        rule: that fired.
        effect: the fields that change the response; empty if the mock responds normally.
        step: of the rule's sequence, from 1; 0 without one.
    """

    rule: "Fault"
    effect: Json
    step: int = 0

    def __str__(self) -> str:
        """For the journal: the rule, and `: delay` or `: ok` if it leaves the response as it is."""
        name = f"rule {self.rule.id}{f' step {self.step}' if self.step else ''}"
        if not self.effect:
            return f"{name}: ok"
        return f"{name}: delay" if self.effect.keys() == {"delay"} else name

    def delay(self) -> float:
        """Milliseconds to wait before the response, MAX_DELAY at most."""
        return self.rule.draw(self.effect.get("delay", 0))

    def headers(self, now: datetime) -> dict[str, str]:
        """The headers to add to the response, which take the place of its own."""
        headers = {name: str(value) for name, value in self.effect.get("headers", {}).items()}
        if "rate" in self.effect and "retry-after" not in map(str.lower, headers):
            headers["Retry-After"] = str(self.rule.retry_after(now))
        return headers


@dataclass
class Fault:
    """One fault rule.

    Args:
        id: the id of the rule.
        fields: the fields of the request that added it; with a random seed if it depends on chance.
        hits: how often it has fired.
    """

    id: str
    fields: Json
    hits: int = 0
    _random: random.Random = field(default_factory=random.Random, repr=False)
    _allowed: deque[datetime] = field(default_factory=deque, repr=False)

    def __post_init__(self) -> None:
        if self._depends_on_chance():
            self.fields.setdefault("seed", random.randrange(2**32))  # noqa: S311 (no secret)
            self._random.seed(self.fields["seed"])

    def _depends_on_chance(self) -> bool:
        effects = [self.fields, *(step for step in self.fields.get("sequence", ()) if isinstance(step, dict))]
        return "probability" in self.fields or any(isinstance(effect.get("delay"), dict) for effect in effects)

    @property
    def reads_body(self) -> bool:
        """Does it depend on the body of a request whether the rule applies."""
        return "request_body" in self.fields

    def fires(self, now: datetime) -> Firing | None:
        """What the rule does to a request that it applies to, which counts as a hit; None if it does not fire."""
        fields = self.fields
        if self.hits >= self._most_hits():
            return None
        if "rate" in fields and not self._is_too_fast(now, **fields["rate"]):
            return None
        if self._random.random() >= fields.get("probability", 1.0):
            return None
        self.hits += 1
        effect = {name: fields[name] for name in EFFECTS if name in fields}
        if "sequence" not in fields:
            return Firing(self, effect)
        place = (self.hits - 1) % len(fields["sequence"])
        return Firing(self, step_effect(effect, fields["sequence"][place]), place + 1)

    def _most_hits(self) -> float:
        if "sequence" in self.fields:
            return len(self.fields["sequence"]) * int(self.fields.get("times", 1))
        return float(self.fields.get("times", math.inf))

    def _is_too_fast(self, now: datetime, limit: int, seconds: float) -> bool:
        since = now - timedelta(seconds=seconds)
        while self._allowed and self._allowed[0] <= since:
            self._allowed.popleft()
        if len(self._allowed) >= limit:
            return True
        self._allowed.append(now)
        return False

    def draw(self, delay: int | Json) -> float:
        """Milliseconds of a delay, MAX_DELAY at most: as they are, or drawn from a distribution."""
        if not isinstance(delay, dict):
            return float(delay)
        if delay["type"] == "uniform":
            return self._random.uniform(delay["lower"], delay["upper"])
        deviation = min(self._random.gauss(0, delay["sigma"]), _LARGEST_EXPONENT)
        return min(float(delay["median"] * math.exp(deviation)), MAX_DELAY)

    def retry_after(self, now: datetime) -> int:
        """Whole seconds until the rate allows another request."""
        if not self._allowed or "rate" not in self.fields:
            return 1
        free = self._allowed[0] + timedelta(seconds=self.fields["rate"]["seconds"])
        return max(1, -int(-(free - now).total_seconds() // 1))


def step_effect(every: Json, step: int | str | Json) -> Json:
    """The effect of a step: its own, and those that the rule has for every step but `ok`."""
    if step == OK:
        return {}
    if isinstance(step, int):
        return {**every, "status": step}
    if isinstance(step, str):
        return {**every, "kind": step}
    headers = {**every.get("headers", {}), **step.get("headers", {})}
    return {**every, **step, **({"headers": headers} if headers else {})}


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

    def read_body(self, request: FaultRequest) -> bool:
        """Does it depend on the body of a request which rule fires."""
        return any(rule.reads_body and request.fits(rule.fields) for rule in self)

    def match(self, request: FaultRequest, now: datetime) -> Firing | None:
        """The first rule that fires for a request, and what it does."""
        for rule in self:
            if request.fits(rule.fields) and request.has_body(rule.fields) and (firing := rule.fires(now)):
                return firing
        return None
