"""A reset with a seed file, which may have changed, and with a state file."""

import asyncio
import json
import threading
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.helpers import (
    CONTROL,
    disturb,
    everything,
    names,
    of,
)
from tests.mock.helpers import DOCUMENTED, GROUPS, refused, seed_file

from audience_mock.app import Options, create_start, seed_worlds
from audience_mock.store.world import World


def walkers(folder: Path, *named: str) -> str:
    """A seed file with these groups."""
    return str(seed_file(folder, groups=[{"name": name, "category": "l1"} for name in named]))


RESETS = [("POST", "/reset"), ("DELETE", "/sessions"), ("DELETE", "/sessions/default")]


@pytest.mark.parametrize(
    ("name", "says"), [("default", "The default session is reset"), ("a", "The session a has ended")]
)
def test_the_end_of_a_session_reads_a_changed_seed_file_again(
    make_api: MakeApi, tmp_path: Path, name: str, says: str
) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    assert names(api, name) == ["One"]
    walkers(tmp_path, "Two")
    assert api.delete(f"{CONTROL}/sessions/{name}").json()["message"].startswith(says)
    assert names(api, name) == ["Two"]


def test_a_seed_that_takes_long_to_make_holds_nobody_up_and_is_made_once(api: Api) -> None:
    make, going_on, made = seed_worlds()["documents"], threading.Event(), []

    def slowly(like: World) -> World:
        assert going_on.wait(60)
        made.append(make(like))
        return made[-1]

    api.sessions._seeds["huge"] = slowly

    async def story() -> list[httpx.Response]:
        resets = [api.start("POST", f"{CONTROL}/reset?to=huge", headers=of(name)) for name in "ab"]
        await asyncio.sleep(0)
        others = [await api.send("GET", GROUPS), await api.send("POST", f"{CONTROL}/reset?to=empty")]
        assert not any(reset.done() for reset in resets)
        going_on.set()
        return [*others, *await asyncio.gather(*resets)]

    assert all(answer.is_success for answer in api.run(story()))
    assert len(made) == 1


@pytest.mark.parametrize(("method", "path"), RESETS)
def test_a_reset_reads_a_changed_seed_file_again(make_api: MakeApi, tmp_path: Path, method: str, path: str) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    walkers(tmp_path, "One", "Two")
    assert names(api, "default") == ["One"]
    assert api.request(method, f"{CONTROL}{path}").is_success
    assert names(api, "default") == names(api, "new") == ["One", "Two"]


def test_another_session_keeps_its_data_when_the_file_is_read_again(make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    assert names(api, "a") == ["One"]
    walkers(tmp_path, "Two")
    api.post(f"{CONTROL}/reset")
    assert names(api, "a") == ["One"]
    api.request("POST", f"{CONTROL}/reset", headers=of("a"))
    assert names(api, "a") == ["Two"]


def test_sessions_that_are_reset_at_once_all_get_the_new_file(make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    walkers(tmp_path, "Two")

    async def story() -> list[httpx.Response]:
        resets = (api.send("POST", f"{CONTROL}/reset", headers=of(f"w{n}")) for n in range(20))
        return await asyncio.gather(*resets)

    assert all(answer.is_success for answer in api.run(story()))
    assert {tuple(names(api, f"w{n}")) for n in range(20)} == {("Two",)}


BROKEN = [
    ("[", "is not YAML, line"),
    (json.dumps({DOCUMENTED: {"groups": [{"name": 5, "category": "l1"}]}}), "groups"),
    (json.dumps({"7/shop": {}}), "7/shop"),
    (None, "cannot be read"),
]


@pytest.mark.parametrize(("content", "named"), BROKEN)
@pytest.mark.parametrize(("method", "path"), RESETS)
def test_a_broken_seed_file_is_told_and_changes_nothing(
    make_api: MakeApi, tmp_path: Path, method: str, path: str, content: str | None, named: str
) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    disturb(api)
    before = everything(api)
    file = tmp_path / "seed.yaml"
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    for _ in "ab":
        answer = api.request(method, f"{CONTROL}{path}")
        assert refused(answer) == ["seed"]
        assert str(file) in answer.json()["message"]
        assert named in answer.json()["message"]
        assert answer.json()["message"].rstrip(".") == answer.json()["message"][:-1]
    assert everything(api) == before
    assert names(api, "new") == ["One"]
    walkers(tmp_path, "Mended")
    assert api.request(method, f"{CONTROL}{path}").is_success
    assert names(api, "default") == ["Mended"]


def test_a_reset_to_something_else_does_not_need_the_file(make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api(seed=walkers(tmp_path, "One"))
    (tmp_path / "seed.yaml").unlink()
    assert api.post(f"{CONTROL}/reset?to=documents").is_success


def test_with_a_state_file_the_seed_is_the_seed(make_api: MakeApi, tmp_path: Path) -> None:
    kept = tmp_path / "state.json"
    kept.write_text(json.dumps({DOCUMENTED: {"groups": [{"name": "Kept", "category": "l1"}]}}))
    api = make_api(seed=walkers(tmp_path, "Seeded"), state=kept)
    assert names(api, "default") == ["Kept"]
    assert names(api, "other") == ["Seeded"]
    for way in (f"{CONTROL}/reset", f"{CONTROL}/reset?to={quote('documents')}", f"{CONTROL}/reset"):
        assert api.post(way).is_success
    assert names(api, "default") == ["Seeded"]


def test_applications_of_the_seed_and_of_the_state_file_are_served(make_api: MakeApi, tmp_path: Path) -> None:
    kept = tmp_path / "state.json"
    kept.write_text(json.dumps({"7/shop": {}}))
    api = make_api(seed=walkers(tmp_path, "Seeded"), state=kept)
    assert api.get("//service/platform/user/v1.0/company/7/application/shop/user_group").json()["items"] == []
    assert names(api, "default") == []
    api.post(f"{CONTROL}/reset")
    assert names(api, "default") == ["Seeded"]


def test_an_empty_state_file_is_as_good_as_none(make_api: MakeApi, tmp_path: Path) -> None:
    (tmp_path / "state.json").touch()
    options = Options(seed=walkers(tmp_path, "Seeded"), state=tmp_path / "state.json")
    assert create_start(options).origin == f"seed: {options.seed}"
    assert names(make_api(seed=options.seed, state=options.state), "default") == ["Seeded"]
