"""What was accepted survives a restart: every reachable world, and every job that is not done."""

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from tests.mock.command import serving
from tests.mock.conftest import BASE, Api
from tests.mock.helpers import DEFINITIONS, HeldFiles, a_definition, a_group, csv_of

from audience_mock.contract.document import DOCUMENTED_TENANT
from audience_mock.errors import Refusal
from audience_mock.operations import attributes, definitions, groups
from audience_mock.operations.context import Context
from audience_mock.seeds import Seed, load_seed, read_seed, read_state
from audience_mock.seeds.exporting import exported, json_lines
from audience_mock.session.backend import Backend
from audience_mock.session.clock import Clock
from audience_mock.session.file_writer import replace
from audience_mock.session.jobs import Jobs, Progression
from audience_mock.session.user_files import Files
from audience_mock.store.world import World
from audience_mock.testing import MockServer

SEED = read_seed("documents")
NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)
ODD = [
    "\x7f",
    "\x80",
    "\x85",
    "\ufffe",
    "\uffff",
    "\u2028",
    "\ufeff",
    "\t\r\n\0",
    "k" * 2000,
    "~",
    "1e5",
    "0x1",
    "=",
    "<<",
]
TEXTS = st.sampled_from(ODD) | st.text(max_size=5)
NUMBERS = (
    st.sampled_from([0.00001, 1e22, 5e-324, 1.7976931348623157e308, -0.0, 1e16, 2**63, 2**64, -(2**63) - 1, 10**300])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**1000), 2**1000)
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
VALUES = {
    "number": NUMBERS,
    "string": TEXTS,
    "object": st.dictionaries(TEXTS, JSON, max_size=3),
    "list": st.lists(TEXTS, max_size=3),
}
SLUGS = st.sampled_from(["a", "b", "c"])
USERS = TEXTS.filter(bool)
NAMES = TEXTS.map(lambda text: text[:255])
"""The contract limits names, and requests with longer ones are refused."""


