"""Batches of requests that several checks use and that are sent once in a run.

The first check that uses a batch sends all of it, to resources that the batch creates; later checks get the recorded
requests and responses. A check that runs alone (--rules) sends the batch itself. Each request comes with the requests
that set it up, so that a finding shows the same curl lines whichever check sent it.
"""

import functools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from audience_conformance.checks.protocol.requests.call import Call
from audience_conformance.client.api import Api
from audience_conformance.client.exchange import Answer, Exchange
from audience_conformance.client.trouble import OutOfTime, Unreachable

MAX_SETUP = 39
"""Set-up requests that are shown with a request: a finding shows no more."""


@dataclass(frozen=True)
class Sent:
    """One request of a batch, and its outcome.

    Args:
        call: the request.
        outcome: the response; Unreachable if only this request got none.
        kind: what it tests, for checks that use only some requests of a batch.
    """

    call: Call
    outcome: Answer | Unreachable
    kind: str = ""

    @property
    def answer(self) -> Answer:
        """The response. Raises Unreachable."""
        if isinstance(self.outcome, Unreachable):
            raise self.outcome
        return self.outcome

    @property
    def rejected(self) -> bool:
        """Was the response a 4xx."""
        return (
            isinstance(self.outcome, Answer)
            and HTTPStatus.BAD_REQUEST <= self.outcome.status < HTTPStatus.INTERNAL_SERVER_ERROR
        )


Send = Callable[..., Iterator[Sent]]


@dataclass
class _Batch:
    """The requests of a batch, each with its trace, and the error that ended the batch."""

    entries: list[tuple[Sent, list[Exchange]]] = field(default_factory=list)
    error: Exception | None = None


def shared(send: Send) -> Send:
    """Make a batch of the function `send(api, *about)`, which sends requests and yields each at once.

    The batch yields each request with its trace; an error that ended the batch is raised at its end.
    """

    @functools.wraps(send)
    def batch(api: Api, *about: str) -> Iterator[Sent]:
        key = (send.__module__, send.__name__, *about)
        known: _Batch = api.once(key, lambda: _send_batch(api, send, key, about))
        if isinstance(known.error, Unreachable | OutOfTime):
            api.forget(key)  # the next check tries anew
        mark = len(api.trace.exchanges)
        for sent, trace in known.entries:
            api.trace.exchanges[mark:] = trace
            yield sent
        if known.error is not None:
            raise known.error.with_traceback(None)

    return batch


def _send_batch(api: Api, send: Send, key: tuple[str, ...], about: tuple[str, ...]) -> _Batch:
    """Send a batch; its random choices depend on the run's seed only, not on the check that comes first."""
    child, batch, state = api.child(), _Batch(), random.getstate()
    random.seed(f"{api.budget.seed} {' '.join(key)}")
    exchanges = child.trace.exchanges
    setup: list[Exchange] = []
    try:
        for sent in send(child, *about):
            *others, exchange = exchanges
            setup += [other for other in others if other.method in {"POST", "PUT", "PATCH"}]
            batch.entries.append((sent, [*setup[-MAX_SETUP:], exchange]))
            exchanges.clear()
    except Exception as error:  # noqa: BLE001 (raised in each check that uses the batch)
        batch.error = error
    finally:
        random.setstate(state)
    child.cleanup()
    return batch
