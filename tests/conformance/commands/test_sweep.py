"""`audience-conformance sweep` deletes what runs left, and nothing else."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.conformance.cli_runner import APPLICATION, BASE, conformance, snapshot
from tests.conformance.raw_server import Connection, raw_server

from audience_conformance.client.api import DEFINITIONS, GROUPS, csv_url
from audience_conformance.runner.local_seed import OTHER_APPLICATION

OTHERS = ["Acs-0123abcd-x", "acs-0123abc-x", "acs-0123abcg-x", "acs-0123abcd", "xacs-0123abcd-x1", "acs-"]
"""Names that resemble those of a run."""


def definition(slug: str, name: str = "Some name") -> dict[str, Any]:
    return {"name": name, "slug": slug, "description": "d", "type": "string"}


def group(name: str, user: str = "u1") -> dict[str, Any]:
    return {"name": name, "description": "d", "category": "l1", "file_url": csv_url([user])}


@pytest.fixture
def left(url: str) -> Iterator[list[str]]:
    """Leftovers of two runs in two applications, and neighbours that must stay."""
    with httpx.Client(base_url=f"{url}{BASE}") as client:

        def make(path: str, body: dict[str, Any], application: str = APPLICATION) -> str:
            made = client.post(f"/{application}{path}", json=body)
            assert made.status_code == 201, made.text
            return f"/{application}{path}/{made.json()['_id']}"

        kept = [make(GROUPS, group(name)) for name in OTHERS]
        kept += [make(DEFINITIONS, definition(f"kept-{number}", name)) for number, name in enumerate(OTHERS)]
        leftovers = [make(DEFINITIONS, definition(f"acs-0123abcd-s{number}")) for number in range(105)]
        leftovers += [
            make(GROUPS, group("acs-89efab01-Group 1")),
            make(GROUPS, group("A name of its own", "acs-89efab01-u1")),
            make(DEFINITIONS, definition("acs-0123abcd-s1"), OTHER_APPLICATION),
        ]
        while client.get(f"/{APPLICATION}{GROUPS}?status=pending&name=acs").json()["items"]:
            time.sleep(0.02)  # the snapshots below must not change while files are read
        yield leftovers
        for path in (*kept, *leftovers):
            client.delete(path)


def test_leftovers_are_deleted_and_named_and_nothing_else_is_touched(url: str, left: list[str]) -> None:
    before = snapshot(url)
    both = ["--other-application", OTHER_APPLICATION]
    done = conformance("sweep", "--url", url, *both, "--dry-run")
    assert (done.code, done.err) == (0, "108 leftovers to delete\n")
    assert snapshot(url) == before

    done = conformance("sweep", "--url", url)
    assert (done.code, done.err) == (0, "107 leftovers deleted\n")
    assert [path for path in left if httpx.get(f"{url}{BASE}{path}").status_code == 200] == left[-1:]

    done = conformance("sweep", "--url", url, *both)
    assert (done.code, done.err) == (0, "1 leftover deleted\n")
    assert done.out == f"deleted {url}{BASE}{left[-1]} ('acs-0123abcd-s1', run 0123abcd)\n"
    gone = {path.rpartition("/")[2] for path in left}
    after = snapshot(url)
    for place, shown in before.items():
        if place.endswith((DEFINITIONS, GROUPS)):
            assert after[place] == [item for item in shown if item["_id"] not in gone]

    assert conformance("sweep", "--url", url, *both).err == "0 leftovers deleted\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name the target"),
        (["--url", "http://127.0.0.1:9"], "cannot reach"),
        (["--url", "nonsense"], "is not http://"),
        (["--rules", "DEF-01"], "No such option"),
    ],
)
def test_an_invalid_command_is_one_line_and_exit_2(arguments: list[str], message: str) -> None:
    done = conformance("sweep", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert message in done.err


def test_the_leftovers_of_one_run_or_of_old_ones_are_deleted(url: str, left: list[str]) -> None:
    done = conformance("sweep", "--url", url, "--run", "89EFAB01", "--run", "00000000", "--dry-run")
    assert (done.code, done.err) == (0, "2 leftovers to delete\n")
    assert "run 89efab01" in done.out
    assert conformance("sweep", "--url", url, "--run", "89efab", "--dry-run").err == "2 leftovers to delete\n"
    for age, number in (("1h", 0), ("0.000001s", 107)):
        done = conformance("sweep", "--url", url, "--older-than", age, "--dry-run")
        assert (done.code, done.err) == (0, f"{number} leftovers to delete\n")
    done = conformance("sweep", "--url", url, "--run", "x")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "'x' is not the id of a run, like 5f2a09" in done.err


def test_nothing_that_a_target_says_reaches_the_terminal_unescaped() -> None:
    title = "\x1b]0;owned\x07"

    def lists(connection: Connection, _: list[str]) -> None:
        while request := connection.request():
            item = {"_id": f"a{title}", "slug": f"acs-0123abcd-{title}", "name": "n"}
            body = {"items": [item], "page": {"has_next": False}}
            connection.answer(500 if request.startswith("DELETE") else 200, json.dumps(body).encode())

    def refuses(connection: Connection, _: list[str]) -> None:
        while connection.request():
            connection.answer(404, title.encode())

    with raw_server(lists) as server:
        for more in ([], ["--dry-run"]):
            done = conformance("sweep", "--url", server.url, *more)
            assert "acs-0123abcd" in done.out + done.err or "500" in done.err
            assert "\x1b" not in done.out + done.err
    with raw_server(refuses) as server:
        for command in (["sweep"], ["run", "--rules", "DEF-01"]):
            done = conformance(*command, "--url", server.url)
            assert done.code == 2
            assert "\\x1b]0;owned" in done.err
            assert "\x1b" not in done.out + done.err
