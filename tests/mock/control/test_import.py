"""Export and import of the data of a session."""

import copy
import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from tests.mock.conftest import Api, MakeApi
from tests.mock.control.helpers import CONTROL, JOBS, state, use
from tests.mock.helpers import DEFINITIONS, DOCUMENTED, GROUPS, a_definition, a_group, refused

from audience_mock.control import app as control_app
from audience_mock.control.state import MAX_IMPORTED
from audience_mock.middleware import json_request, request_validation
from audience_mock.middleware.json_request import MAX_PARTS

ATTRIBUTES = "/user_attribute"


@pytest.mark.parametrize("seed", ["documents", "demo", "empty"])
def test_the_import_of_an_export_gives_the_same_export(make_api: MakeApi, seed: str) -> None:
    api = make_api(seed=seed)
    use(api)
    exported = state(api)
    api.post(f"{CONTROL}/reset?to=empty")
    assert api.put(f"{CONTROL}/state", exported).is_success
    assert state(api) == exported


def test_an_import_serves_what_was_exported(make_api: MakeApi) -> None:
    api, other = make_api(seed="demo"), make_api(seed="empty")
    use(api)
    other.put(f"{CONTROL}/state", state(api))
    for path in (GROUPS, DEFINITIONS, f"{ATTRIBUTES}/user/u1", f"{GROUPS}/64f111111111111111111111/users"):
        assert other.get(path).json() == api.get(path).json()


def nested(depth: int) -> Any:
    return {"a": nested(depth - 1)} if depth else {}


@pytest.mark.parametrize(("kind", "value"), [("number", 2**80 + 1), ("object", nested(61))])
def test_the_largest_integers_and_the_deepest_objects_come_back(api: Api, kind: str, value: Any) -> None:
    definition = api.post(DEFINITIONS, a_definition(type=kind)).json()
    path = f"{DEFINITIONS}/{definition['_id']}/user/u1"
    assert api.put(path, {"attribute": {"value": value}}).is_success
    assert api.put(f"{CONTROL}/state", state(api)).is_success
    assert api.get(path).json()["attribute"]["value"] == value


def test_an_imported_id_is_not_used_again(api: Api) -> None:
    first = api.post(GROUPS, a_group()).json()
    api.settle()
    exported = state(api)
    api.put(f"{CONTROL}/state", exported)
    assert api.post(GROUPS, a_group()).json()["_id"] != first["_id"]


def test_an_export_with_a_waiting_job_is_a_seed_that_continues_it(make_api: MakeApi, tmp_path: Path) -> None:
    api = make_api(job_delay=60)
    made = api.post(GROUPS, a_group(["u1"])).json()
    exported = state(api)
    (tmp_path / "seed.json").write_text(json.dumps(exported))
    other = make_api(seed=str(tmp_path / "seed.json"))
    api.put(f"{JOBS}/progression", {"seconds": 0})
    api.put(f"{CONTROL}/state", exported)
    for one in (api, other):
        assert one.get(f"{GROUPS}/{made['_id']}").is_success
        one.settle()
        assert one.get(f"{GROUPS}/{made['_id']}").json()["status"] == "completed"
    header = {"X-Mock-Session": "a"}
    assert other.request("GET", f"{GROUPS}/{made['_id']}", headers=header).json()["status"] == "pending"
    for session in other.sessions:
        other.run(session.backend.jobs.settled())
    assert other.request("GET", f"{GROUPS}/{made['_id']}", headers=header).json()["status"] == "completed"


def test_a_seed_can_be_imported(api: Api) -> None:
    api.put(f"{CONTROL}/state", {DOCUMENTED: {"groups": [{"name": "Walkers", "category": "l1", "users": ["u1"]}]}})
    (group,) = api.get(GROUPS).json()["items"]
    assert (group["name"], group["status"], group["total_users"]["count"]) == ("Walkers", "completed", 1)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"559": {}}, "COMPANY/APPLICATION"),
        ({"7/shop": {}}, "--tenant 7/shop"),
        ({DOCUMENTED: []}, "object"),
        ({DOCUMENTED: {"gruops": []}}, "gruops"),
        ({DOCUMENTED: {"groups": [{"name": "x"}]}}, "category"),
        ({DOCUMENTED: {"values": [{"user_id": "u", "definition": "nothing", "value": 1}]}}, "nothing"),
        ({DOCUMENTED: {"definitions": [{"name": "x", "slug": "x", "type": "string", "_id": "1"}] * 2}}, "twice"),
    ],
)
def test_an_invalid_export_is_refused_and_changes_nothing(api: Api, body: Any, says: str) -> None:
    use(api)
    before = state(api)
    answer = api.put(f"{CONTROL}/state", body)
    assert refused(answer) == ["body"]
    assert says in answer.json()["message"]
    assert state(api) == before


