"""How the text of a seed or a state file is read, and how its mistakes are listed."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.mock.conftest import MakeApi
from tests.mock.control.helpers import state
from tests.mock.helpers import DEFINITIONS, DOCUMENTED, GROUPS, a_definition, seed_file, seeded

from audience_mock.app import Options, create_backend
from audience_mock.contract.schema import Schema
from audience_mock.errors import Violation
from audience_mock.seeds import SeedProblem, read_seed, read_state, reading
from audience_mock.seeds.reading import Place, _json_places
from audience_mock.seeds.seed_file import validate

MIXED = f"""{DOCUMENTED}:
  definitions:
    - {{name: A, slug: a, type: text}}
    - {{name: B, slug: b, type: number}}
    - {{name: C, slug: b, type: number}}
  values:
    - {{user_id: u, definition: b, value: red}}
    - {{user_id: u, definition: a, value: 1}}
  groups:
    - name: G
      category: l9
    - name: H
"""


def problem_of(folder: Path, text: str | bytes, name: str = "seed.yaml") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SeedProblem) as problem:
        create_backend(Options(seed=str(path)))
    return str(problem.value).replace(str(folder), "")


def test_all_mistakes_of_a_seed_are_listed_at_once_with_their_lines(tmp_path: Path) -> None:
    found = problem_of(tmp_path, MIXED)
    head, *lines = found.splitlines()
    assert head == "the seed /seed.yaml breaks the contract in 5 places:"
    assert [line.strip().split(":")[0] for line in lines] == ["line 3", "line 5", "line 7", "line 11", "line 12"]
    for line, says in zip(lines, ["text", "taken", "a number", "l9", "category is missing"], strict=True):
        assert says in line


BEYOND_GAPS = f"""{DOCUMENTED}:
  definitions:
    - {{name: A, slug: a, type: text}}
    - {{name: B, slug: b, type: number, created_at: "0001-01-01T00:00:00+02:00"}}
  users:
    - {{user_id: u, colour: red}}
  values:
    - {{user_id: u, definition: a, value: 1}}
    - {{user_id: u, definition: b, value: red}}
    - {{user_id: u, definition: c, value: 1}}
  groups:
    - {{_id: g, name: G, category: l9}}
    - _id: h
      name: H
      category: l1
      modified_at: "0001-01-01T00:00:00+02:00"
      total_users:
        count: 1
        refreshed_at: "0001-01-01T00:00:00+02:00"
  jobs:
    - {{kind: refresh, group: g}}
    - {{kind: refresh, group: h}}
    - {{kind: refresh, group: i}}
    - kind: bulk update
      file_url: "data:,"
      values:
        - {{definition: b, value: 1}}
        - {{definition: d, value: 1}}
        - {{definition: e, value: 1}}
