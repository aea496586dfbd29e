"""No check sends a request that another check of the run has sent.

In a run in one process:

- An invalid request is sent to an operation once, for all the rules of format and errors (FMT, ERR) that judge its
  response. Requests are equal if method, path, query, headers and body are, apart from ids and texts of the run's own.
  The checks that try every state are left out: there the state is new.
- A URL of the group --group-id, which only is read, is read by one check of members and pages; another check reads it
  only where it reads it a second time, to see changes.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.faults.harness import checks_of, names, perform, serving
from tests.faults.registry import all_faults

from audience_conformance.checks.group_users import subjects
from audience_conformance.checks.pagination import numbered_list as numbered_list_module
from audience_conformance.checks.protocol.requests import batches
from audience_conformance.client.api import Api
from audience_conformance.client.target import Answer, Target
from audience_conformance.runner import local_mock
from audience_conformance.runner.execute import Run
from audience_conformance.runner.scheduling import affinity_key
from audience_conformance.runner.worker import Worker
from audience_conformance.settings.settings import Settings

STATES = ("a_valid_request_succeeds_in_every_state", "no_state_gets_a_5xx")
OWN = re.compile(r"acs-[0-9a-f]{8}-([A-Za-z]+)(%20|\+| )?\d+")
ID = re.compile(r"\b[0-9a-f]{24}\b")
REFUSED = frozenset({400, 404, 405, 415})


class Request(NamedTuple):
    """One request, the check that sent it, and the status of the response."""

    by: str
    rule: str
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int

    @property
    def kind(self) -> tuple[object, ...]:
        """Equal for equal requests."""
        texts = (self.url, self.body.decode("latin-1"))
        return (self.method, self.headers, *(ID.sub("id", OWN.sub(r"acs-\1", text)) for text in texts))


class Traffic(NamedTuple):
    """The traffic of a run.

    Args:
        sent: every request.
        reads: how often a check called for a URL, sent or not: (check, URL) -> times.
        shared: the affinity keys of the checks that share a fixture or a batch of requests.
    """

    sent: list[Request]
    reads: dict[tuple[str, str], int]
    shared: dict[tuple[object, ...], set[str]]


def _record(settings: Settings, folder: Path, before: Callable[[Run], None] = lambda _: None) -> Traffic:
    """Perform the checks of a run in this process and record their requests; `before` is called before each check."""
    traffic, by = Traffic([], defaultdict(int), defaultdict(set)), ["", "", ""]
    send, request = Target.send, Api.request

    def recorded(share: Callable[..., Any]) -> Callable[..., Any]:
        def sharing(api: Api, make: Callable[..., Any], *about: object) -> Any:
            traffic.shared[make.__name__, *about].add(by[2])
            return share(api, make, *about)

        return sharing

    def sending(self: Target, method: str, url: str, headers: Any, body: bytes | None, trace: Any) -> Answer:
        answer = send(self, method, url, headers, body, trace)
        traffic.sent.append(
            Request(by[0], by[1], method, url, tuple(sorted(headers.items())), body or b"", answer.status)
        )
        return answer

    def requesting(self: Api, method: str, path: str, **more: Any) -> Answer:
        if method == "GET":
            url = self.target.url(path, more.get("query"), tenant=more.get("tenant") or self.tenant)
            traffic.reads[by[0], url] += 1
        return request(self, method, path, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Target, "send", sending)
        patch.setattr(Api, "request", requesting)
        shared = "shared_requests", "session_fixture", "session_fixture"
        for module, name in zip((batches, numbered_list_module, subjects), shared, strict=True):
            patch.setattr(module, name, recorded(getattr(module, name)))
        with closing(Worker(settings, folder, None, 1)) as worker:
            for check, case in settings.items():
                by[:] = f"{check.rules[0]} {check.name} {case}", check.rules[0], affinity_key(check, case)
                before(worker._run)
                result, _ = worker.perform(check, case)
                assert result.status == "passed", f"{result.id}: {result.expected} / {result.actual}"
    return traffic


def _sent_twice(traffic: Traffic) -> dict[tuple[object, ...], set[str]]:
    """The invalid requests that several checks of the rules of format and errors sent."""
    senders = defaultdict(set)
    for one in traffic.sent:
        if one.rule.startswith(("FMT", "ERR")) and one.status in REFUSED and not any(name in one.by for name in STATES):
            senders[one.kind].add(one.by)
    return {kind: by for kind, by in senders.items() if len(by) > 1}


def _read_twice(traffic: Traffic, is_given: Callable[[str], bool]) -> list[str]:
    """The reads of such URLs that a check sent every time, although another check had sent them."""
    found: list[str] = []
    senders: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in traffic.sent:
        if one.method == "GET" and one.rule.startswith(("MEM", "PAG")) and is_given(one.url):
            senders[one.url][one.by] += 1
    for url, by in senders.items():
        found += [f"{name}: {url}" for name in [*by][1:] if by[name] >= traffic.reads[name, url]]
    return found


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    mock = local_mock.start()
    yield mock.fill(Settings(profile="smoke", seed=4))
    mock.stop()


@pytest.fixture(scope="module")
def smoke(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Traffic:
    return _record(settings, tmp_path_factory.mktemp("smoke"))


def test_no_two_checks_send_the_same_request_to_be_refused(smoke: Traffic) -> None:
    assert _sent_twice(smoke) == {}
    assert sum(one.status in REFUSED for one in smoke.sent) > 500


def test_no_two_checks_read_the_same_of_the_given_group(smoke: Traffic, settings: Settings) -> None:
    def is_given(url: str) -> bool:
        return f"/{settings.group_id}/users" in url

    assert sum(is_given(one.url) for one in smoke.sent) > 100
    assert _read_twice(smoke, is_given) == []


def test_the_measure_finds_what_is_sent_twice(settings: Settings, tmp_path: Path) -> None:
    """Without sharing, ERR-01 and ERR-02 send the same requests: the assertions above can fail."""
    rules = Settings.from_json(settings.to_json())
    object.__setattr__(rules, "rules", "ERR-01,ERR-02,MEM-03,MEM-07")
    alone = _record(rules, tmp_path, lambda run: run._shared.clear())
    assert len(_sent_twice(alone)) > 100
    assert len(_read_twice(alone, lambda url: f"/{settings.group_id}/users" in url)) > 10


# --- shared responses stay unchanged ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault_id", ["ERR-02-success-is-a-text", "FMT-11-no-zone-after-an-update", "MEM-03-one-more-under-a-cursor"]
)
def test_a_finding_is_the_same_whichever_check_sent_the_requests(fault_id: str) -> None:
    fault = next(one for one in all_faults() if one.id == fault_id)
    shown = []
    for rules in ([fault.rule], ["FMT-01", "FMT-02", "FMT-03", "ERR-01", "MEM-01", "MEM-02", fault.rule]):
        with serving(fault.change) as mock:
            results, _, _ = perform(mock.options, [one for rule in rules for one in checks_of(rule)], "smoke")
        found = [one for one in results if names(one, fault.rule) and one.rules[0] == fault.rule]
        shown.append([(one.id, ID.sub("id", OWN.sub("own", "\n".join([one.expected, one.curl[-1]])))) for one in found])
    assert shown[0]
    assert shown[0] == shown[1]


def test_checks_that_share_requests_are_performed_by_one_worker(smoke: Traffic) -> None:
    assert len(smoke.shared) > 40
    for about, keys in smoke.shared.items():
        assert len(keys) == 1, about
