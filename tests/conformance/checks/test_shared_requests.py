"""No check sends a request that another check has sent.

In a run in one process:

- A rejected request is sent once for all rules of format and errors (FMT, ERR). Two requests are the same if they have
  the same method, path, query, headers and body; all ids and all unique texts count as equal. The checks of resources
  in every state are left out, because there the state differs.
- A URL of the group --group-id, which the run only reads, is read by one check of members and pages. Another check
  sends the same request only for its second read of the URL, to see whether the response stays the same.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.faults.harness import checks_of, names, perform, serving
from tests.faults.registry import Fault, all_faults

from audience_conformance.checks.registry import items
from audience_conformance.client.api import Api
from audience_conformance.client.exchange import Answer
from audience_conformance.client.pace import Pace
from audience_conformance.client.target import Target
from audience_conformance.results.result import item_id
from audience_conformance.runner import local_mock
from audience_conformance.runner.estimate import shared_by
from audience_conformance.runner.execute import Run
from audience_conformance.runner.units import Item
from audience_conformance.runner.worker import Worker
from audience_conformance.settings.parse import read_settings
from audience_conformance.settings.settings import Settings

STATES = ("a_valid_request_succeeds_in_every_state", "no_state_gets_a_5xx")
OWN = re.compile(r"acs-[0-9a-f]{8}-([A-Za-z]+)(%20|\+| )?\d+")
ID = re.compile(r"\b[0-9a-f]{24}\b")
REFUSED = frozenset({400, 404, 405, 415})
EARLIER = ("FMT-01", "FMT-02", "FMT-03", "ERR-01", "MEM-01", "MEM-02")
"""Rules whose checks send requests that those of other rules use."""


class Request(NamedTuple):
    """One request, the check that sent it, and the status of its response."""

    by: str
    rule: str
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int

    @property
    def kind(self) -> tuple[object, ...]:
        """Equal for requests that count as the same."""
        texts = (self.url, self.body.decode("latin-1"))
        return (self.method, self.headers, *(ID.sub("id", OWN.sub(r"acs-\1", text)) for text in texts))


class Recording(NamedTuple):
    """The requests of a run, and how often each check read each URL."""

    sent: list[Request]
    reads: dict[tuple[str, str], int]


def _record(settings: Settings, folder: Path, forget: Callable[[Run], None] = lambda _: None) -> Recording:
    """Perform the checks of a run in this process and record their requests; `forget` is called before each."""
    recording, by = Recording([], defaultdict(int)), ["", ""]
    send, request = Target.send, Api.request

    def sending(self: Target, method: str, url: str, headers: Any, body: bytes | None, trace: Any) -> Answer:
        answer = send(self, method, url, headers, body, trace)
        recording.sent.append(
            Request(by[0], by[1], method, url, tuple(sorted(headers.items())), body or b"", answer.status)
        )
        return answer

    def requesting(self: Api, method: str, path: str, **more: Any) -> Answer:
        if method == "GET":
            url = self.target.url(path, more.get("query"), tenant=more.get("tenant") or self.tenant)
            recording.reads[by[0], url] += 1
        return request(self, method, path, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Target, "send", sending)
        patch.setattr(Api, "request", requesting)
        with closing(Worker(settings, folder, None, Pace(0.0))) as worker:
            for check, case in settings.items():
                by[:] = f"{check.rules[0]} {check.name} {case}", check.rules[0]
                forget(worker._run)
                result = worker.perform(check, case)
                assert result.status == "passed", f"{result.id}: {result.expected} / {result.actual}"
    return recording


def _sent_twice(recording: Recording) -> dict[tuple[object, ...], set[str]]:
    """Rejected requests of the rules of format and errors that several checks sent."""
    senders = defaultdict(set)
    for one in recording.sent:
        if one.rule.startswith(("FMT", "ERR")) and one.status in REFUSED and not any(name in one.by for name in STATES):
            senders[one.kind].add(one.by)
    return {kind: by for kind, by in senders.items() if len(by) > 1}


def _read_twice(recording: Recording, mark: Callable[[str], bool]) -> list[str]:
    """Reads that a check sent each time although another check had sent them before."""
    found: list[str] = []
    senders: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in recording.sent:
        if one.method == "GET" and one.rule.startswith(("MEM", "PAG")) and mark(one.url):
            senders[one.url][one.by] += 1
    for url, by in senders.items():
        found += [f"{name}: {url}" for name in [*by][1:] if by[name] >= recording.reads[name, url]]
    return found


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    mock = local_mock.start()
    yield mock.apply_to(read_settings({"profile": "smoke", "seed": "4"}))
    mock.stop()


@pytest.fixture(scope="module")
def smoke(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return _record(settings, tmp_path_factory.mktemp("smoke"))


def test_no_two_checks_send_the_same_request_to_be_refused(smoke: Recording) -> None:
    assert _sent_twice(smoke) == {}
    assert sum(one.status in REFUSED for one in smoke.sent) > 500


def test_no_two_checks_send_the_same_read_of_a_group_that_stays(smoke: Recording, settings: Settings) -> None:
    def lasts(url: str) -> bool:
        return f"/{settings.group_id}/users" in url

    assert sum(lasts(one.url) for one in smoke.sent) > 100
    assert _read_twice(smoke, lasts) == []


def test_the_measure_finds_what_is_sent_twice(settings: Settings, tmp_path: Path) -> None:
    """Without sharing, ERR-01 and ERR-02 send the same requests: the tests above can fail."""
    rules = replace(settings, rules="ERR-01,ERR-02,MEM-03,MEM-07")
    alone = _record(rules, tmp_path, lambda run: run._shared.clear())
    assert len(_sent_twice(alone)) > 100
    assert len(_read_twice(alone, lambda url: f"/{settings.group_id}/users" in url)) > 10


# --- findings and processes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault_id", ["ERR-02-success-is-a-text", "FMT-11-no-zone-after-an-update", "MEM-03-one-more-under-a-cursor"]
)
def test_a_finding_is_the_same_whichever_check_has_sent_the_requests(fault_id: str) -> None:
    fault = next(one for one in all_faults() if one.id == fault_id)
    own = items(checks_of(fault.rule))
    alone = _findings(fault, own)
    item = next((check, case) for check, case in own if item_id(check.name, case, check.rules) in alone)
    earlier = items(check for rule in EARLIER for check in checks_of(rule))
    sharing = [one for one in earlier if shared_by([_id(one), _id(item)], "smoke")]
    assert sharing
    ((name, text),) = _findings(fault, [*sharing, item]).items()
    assert text == alone[name]


def _id(item: Item) -> str:
    check, case = item
    return item_id(check.name, case, check.rules)


def _findings(fault: Fault, chosen: list[Item]) -> dict[str, str]:
    """What the checks of the fault's own rule find: the item's name -> requirement and request."""
    only = {(check.name, case or "") for check, case in chosen}
    with serving(fault.change) as mock:
        results, _, _ = perform(mock.options, dict.fromkeys(check for check, _ in chosen), "smoke", only=only)
    found = (one for one in results if names(one, fault.rule) and one.rules[0] == fault.rule)
    return {one.id: ID.sub("id", OWN.sub("own", "\n".join([one.expected, one.curl[0]]))) for one in found}
