"""`--record`: what passes through the proxy becomes a seed that answers the same."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mock.helpers import a_definition, a_group

from audience_mock.app import Options, create_parts
from audience_mock.contract.document import TenantName
from audience_mock.operations import OPERATIONS
from audience_mock.seeds import SeedProblem, read_seed
from audience_mock.seeds.exporting import imported
from audience_mock.seeds.recording import Exchange, Recording, json_of
from audience_mock.session import recording_file
from audience_mock.store.world import World
from audience_mock.testing import MockServer

Answers = dict[tuple[str, str], Any]


class Reader:
    """A client that keeps what it reads.

    Args:
        base: the URL of the application.
    """

    def __init__(self, base: str) -> None:
        self._client = httpx.Client(base_url=base, trust_env=False)
        self.answers: Answers = {}

    def get(self, path: str, query: str = "") -> Any:
        answer = self._client.get(f"{path}?{query}")
        self.answers[path, query] = (answer.status_code, answer.json())
        return answer.json()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        return self._client.request(method, path, json=body).json()

    def pages(self, path: str, query: str, last: int = 1000) -> Iterator[Any]:
        """The items of all pages by number, or of the first ones."""
        for number in range(1, last + 1):
            found = self.get(path, f"{query}&page_no={number}")
            yield from found["items"]
            if not found["page"]["has_next"]:
                return

    def cursors(self, path: str, query: str) -> None:
        """Read all pages by cursor."""
        found = self.get(path, query)
        while cursor := found["page"]["next_cursor"]:
            found = self.get(path, f"{query}&cursor={cursor}")

    def close(self) -> None:
        self._client.close()


def read_all(reader: Reader) -> None:
    """Read lists in pages of several sizes, single records and filtered lists."""
    definitions = list(reader.pages("/user_attribute/definition", "page_size=7"))
    groups = list(reader.pages("/user_group", "page_size=10"))
    reader.get("/user_attribute/definition", "pinned=true")
    reader.get("/user_group", "tags=vip&name=a")
    for path in ("/tags", "/categories", "/categorised"):
        reader.get(f"/user_group{path}")
    reader.get(f"/user_group/{groups[1]['_id']}")
    small = [group for group in groups if group["total_users"]["count"] in range(1, 60)]
    for number, group in enumerate(small):
        path = f"/user_group/{group['_id']}/users"
        reader.cursors(path, "page_size=20")
        list(reader.pages(path, f"page_size={number + 3}&blacklisted_users=true"))
        reader.get(path, "q=example.com&page_size=5")
    users = [user["user_id"] for user in reader.get(f"/user_group/{groups[2]['_id']}/users", "page_size=30")["items"]]
    del reader.answers[f"/user_group/{groups[2]['_id']}/users", "page_size=30"]  # only its first page is known
    for user_id in users:
        path = f"/user_attribute/user/{user_id}"
        list(reader.pages(path, "page_size=3"))
        reader.get(path, "type=string")
    for user_id in users[:5]:
        reader.get(f"/user_attribute/definition/{definitions[0]['_id']}/user/{user_id}")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "recorded.json"


def record(file: Path, read: Any, seed: str = "demo") -> Answers:
    """What a client has read through the recording mock."""
    with MockServer(seed=seed, job_delay=0) as real, MockServer(seed="empty", proxy=real.url, record=file) as mock:
        reader = Reader(mock.api_url)
        read(reader)
        reader.close()
        return reader.answers


def serve(file: Path, asked: Answers) -> Answers:
    """The answers of a mock with the recorded seed."""
    with MockServer(seed=str(file)) as mock:
        reader = Reader(mock.api_url)
        for path, query in asked:
            reader.get(path, query)
        reader.close()
        return reader.answers


def test_all_that_was_read_is_answered_the_same(file: Path) -> None:
    answers = record(file, read_all)
    assert len(answers) > 100
    served = serve(file, answers)
    assert {asked for asked, answer in answers.items() if served[asked] != answer} == set()


def test_only_filtered_lists_come_in_their_order(file: Path) -> None:
    def read(reader: Reader) -> None:
        for query in ("tags=shoes", "category=l2", "tags=vip", "name=s", "status=completed&page_size=50"):
            reader.get("/user_group", query)

    answers = record(file, read)
    assert serve(file, answers) == answers


def test_writes_are_part_of_it(file: Path) -> None:
    def write(reader: Reader) -> None:
        kept = reader.send("POST", "/user_attribute/definition", a_definition())
        gone = reader.send("POST", "/user_attribute/definition", a_definition("gone"))
        reader.send("PUT", f"/user_attribute/definition/{kept['_id']}", {"name": "Renamed"})
        value = {"attribute": {"value": "58"}}
        for user_id in ("u1", "u2"):
            reader.send("PUT", f"/user_attribute/definition/{kept['_id']}/user/{user_id}", value)
            reader.send("PUT", f"/user_attribute/definition/{gone['_id']}/user/{user_id}", value)
        reader.send("DELETE", f"/user_attribute/definition/{kept['_id']}/user/u2")
        reader.send("DELETE", f"/user_attribute/definition/{gone['_id']}")
        groups = [reader.send("POST", "/user_group", a_group(["u1"], name=name)) for name in ("a", "b")]
        reader.send("PATCH", f"/user_group/{groups[0]['_id']}", {"description": "Changed"})
        reader.send("DELETE", f"/user_group/{groups[1]['_id']}")
        for path in ("/user_attribute/definition", "/user_attribute/user/u1", "/user_attribute/user/u2"):
            reader.answers.pop((path, ""), None)
        for group in groups:
            reader.answers.pop((f"/user_group/{group['_id']}", ""), None)

    record(file, write, "empty")
    (parts,) = read_seed(str(file)).values()
    assert [(one["slug"], one["name"]) for one in parts["definitions"]] == [("hat-size", "Renamed")]
    assert [(one["user_id"], one["value"]) for one in parts["values"]] == [("u1", "58")]
    assert [(one["name"], one["description"]) for one in parts["groups"]] == [("a", "Changed")]


def test_what_is_gone_when_a_list_is_read_again_is_forgotten(file: Path) -> None:
    with MockServer(seed="demo") as real, MockServer(seed="empty", proxy=real.url, record=file) as mock:
        reader = Reader(mock.api_url)
        before = list(reader.pages("/user_group", "page_size=5"))
        reader.answers.clear()
        real.reset("documents")
        assert len(list(reader.pages("/user_group", "page_size=1"))) < len(before)
        reader.close()
    assert serve(file, reader.answers) == reader.answers


def test_values_whose_definition_was_not_read_are_answered(file: Path) -> None:
    def read(reader: Reader) -> None:
        reader.get("/user_attribute/user/64f222222222222222222222")

    answers = record(file, read, "documents")
    ((_, body),) = answers.values()
    assert body["items"]
    assert serve(file, answers) == answers


def test_it_is_written_while_the_server_runs(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_file, "PAUSE", 0.01)
    with MockServer(seed="documents") as real, MockServer(seed="empty", proxy=real.url, record=file) as mock:
        reader = Reader(mock.api_url)
        assert not file.exists()
        reader.get("/user_group")
        for _ in range(3000):
            if file.exists():
                break
            time.sleep(0.01)
        (parts,) = read_seed(str(file)).values()
        reader.close()
    assert parts["groups"]


def test_a_folder_that_is_gone_is_told_once_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_file, "PAUSE", 0.01)
    record(tmp_path / "gone" / "file.json", lambda reader: [reader.get("/user_group") for _ in range(3)])
    assert [one.getMessage() for one in caplog.records if one.name == "audience_mock.record"] == [
        f"cannot write {tmp_path}/gone/file.json: No such file or directory; nothing is recorded"
    ]


def test_no_header_is_recorded(file: Path) -> None:
    with MockServer(seed="documents") as real, MockServer(seed="empty", proxy=real.url, record=file) as mock:
        headers = {"Authorization": "Bearer geheim", "Cookie": "session=geheim"}
        httpx.get(f"{mock.api_url}/user_group", headers=headers, trust_env=False)
    text = file.read_text()
    assert '"groups"' in text
    assert "geheim" not in text


def test_a_forced_response_is_not_recorded(file: Path) -> None:
    with MockServer(seed="empty") as real, MockServer(seed="empty", proxy=real.url, record=file) as mock:
        httpx.get(f"{mock.api_url}/user_group", headers={"Prefer": "example=documents"}, trust_env=False)
    assert not file.exists()


def test_without_a_real_server_there_is_nothing_to_record(file: Path) -> None:
    with pytest.raises(SeedProblem, match="--proxy"):
        create_parts(Options(record=file))


# --- what a real server may answer ------------------------------------------------------------------------

TENANT = {"company_id": "1", "application_id": "2"}
GROUP = {"_id": "g1", "uid": 1, "name": "Walkers", "category": "l1", "status": "completed"}
VALUE = {
    "_id": "v1",
    "user_id": "u1",
    "user_attribute_definition_id": "d1",
    "attribute": {"key": "size", "value": 5},
    "type": "number",
}


def recorded(*exchanges: Exchange) -> Any:
    """The parts of the seed of these exchanges."""
    recording = Recording()
    for one in exchanges:
        recording.see(one)
    content = json.loads(b"".join(json_of(recording.seed())))
    imported(content, World([TenantName("1", "2")]))
    return content.get("1/2", {"definitions": [], "users": [], "values": [], "groups": []})


def group(**fields: Any) -> Exchange:
    return Exchange("getUserGroupById", {**TENANT, "group_id": "g1"}, {}, 200, {**GROUP, **fields})


@pytest.mark.parametrize("fields", [{"description": None}, {"tags": "x"}, {"own": {"x": 1}}, {"created_at": "soon"}])
def test_a_field_that_breaks_the_contract_is_left_out(fields: dict[str, Any]) -> None:
    (found,) = recorded(group(**fields))["groups"]
    assert found["name"] == "Walkers"
    assert found.get(next(iter(fields))) != next(iter(fields.values()))


@pytest.mark.parametrize("fields", [{"name": None}, {"category": "l9"}])
def test_a_record_without_a_field_that_it_needs_is_left_out(fields: dict[str, Any]) -> None:
    assert recorded(group(**fields))["groups"] == []


def test_a_value_that_does_not_fit_its_definition_is_left_out() -> None:
    path = {**TENANT, "user_id": "u1", "definition_id": "d1"}
    definition = {"_id": "d1", "name": "Size", "slug": "size", "type": "string"}
    found = recorded(
        Exchange("getUserAttributeDefinitionById", path, {}, 200, definition),
        Exchange("getUserAttributeById", path, {}, 200, VALUE),
    )
    assert ([one["slug"] for one in found["definitions"]], found["values"]) == (["size"], [])


def test_what_a_404_says_is_gone_is_forgotten() -> None:
    assert recorded(group(), Exchange("getUserGroupById", {**TENANT, "group_id": "g1"}, {}, 404, {}))["groups"] == []


NAMES = [*GROUP, *VALUE, "items", "page", "current", "size", "has_next", "next_cursor", "user_groups", "key", "value"]
ODD = st.recursive(
    st.sampled_from([None, True, 0, 1, -1, 2**70, 1.5, "", "x", "g1", "u1", "d1", "number", "l1", "completed"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(NAMES), below, max_size=6),
    max_leaves=20,
)
SHAPED = st.builds(
    lambda item, changes, page: {**item, **changes, "items": [{**item, **changes}, changes], "page": page},
    st.sampled_from([GROUP, VALUE, {"_id": "d1", "name": "n", "slug": "s", "type": "string"}, {"user_id": "u1"}]),
    st.dictionaries(st.sampled_from(NAMES), ODD, max_size=3),
    ODD,
)


@given(st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), SHAPED | ODD, st.sampled_from([200, 404])), max_size=6))
@settings(max_examples=20, deadline=None)
def test_whatever_a_server_answers_the_seed_can_be_served(answers: list[tuple[str, Any, int]]) -> None:
    path = {**TENANT, "group_id": "g1", "user_id": "u1", "definition_id": "d1"}
    recorded(*(Exchange(operation, path, {}, status, body) for operation, body, status in answers))
