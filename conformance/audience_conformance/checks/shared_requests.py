"""Rounds of requests that are sent once in a run, and judged by every check that wants to: nothing is sent twice.

The first check that asks for a round lets it be sent, to its end, about things of the round's own; the checks behind
it get what came then. Each request comes with all that a curl sequence needs, so that a finding shows the same
whichever check has sent it, and a check alone (--rules) sends the round itself.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from audience_conformance.checks.protocol.requests.call import Call
from audience_conformance.client.api import Api
from audience_conformance.client.target import Answer, Exchange, Unreachable

NO_STATUS: frozenset[int] = frozenset()
_MADE_BY = frozenset({"POST", "PUT", "PATCH"})
MOST_SETUP = 39
"""Exchanges before a request that are shown with it at the most: a finding shows no more anyway."""


@dataclass(frozen=True)
class Sent:
    """One request of a round, and what came of it.

    Args:
        kind: which of the round's requests it belongs to.
        call: what was asked.
        came: the answer; Unreachable where this one got none although others are answered.
        allowed: the statuses with which it may be answered, where the round knows.
    """

    kind: str
    call: Call
    came: Answer | Unreachable
    allowed: frozenset[int] = NO_STATUS

    @property
    def answer(self) -> Answer:
        """The answer. Raises Unreachable."""
        if isinstance(self.came, Unreachable):
            raise self.came
        return self.came

    @property
    def refused(self) -> bool:
        """Was it answered with a 4xx."""
        return isinstance(self.came, Answer) and 400 <= self.came.status < 500  # noqa: PLR2004


@dataclass
class _Entry:
    sent: Sent
    before: int  # how many of the set-up's exchanges came before it
    own: Exchange


@dataclass
class _Batch:
    """What was sent for one round: its requests, what made the things they are about, and how it ended."""

    entries: list[_Entry] = field(default_factory=list)
    setup: list[Exchange] = field(default_factory=list)
    ended: Exception | None = None


Send = Callable[..., Iterator[Sent]]


def shared_requests(api: Api, send: Send, *about: str) -> Iterator[Sent]:
    """A round, one request after the other, each with a trace of what led to it; what ended the round is raised.

    Args:
        api: of the check that judges.
        send: sends the round: called with an Api of the round's own and `about`, it yields each request at once.
        about: what the round is about.
    """
    key = (send.__module__, send.__name__, *about)
    found = api.once(key, lambda: _send_batch(api, send, key, about))
    mark = len(api.trace.exchanges)
    for entry in found.entries:
        api.trace.exchanges[mark:] = [*found.setup[max(0, entry.before - MOST_SETUP) : entry.before], entry.own]
        yield entry.sent
    if found.ended is not None:
        raise found.ended.with_traceback(None)


def _send_batch(api: Api, send: Send, key: tuple[str, ...], about: tuple[str, ...]) -> _Batch:
    """Send a round; what chance there is in it is the run's, whichever check came first."""
    child, done, state = api.child(), _Batch(), random.getstate()
    random.seed(f"{api.budget.seed} {' '.join(key)}")
    said = child.trace.exchanges
    try:
        for sent in send(child, *about):
            *others, own = said
            done.setup += [one for one in others if one.method in _MADE_BY]
            done.entries.append(_Entry(sent, len(done.setup), own))
            said.clear()
    except Exception as ended:  # noqa: BLE001 (each check that judges the round is told)
        done.ended = ended
    finally:
        random.setstate(state)
    if not isinstance(done.ended, Unreachable):
        child.cleanup()
    return done