class WorldAgainstRestarts(RuleBasedStateMachine):
    """One backend is never restarted, the other one often; both must have the same data at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.loop = asyncio.new_event_loop()
        self.steady, self.restarted = self.new(SEED), self.new(SEED)

    @staticmethod
    def new(seed: Seed) -> Backend:
        clock = Clock()
        clock.freeze(NOON)
        world = World((), clock.now)
        load_seed(world, seed)
        backend = Backend(world, Jobs(0, clock), Files())
        backend.jobs.progression = Progression(None)
        return backend

    def both(self, act: Callable[[Context], Any]) -> None:
        """Do the same to both; a refusal must be the same, too."""
        answers = []
        for backend in (self.steady, self.restarted):
            try:
                answers.append(self.loop.run_until_complete(act(backend.context(tenant_of(backend)))))
            except Refusal as refusal:
                answers.append(refusal.body())
        assert answers[0] == answers[1]

    @rule(slug=SLUGS, kind=st.sampled_from(sorted(VALUES)), name=NAMES)
    def define(self, slug: str, kind: str, name: str) -> None:
        body = {"name": name or "n", "slug": slug, "description": name, "type": kind}
        self.both(lambda at: definitions.create_definition(at, body))

    @rule(place=st.integers(0, 9), kind=st.sampled_from(sorted(VALUES)), name=NAMES.filter(bool))
    def redefine(self, place: int, kind: str, name: str) -> None:
        body = {"name": name, "type": kind}
        self.both(lambda at: definitions.update_definition(at, nth(at.tenant.definitions, place), body))

    @rule(place=st.integers(0, 9))
    def undefine(self, place: int) -> None:
        self.both(lambda at: definitions.delete_definition(at, nth(at.tenant.definitions, place)))

    @rule(place=st.integers(0, 9), user_id=USERS, data=st.data())
    def put(self, place: int, user_id: str, data: st.DataObject) -> None:
        found = tenant_of(self.steady).definitions
        kind = found.get(nth(found, place))["type"] if len(found) else "string"
        body = {"attribute": {"value": data.draw(VALUES.get(kind, TEXTS))}}
        self.both(lambda at: attributes.put_attribute(at, user_id, nth(at.tenant.definitions, place), body))

    @rule(place=st.integers(0, 9), user_id=USERS)
    def remove(self, place: int, user_id: str) -> None:
        self.both(lambda at: attributes.delete_attribute(at, user_id, nth(at.tenant.definitions, place)))

    @rule(slug=SLUGS, users=st.lists(st.sampled_from(["u1", "u2"]), unique=True), data=st.data())
    def update_many(self, slug: str, users: list[str], data: st.DataObject) -> None:
        definition = tenant_of(self.steady).definitions.by_slug(slug)
        value = data.draw(VALUES.get(definition["type"], TEXTS) if definition else TEXTS)
        body = {"file_url": csv_of(users), "attributes": [{"key": slug, "value": value}]}
        self.both(lambda at: attributes.bulk_update(at, body))

    @rule(name=NAMES, users=st.lists(st.sampled_from(["u1", "u2", "u3"]), unique=True))
    def group(self, name: str, users: list[str]) -> None:
        self.both(lambda at: groups.create_group(at, a_group(users, name=name)))

    @rule(place=st.integers(0, 9), file_url=st.sampled_from([csv_of(["u9"]), "data:text/csv,nothing"]))
    def patch(self, place: int, file_url: str) -> None:
        self.both(lambda at: groups.patch_group(at, nth(at.tenant.groups, place), {"file_url": file_url}))

    @rule(place=st.integers(0, 9))
    def ungroup(self, place: int) -> None:
        self.both(lambda at: groups.delete_group(at, nth(at.tenant.groups, place)))

    @rule(place=st.integers(0, 9))
    def refresh(self, place: int) -> None:
        self.both(lambda at: groups.refresh(at, nth(at.tenant.groups, place)))

    @rule(user_id=USERS, email=TEXTS, code=st.none() | st.integers(1, 2**60), blacklisted=st.booleans())
    def describe(self, user_id: str, email: str, code: int | None, *, blacklisted: bool) -> None:
        phone = {"phone": email, **({"country_code": code} if code else {})}
        contacts = {"emails": [{"email": email}], "phone_numbers": [phone], "blacklisted": blacklisted}
        for backend in (self.steady, self.restarted):
            tenant_of(backend).describe(user_id, contacts)

    @rule()
    def forget(self) -> None:
        for backend in (self.steady, self.restarted):
            for user_id in list(tenant_of(backend).users)[:1]:
                tenant_of(backend).describe(user_id, None)

    @precondition(lambda self: bool(waiting(self.steady)))
    @rule(place=st.integers(0, 9))
    def run_job(self, place: int) -> None:
        for backend in (self.steady, self.restarted):
            found = waiting(backend)
            Jobs.advance(found[place % len(found)])
            self.loop.run_until_complete(backend.jobs.wait_for_due(10))
        self.same()

    @rule()
    def restart(self) -> None:
        before = exported(self.restarted.world)
        path = self.folder / "state"
        self.loop.run_until_complete(self.restarted.jobs.stop())
        replace(path, lambda: json_lines(self.restarted.world))
        assert json.loads(path.read_bytes()) == before
        state = read_state(path)
        assert state is not None
        self.restarted = self.new(state)
        assert exported(self.restarted.world) == before
        self.loop.run_until_complete(self.resume())
        self.same()

    async def resume(self) -> None:
        self.restarted.resume()

    def same(self) -> None:
        assert exported(self.restarted.world) == exported(self.steady.world)

    def teardown(self) -> None:
        for backend in (self.steady, self.restarted):
            for job in reversed(backend.jobs.list()):
                Jobs.advance(job)
            self.loop.run_until_complete(asyncio.wait_for(backend.jobs.settled(), 30))
        self.same()
        assert not list(tenant_of(self.restarted).accepted)
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        shutil.rmtree(self.folder)


def tenant_of(backend: Backend) -> Any:
    return backend.world.tenant(*DOCUMENTED_TENANT)


def nth(records: Any, place: int) -> str:
    found = list(records)
    return str(found[place % len(found)]["_id"]) if found else "none"


def waiting(backend: Backend) -> list[Any]:
    """The jobs of the accepted work, in its order; without those that can change nothing any more."""
    jobs = {(job.kind, job.subject, place): job for job in backend.jobs.list() for place in numbers(backend, job)}
    return [jobs[key] for key in sorted(jobs, key=lambda key: key[2])]


def numbers(backend: Backend, job: Any) -> list[int]:
    """The place of a job's work among what is accepted."""
    alike = [j for j in reversed(backend.jobs.list()) if (j.kind, j.subject) == (job.kind, job.subject)]
    alike = [j for j in alike if j.status == "waiting"]
    works = [
        place
        for place, work in enumerate(tenant_of(backend).accepted)
        if (work.kind, work.subject) == (job.kind, job.subject)
        and (work.kind == "bulk update" or work.subject in tenant_of(backend).groups)
    ]
    # From the newest on, because only older ones may have been replaced.
    return [place for j, place in zip(reversed(alike), reversed(works), strict=False) if j is job]


