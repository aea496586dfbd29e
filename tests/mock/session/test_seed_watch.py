"""`--watch`: a changed seed file is served at once, a broken one leaves the data."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.helpers import CONTROL, NOON, clock, items, rule
from tests.mock.helpers import GROUPS, a_group, refused, seed_file

from audience_mock.app import Options, create_start
from audience_mock.seeds import SeedProblem, read_seed
from audience_mock.session import seed_source, seed_watch
from audience_mock.session.seed_watch import SeedWatch


def write(folder: Path, *named: str) -> str:
    return str(seed_file(folder, groups=[{"name": name, "category": "l1"} for name in named]))


@pytest.fixture
def watched(
    make_api: MakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Api:
    monkeypatch.setattr(seed_watch, "PAUSE", 0.01)
    caplog.set_level(logging.INFO, "audience_mock.seed")
    return make_api(seed=write(tmp_path, "One"), watch=True)


def watch(api: Api, change: Callable[[], object], until: Callable[[], bool]) -> None:
    """Watch while the file is changed, until something holds."""

    async def story() -> None:
        watching = asyncio.create_task(SeedWatch(api.sessions).watch())
        await asyncio.sleep(0.02)
        change()
        async with asyncio.timeout(30):
            while not until():  # noqa: ASYNC110 (no event tells it)
                await asyncio.sleep(0.01)
        await asyncio.sleep(10 * seed_watch.PAUSE)  # anything more would be one too many
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    api.run(story())


def names(api: Api, session: str = "default") -> list[str]:
    answer = api.request("GET", GROUPS, headers={"X-Mock-Session": session})
    return [group["name"] for group in answer.json()["items"]]


def of(session: str) -> dict[str, str]:
    return {"X-Mock-Session": session}


def test_every_session_gets_the_new_data_and_keeps_the_rest(
    watched: Api, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    api = watched
    api.post(GROUPS, a_group(name="Mine"))
    assert names(api, "a") == ["One"]
    rule(api, operation="getUserGroupTags", status=503)
    total = len(items(api, "/journal"))
    watch(api, lambda: write(tmp_path, "One", "Two"), lambda: bool(caplog.records))
    assert names(api) == names(api, "a") == names(api, "new") == ["One", "Two"]
    refused(api.get(f"{GROUPS}/tags"), 503)
    assert len(items(api, "/journal")) == total + 2
    (record,) = caplog.records
    assert record.getMessage() == (
        f"the seed {tmp_path / 'seed.yaml'} has changed: "
        "2 sessions have its data now (0 definitions, 0 values, 2 groups)"
    )


def test_sessions_with_other_data_keep_it(watched: Api, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    api = watched
    api.request("POST", f"{CONTROL}/reset?to=empty", headers=of("empty"))
    api.request("PUT", f"{CONTROL}/snapshots/one", headers=of("restored"))
    api.request("POST", f"{CONTROL}/snapshots/one", headers=of("restored"))
    api.request("PUT", f"{CONTROL}/state", headers=of("imported"), json={})
    watch(api, lambda: write(tmp_path, "Two"), lambda: bool(caplog.records))
    assert [names(api, name) for name in ("empty", "restored", "imported", "default")] == [[], ["One"], [], ["Two"]]


def test_a_delayed_request_is_answered_when_the_data_is_replaced(
    watched: Api, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock(watched, freeze=NOON)

    async def begun() -> asyncio.Task[Any]:
        delayed = watched.start("GET", GROUPS, headers={"Prefer": "delay=3000000"})
        while not watched.sessions.default.clock.has_sleepers:  # noqa: ASYNC110 (no event tells it)
            await asyncio.sleep(0.01)
        return delayed

    delayed = watched.run(begun())
    watch(watched, lambda: write(tmp_path, "Two"), lambda: bool(caplog.records))
    assert watched.run(asyncio.wait_for(delayed, 30)).is_success


def test_a_session_whose_data_is_replaced_is_used_no_more_than_before(watched: Api, tmp_path: Path) -> None:
    names(watched, "a")
    used = watched.sessions.get("a").used
    write(tmp_path, "Two")
    watched.run(watched.sessions.source.refresh())
    assert watched.sessions.reseed() == 2
    found = watched.sessions.find("a")
    assert found is not None
    assert found.used == used


@pytest.mark.parametrize("is_restored", [True, False])
def test_data_that_a_state_file_keeps_is_replaced_only_by_a_reset(
    make_api: MakeApi,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    is_restored: bool,
) -> None:
    monkeypatch.setattr(seed_watch, "PAUSE", 0.01)
    caplog.set_level(logging.INFO, "audience_mock.seed")
    kept = tmp_path / "state.json"
    if is_restored:
        (tmp_path / "kept").mkdir()
        Path(write(tmp_path / "kept", "Kept")).rename(kept)
    api = make_api(seed=write(tmp_path, "Old"), watch=True, state=kept)
    before = ["Kept"] if is_restored else ["Old"]
    assert (names(api), names(api, "a")) == (before, ["Old"])
    watch(api, lambda: write(tmp_path, "New"), lambda: bool(caplog.records))
    assert (names(api), names(api, "a")) == (before, ["New"])
    assert "1 session has its data now" in caplog.messages[0]
    assert "the default session has it after a reset, because of --state" in caplog.messages[0]
    for seeded in ("New", "Newer"):
        write(tmp_path, seeded)
        assert api.post(f"{CONTROL}/reset").is_success
        assert names(api) == [seeded]


def test_a_broken_file_is_read_and_told_once_and_all_data_stays(
    watched: Api, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []

    def read(seed: str) -> Any:
        reads.append(seed)
        return read_seed(seed)

    monkeypatch.setattr(seed_source, "read_seed", read)
    api, file = watched, tmp_path / "seed.yaml"
    api.post(GROUPS, a_group(name="Mine"))
    watch(api, lambda: file.write_text("559/x: ["), lambda: bool(caplog.records))
    assert names(api) == ["One", "Mine"]
    assert reads == [str(file)]
    (record,) = caplog.records
    assert record.getMessage().startswith(f"the seed {file} is not YAML, line ")
    assert "all sessions keep their data" in record.getMessage()
    watch(api, lambda: file.write_text("559/x: 5"), lambda: "is 5" in caplog.records[-1].getMessage())
    assert caplog.records[-1].getMessage().endswith("send an object; all sessions keep their data")
    watch(api, file.unlink, lambda: "cannot be read" in caplog.records[-1].getMessage())
    assert names(api) == ["One", "Mine"]
    watch(api, lambda: write(tmp_path, "Mended"), lambda: names_of_default(api) == ["Mended"])


def names_of_default(api: Api) -> list[str]:
    """The groups of the default session, read without a request."""
    return [group["name"] for tenant in api.backend.world.tenants() for group in tenant.groups]


def test_a_file_is_replaced_as_editors_do_it(watched: Api, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def change() -> None:
        (tmp_path / "new").mkdir()
        Path(write(tmp_path / "new", "New")).replace(tmp_path / "seed.yaml")

    watch(watched, change, lambda: bool(caplog.records))
    assert names(watched) == ["New"]


def test_a_change_that_a_reset_has_read_reaches_the_other_sessions(
    watched: Api, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert names(watched, "a") == ["One"]

    def change() -> None:
        write(tmp_path, "Two")
        reset.append(asyncio.ensure_future(watched.send("POST", f"{CONTROL}/reset")))

    reset: list[object] = []
    watch(watched, change, lambda: bool(caplog.records))
    assert names(watched) == names(watched, "a") == ["Two"]


def test_a_built_in_seed_has_no_file_to_watch() -> None:
    with pytest.raises(SeedProblem, match="the seed demo is built in; give --seed a file"):
        create_start(Options(watch=True))
