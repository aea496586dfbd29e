"""The state file across restarts, and the token of a server that other machines can reach."""

import asyncio
import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from tests.mock.command import serving
from tests.mock.conftest import BASE, MakeApi
from tests.mock.control.helpers import state
from tests.mock.helpers import a_group

from audience_mock.app import Options, create_backend
from audience_mock.cli import main
from audience_mock.seeds import SeedProblem
from audience_mock.session import state_file
from audience_mock.session.sessions import Sessions
from audience_mock.session.state_file import StateFile
from audience_mock.testing import MockServer

DOCUMENTS: dict[str, Any] = {"seed": "documents", "job_delay": 0}
GROUP = a_group(["u1", "u2"], name="Kept")


def test_the_state_outlives_the_server(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with MockServer(**DOCUMENTS, state=path) as mock:
        url = mock.url
        made = httpx.post(f"{url}{BASE}/user_group", json=GROUP).json()
        httpx.delete(f"{url}{BASE}/user_group/64f555555555555555555555")
        before = _users_read(f"{url}{BASE}/user_group/{made['_id']}/users")
    with MockServer(**DOCUMENTS, state=path) as mock:
        url = mock.url
        group = httpx.get(f"{url}{BASE}/user_group/{made['_id']}").json()
        assert (group["name"], group["created_at"], group["uid"]) == ("Kept", made["created_at"], made["uid"])
        assert httpx.get(f"{url}{BASE}/user_group/{made['_id']}/users").json() == before
        assert httpx.get(f"{url}{BASE}/user_group/64f555555555555555555555").status_code == 404


def _users_read(url: str) -> Any:
    """The page of users, as soon as the file of the group has been read."""
    for _ in range(200):
        page = httpx.get(url).json()
        if page["items"]:
            return page
        time.sleep(0.05)
    raise AssertionError("the file was not read")


def test_a_change_is_in_the_file_while_the_server_runs(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with MockServer(**DOCUMENTS, state=path) as mock:
        url = mock.url
        made = httpx.post(f"{url}{BASE}/user_group", json=GROUP).json()
        for _ in range(100):
            if path.exists() and made["_id"] in path.read_text():
                break
            time.sleep(0.05)
        assert made["_id"] in path.read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize(
    "content", ["{", '{"559/64b000000000000000000001": {"groups": [{"name": 5}]}}', "[1]", '{"x": {}}']
)
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    with pytest.raises(SeedProblem, match=re.escape(str(path))):
        create_backend(Options(state=path))
    assert path.read_text() == content


def test_a_file_in_no_folder_is_refused_at_start(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--state", str(tmp_path / "none" / "state.json")])
    assert (done.exit_code, done.stdout) == (2, "")
    assert str(tmp_path / "none") in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_logged_once_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(state_file, "PAUSE", 0.001)
    folder = tmp_path / "later"
    _, backend = create_backend(Options(seed="documents"))

    async def scenario() -> None:
        keeping = asyncio.create_task(StateFile(folder / "state.json", Sessions(backend)).keep())
        while not caplog.records:  # noqa: ASYNC110 (no other task)
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)
        folder.mkdir()
        while not (folder / "state.json").exists():  # noqa: ASYNC110 (no other task)
            await asyncio.sleep(0.001)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(scenario())
    (record,) = caplog.records
    assert str(folder) in record.getMessage()


def test_an_exported_state_is_a_seed(make_api: MakeApi, tmp_path: Path) -> None:
    exported = state(make_api())
    (tmp_path / "export.json").write_text(json.dumps(exported))
    assert state(make_api(seed=str(tmp_path / "export.json"))) == exported


def test_a_server_that_others_can_reach_asks_for_the_token_that_it_printed() -> None:
    with serving("--host", "0.0.0.0") as (url, lines, _):
        here = url.replace("0.0.0.0", "127.0.0.1")
        found = re.search(r"\?token=(\S+)", "".join(lines))
        assert found
        assert httpx.get(f"{here}/__mock__/sessions").status_code == 401
        assert httpx.get(f"{here}/__mock__/sessions", headers={"X-Mock-Token": "wrong"}).status_code == 401
        assert httpx.get(f"{here}/__mock__/sessions", headers={"X-Mock-Token": found[1]}).status_code == 200
        with httpx.Client() as browser:
            assert browser.get(f"{here}/__mock__/sessions?token={found[1]}").status_code == 200
            assert browser.get(f"{here}/__mock__/sessions").status_code == 200
        assert httpx.get(f"{here}{BASE}/user_group").status_code == 200