TestWorldAgainstRestarts = WorldAgainstRestarts.TestCase
TestWorldAgainstRestarts.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)


def test_what_was_accepted_before_a_stop_is_done_after_it_in_its_order(tmp_path: Path) -> None:
    """A pending file, a refresh and two bulk updates of one value; the server was stopped before their time."""
    path = tmp_path / "state.json"
    with MockServer(seed="documents", state=path, job_delay=600) as mock:
        api = f"{mock.url}{BASE}"
        group = httpx.post(f"{api}/user_group", json=a_group(["u1", "u2"])).json()
        definition = httpx.post(f"{api}/user_attribute/definition", json=a_definition()).json()
        jobs = [
            httpx.patch(
                f"{api}/user_attribute/bulk_update",
                json={"file_url": csv_of(["u1"]), "attributes": [{"key": definition["slug"], "value": value}]},
            ).json()["job_id"]
            for value in ("first", "second")
        ]
    with MockServer(seed="documents", state=path, job_delay=0) as mock:
        api = f"{mock.url}{BASE}"
        for _ in range(200):
            found = httpx.get(f"{mock.url}/__mock__/jobs").json()["items"]
            if all(job["status"] == "completed" for job in found):
                break
            time.sleep(0.05)
        assert [job["id"] for job in found if job["kind"] == "bulk update"] == jobs[::-1]
        assert {job["status"] for job in found} == {"completed"}
        assert httpx.get(f"{api}/user_group/{group['_id']}").json()["total_users"]["count"] == 2
        value = httpx.get(f"{api}/user_attribute/definition/{definition['_id']}/user/u1").json()
        assert value["attribute"]["value"] == "second"


def test_a_kill_loses_nothing_that_is_in_the_file_and_its_leftovers_go(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with serving("--state", str(path), "--job-delay", "600") as (url, _, _):
        made = httpx.post(f"{url}{BASE}/user_group", json=a_group(["u1"], name="Café\x85\x7f")).json()
        for _ in range(200):
            if path.exists() and made["_id"] in path.read_text("utf-8"):
                break
            time.sleep(0.05)
        before = httpx.get(f"{url}/__mock__/state").json()
    (tmp_path / ".state.json.4194304.part").write_text("{")
    with MockServer(seed="documents", state=path, job_delay=600) as mock:
        assert httpx.get(f"{mock.url}/__mock__/state").json() == before
    assert [file.name for file in tmp_path.iterdir()] == ["state.json"]


def test_a_job_does_not_overtake_one_that_writes_the_same(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    definition = api.post(DEFINITIONS, a_definition()).json()
    held = HeldFiles(api, monkeypatch)
    for user, value in ((["u1"], "first"), (["u1", "u2"], "second")):
        update = {"file_url": csv_of(user), "attributes": [{"key": definition["slug"], "value": value}]}
        assert api.patch("/user_attribute/bulk_update", update).status_code == 202
    held.let_go(csv_of(["u1", "u2"]))
    api.run(asyncio.sleep(0.1))
    held.let_go(csv_of(["u1"]))
    api.settle()
    answer = api.get(f"{DEFINITIONS}/{definition['_id']}/user/u1").json()
    assert answer["attribute"]["value"] == "second"