@pytest.mark.parametrize(("indent", "place"), [(1, "line 6: "), (None, "")])
def test_the_mistakes_of_an_import_have_lines_if_the_body_has_several(
    shared_api: Api, indent: int | None, place: str
) -> None:
    body = json.dumps({DOCUMENTED: {"groups": [{"name": "x", "category": "l9"}]}}, indent=indent)
    answer = shared_api.request("PUT", f"{CONTROL}/state", content=body)
    assert refused(answer) == ["body"]
    said = f'the body breaks the contract: {place}seed.{DOCUMENTED}.groups.0.category is "l9"; send one of l1, l2, l3.'
    assert answer.json()["message"] == said


@pytest.mark.parametrize("content", [b"[]", b"null", b"{", b'{"a": NaN}', b'{"a": "\\ud800"}', b"\xff", b"[" * 5000])
def test_a_body_that_is_not_a_json_object_is_refused(shared_api: Api, content: bytes) -> None:
    before = state(shared_api)
    assert refused(shared_api.request("PUT", f"{CONTROL}/state", content=content)) == ["body"]
    assert state(shared_api) == before


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to everything within a JSON value."""
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, child in below for place in places(child, (*path, key)))]


def damaged(exported: Any, chance: random.Random) -> Any:
    """An export with one thing in it replaced, removed or doubled."""
    found = copy.deepcopy(exported)
    *way, last = chance.choice(places(found)[1:])
    holder = found
    for key in way:
        holder = holder[key]
    act = chance.randrange(3)
    if act == 0:
        holder[last] = chance.choice([None, -1, 0, 1.5, "", "x", [], {}, True, 2**70, [None], {"a": {}}])
    elif act == 1:
        del holder[last]
    elif isinstance(holder, list):
        holder.append(holder[last])
    else:
        holder[f"{last}x"] = holder[last]
    return found


def test_a_damaged_export_is_imported_completely_or_changes_nothing(api: Api) -> None:
    use(api)
    exported = state(api)
    chance = random.Random(4)
    answers = []
    for _ in range(80):
        before = state(api)
        answer = api.put(f"{CONTROL}/state", damaged(exported, chance))
        answers.append(answer.status_code)
        if answer.is_success:
            again = state(api)
            assert api.put(f"{CONTROL}/state", again).is_success
            assert state(api) == again
            for path in (GROUPS, DEFINITIONS, f"{ATTRIBUTES}/user/u1", f"{GROUPS}/categories"):
                assert api.get(path).is_success, api.get(path).text
        else:
            refused(answer)
            assert state(api) == before
    assert set(answers) == {200, 400}


def test_a_very_large_import_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of 60 MB would hold up all others for seconds: it is refused before it is parsed."""
    before = state(api)
    monkeypatch.setattr(f"{json_request.__name__}.orjson", None)
    answer = api.request("PUT", f"{CONTROL}/state", content=b'{"a":[' + b"[]," * MAX_IMPORTED)
    assert refused(answer) == ["body"]
    assert f"more than {MAX_IMPORTED} strings" in answer.json()["message"]
    assert "--seed FILE" in answer.json()["message"]
    monkeypatch.undo()
    assert state(api) == before


@pytest.mark.parametrize(("method", "encoding"), [("GET", None), ("PUT", None), ("PUT", "gzip")])
def test_a_larger_body_than_any_is_413(
    api: Api, monkeypatch: pytest.MonkeyPatch, method: str, encoding: str | None
) -> None:
    """A call without a body too, and what is decoded."""
    monkeypatch.setattr(f"{request_validation.__name__}.MAX_BODY", 1_000)
    monkeypatch.setattr(f"{control_app.__name__}.MAX_BODY", 1_000)
    content = b'{"a":"' + b"a" * 2_000 + b'"}'
    headers = {"content-encoding": encoding} if encoding else {}
    sent = gzip.compress(content) if encoding else content
    refused(api.request(method, f"{CONTROL}/state", content=sent, headers=headers), 413)


def test_a_larger_import_than_any_other_body_is_taken(api: Api) -> None:
    users = [f"u{number}" for number in range(MAX_PARTS // 2 + 1)]
    body = {DOCUMENTED: {"groups": [{"name": "n", "category": "l1", "users": users}]}}
    assert api.put(f"{CONTROL}/state", body).is_success
    assert api.get(GROUPS).json()["items"][0]["total_users"]["count"] == len(users)