"""


def test_what_is_left_out_hides_no_other_mistake(tmp_path: Path) -> None:
    _, *lines = problem_of(tmp_path, BEYOND_GAPS).splitlines()
    assert [line for line in lines if line.endswith(".")] == [], "a list, and what says more ends the sentence"
    expected = {
        3: '"text"',
        4: "The created_at",
        6: "colour",
        10: '"c"',
        12: '"l9"',
        16: "The modified_at",
        19: "The refreshed_at",
        23: '"i"',
        28: '"d"',
        29: '"e"',
    }
    assert [int(line.strip().split(":")[0].removeprefix("line ")) for line in lines] == list(expected)
    for line, says in zip(lines, expected.values(), strict=True):
        assert says in line


@pytest.mark.parametrize("nameless", [{"name": "A", "type": "string"}, {"slug": 5}, None])
def test_a_value_may_be_of_a_definition_whose_slug_is_missing(tmp_path: Path, nameless: object) -> None:
    seed = {"definitions": [nameless], "values": [{"user_id": "u", "definition": "a", "value": 1}]}
    assert "values" not in problem_of(tmp_path, json.dumps({DOCUMENTED: seed}))


@pytest.mark.parametrize("keys", [["a", "a.b", "a.b.c"], ["", ".", ".."], ["0", "0.0", "00"]])
def test_a_place_is_that_of_the_longest_key_that_fits(keys: list[str]) -> None:
    root = Place(0)
    for number, key in enumerate(keys, start=1):
        root.below[key] = Place(number)
        root.below[key].below["name"] = Place(10 * number)
    for number, key in enumerate(keys, start=1):
        assert root.find(key).line == (number if key else 0)
        assert root.find(f"{key}.name").line == 10 * number
        assert root.find(f"{key}.none.0").line == number
    assert root.find("b").line == 0


def test_places_are_found_without_looking_at_every_key() -> None:
    class Counted(dict[str, Place]):
        looks = 0

        def __contains__(self, key: object) -> bool:
            Counted.looks += 1
            return super().__contains__(key)

    root = Place(0)
    root.below = Counted({str(number): Place(number) for number in range(10_000)})
    assert [root.find(f"{number}.name").line for number in range(10_000)] == list(range(10_000))
    assert Counted.looks == 10_000


def test_a_text_with_many_mistakes_is_read_once_for_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def places(text: str) -> Any:
        texts.append(text)
        return _json_places(text)

    monkeypatch.setattr(reading, "_json_places", places)
    group = {"name": 5, "category": "l1"}
    text = json.dumps({DOCUMENTED: {"groups": [group, group]}}, indent=1).replace('"groups"', '"groups": [],\n"groups"')
    assert "in 3 places" in problem_of(tmp_path, text, "seed.json")
    assert len(texts) == 1


def test_a_json_seed_has_lines_too(tmp_path: Path) -> None:
    text = json.dumps(
        {DOCUMENTED: {"groups": [{"name": "a, b: {", "category": "l1"}, {"name": 5, "category": "l1"}]}}, indent=0
    )
    line = text.splitlines().index('"name": 5,') + 1
    assert f"contract: line {line}: seed.{DOCUMENTED}.groups.1.name is 5" in problem_of(tmp_path, text, "seed.json")


@pytest.mark.parametrize("name", ["seed.yaml", "seed.json"])
def test_a_key_that_appears_twice_is_refused_with_both_lines(tmp_path: Path, name: str) -> None:
    text = f'{{"{DOCUMENTED}": {{"groups": []}},\n\n"{DOCUMENTED}": {{}}}}'
    text = text if name == "seed.json" else f"{DOCUMENTED}:\n  groups: []\n{DOCUMENTED}: {{}}\n"
    found = problem_of(tmp_path, text, name)
    assert "twice, in line 1 and line 3" in found
    assert DOCUMENTED in found


@pytest.mark.parametrize("name", ["seed.yaml", "seed.json"])
def test_a_key_that_appears_twice_in_one_line_is_refused_with_its_columns(tmp_path: Path, name: str) -> None:
    text = f'{{"{DOCUMENTED}":\n  {{"groups": [], "groups": []}}}}'
    assert '"groups" appears twice, in line 2, columns 4 and 18;' in problem_of(tmp_path, text, name)


def test_a_value_that_is_wrong_in_two_ways_is_one_mistake(tmp_path: Path) -> None:
    text = f"{DOCUMENTED}: {{definitions: [{{name: A, slug: '', type: string}}]}}"
    assert problem_of(tmp_path, text).count("slug is") == 1
    assert "places" not in problem_of(tmp_path, text)


@pytest.mark.parametrize(("number", "count"), [(999, "in 999 places"), (1_500, "in at least 1000 places")])
def test_the_judging_of_many_mistakes_stops_and_says_so(tmp_path: Path, number: int, count: str) -> None:
    found = problem_of(tmp_path, json.dumps({DOCUMENTED: {"groups": [{"name": "A"}] * number}}), "seed.json")
    assert f"breaks the contract {count}:" in found
    assert found.splitlines()[-1] == f"  and {'at least 900' if number > 1_000 else 899} more"


@pytest.mark.parametrize("name", ["seed.yaml", "seed.json"])
def test_a_text_that_nests_too_deeply_is_a_message(tmp_path: Path, name: str) -> None:
    assert (
        problem_of(tmp_path, "[" * 100_000, name)
        == f"the seed /{name} nests deeper than 100 levels; use flatter values"
    )
    assert "nests deeper" in problem_of(tmp_path, "a: " + "[" * 100_000 + "]" * 100_000)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &a [*a]", "line 1: an alias refers to what contains it"),
        (
            "\n".join(["k: &a0 [1]", *(f"k{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]),
            "aliases are resolved",
        ),
        ("a: 1\nb: .nan", 'line 2: the number ".nan"'),
        ("a: 1\nb: !!binary aGk=", "line 2: the value has the type"),
        ("a: {1: 2}", 'line 1: the key "1" is not text'),
        ("a: 1\nb: [", "is not YAML, line 3"),
        (b"a: \x01", "is not YAML, line 1: control characters are not allowed"),
        ('{"a":\n 1e999}', "is not JSON, line 2"),
    ],
)
def test_what_json_does_not_have_is_refused_with_its_line(tmp_path: Path, text: str | bytes, says: str) -> None:
    found = problem_of(tmp_path, text if isinstance(text, bytes) else f"{text}\n")
    assert says in found
    assert len(found.splitlines()) == 1


def test_times_are_normalized_to_utc_with_milliseconds(make_api: MakeApi, tmp_path: Path) -> None:
    moment, there = "2024-05-01T12:00:00.1234567+02:00", "2024-05-01T10:00:00.123Z"
    times = {"created_at": moment, "modified_at": moment}
    total = {"count": 0, "refreshed_at": moment}
    api = seeded(
        make_api,
        tmp_path,
        definitions=[{**a_definition(), **times}],
        groups=[{"name": "G", "category": "l1", "total_users": total, **times}],
    )
    (definition,), (group,) = api.get(DEFINITIONS).json()["items"], api.get(GROUPS).json()["items"]
    for found in (definition, group):
        assert (found["created_at"], found["modified_at"]) == (there, there)
    assert group["total_users"]["refreshed_at"] == there


def test_a_time_outside_the_calendar_is_refused(tmp_path: Path) -> None:
    group = {"name": "G", "category": "l1", "created_at": "0001-01-01T00:00:00+02:00"}
    with pytest.raises(SeedProblem, match=r"0001-01-01"):
        create_backend(Options(seed=str(seed_file(tmp_path, groups=[group]))))


def test_a_state_whose_default_no_longer_fits_its_type_comes_back(make_api: MakeApi, tmp_path: Path) -> None:
    api = seeded(make_api, tmp_path, definitions=[{"name": "A", "slug": "a", "type": "string", "default_value": "M"}])
    (definition,) = api.get(DEFINITIONS).json()["items"]
    assert api.put(f"{DEFINITIONS}/{definition['_id']}", {"type": "number"}).is_success
    exported = state(api)
    (tmp_path / "state.json").write_text(json.dumps(exported))
    assert state(make_api(seed=str(tmp_path / "state.json"))) == exported


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_state_file_means_none_yet(make_api: MakeApi, tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    assert read_state(path) is None
    assert make_api(seed="documents", state=path).get(GROUPS).json()["page"]["item_total"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"a":\n', "is not JSON, line 2, column 1"),
        ("{a: b}", "is not JSON, line 1, column 2"),
        ("[" * 100_000, "nests deeper than 100 levels"),
        ('{"\n', "is not JSON, line 1"),
        (b'{"a":\n "\xff"}', "is not JSON, line 2: it is not UTF-8"),
    ],
)
def test_a_broken_state_file_is_called_the_state_file(tmp_path: Path, content: str | bytes, says: str) -> None:
    path = tmp_path / "state.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SeedProblem, match=r"^the state file ") as problem:
        read_state(path)
    assert f"{path} {says}" in str(problem.value)


def test_a_seed_of_yaml_in_flow_style_is_read(tmp_path: Path) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text("{559/x: {groups: [{name: a, category: l1}]}}")
    assert read_seed(str(path)) == {"559/x": {"groups": [{"name": "a", "category": "l1"}]}}


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The fields whose violations have been described, which takes long."""
    fields: list[str] = []
    violations = Schema.violations

    def noted(schema: Schema, value: object, field: str) -> list[Violation]:
        fields.append(field)
        return violations(schema, value, field)

    monkeypatch.setattr(Schema, "violations", noted)
    return fields


def test_the_items_of_a_broken_seed_are_not_described_one_by_one(described: list[str]) -> None:
    with pytest.raises(SeedProblem, match="in 4 places"):
        validate("the seed", {DOCUMENTED: {"groups": [{}, {}, {"name": "A", "category": "l1"}]}})
    assert described == ["seed"]


def test_a_seed_with_very_many_mistakes_is_not_loaded_to_find_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audience_mock.seeds.seed_file.mistakes_of", lambda *_: pytest.fail("it was loaded"))
    with pytest.raises(SeedProblem, match="in at least 1000 places"):
        validate("the seed", {DOCUMENTED: {"groups": [{}] * 1_000}})
