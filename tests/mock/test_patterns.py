"""Regular expressions and globs: what they match, and that hostile ones end.

Each hostile one would take years in an engine that goes back; there is no limit of time to wait for.
"""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import DEFINITIONS, GROUPS, refused, seeded

from audience_mock.contract.schema import Schema
from audience_mock.middleware.prefer_header import preferences
from audience_mock.patterns import LONGEST, fits_glob, found, is_regex
from audience_mock.seeds import SeedProblem

PIECES = st.sampled_from(
    ["a", "b", "c", ".", "[ab]", "[^a]", "a*", "b+", "c?", "(a|b)", "(?:ab)+", "a{1,2}", "[a-c]{2}", "^", "$", "|"]
)
SIMPLE = st.lists(PIECES, max_size=6).map("".join)


@settings(max_examples=300)
@given(SIMPLE, st.text("abc1", max_size=8))
def test_simple_expressions_find_what_python_finds(regex: str, text: str) -> None:
    assert is_regex(regex)
    assert found(regex, text) is (re.search(regex, text) is not None)


@settings(max_examples=300)
@given(st.text("ab*?[]", max_size=8), st.text("ab", max_size=8))
def test_a_glob_fits_as_an_expression_would(glob: str, text: str) -> None:
    assert fits_glob(text, glob) is (re.fullmatch(".*".join(map(re.escape, glob.split("*"))), text) is not None)
    assert fits_glob(glob, glob)


@pytest.mark.parametrize(
    ("regex", "text", "is_found"),
    [
        (r"^\w+$", "Reykjavik_1", True),
        (r"^\w+$", "Қостанай", False),
        (r"^\p{L}+$", "Қостанай", True),
        (r"^\d$", "٣", False),
        ("^a$", "a\n", False),
        ("^.$", "👒", True),
    ],
)
def test_the_dialect_is_ecma_262(regex: str, text: str, *, is_found: bool) -> None:
    assert found(regex, text) is is_found


@pytest.mark.parametrize("regex", ["(?=a)", "(?!a)", "(?<=a)", "(?<!a)b", r"(a)\1", "(", "[", "a**", "(a{1000}){1000}"])
def test_what_the_engine_cannot_do_is_no_expression(regex: str) -> None:
    assert not is_regex(regex)


def test_an_expression_has_a_length() -> None:
    assert is_regex("a" * LONGEST)
    assert not is_regex("a" * (LONGEST + 1))


@pytest.mark.parametrize("regex", ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){20}b", "(a?){50}a{50}$"])
def test_hostile_expressions_end(regex: str) -> None:
    assert not found(regex, "a" * 5_000 + "!")
    assert Schema({"type": "string", "pattern": regex}).violations("a" * 5_000 + "!", "x")


def test_hostile_globs_end() -> None:
    assert not fits_glob("a" * 16_000, "a*" * 8_000 + "b")
    assert not fits_glob("a" * 16_000, "*a" * 8_000 + "b*")
    assert fits_glob("a" * 16_000, "a*" * 8_000)


def test_hostile_paths_of_rules_and_of_the_journal_end(api: Api) -> None:
    path = f"{GROUPS}/{'a' * 5_000}"
    hostile = f"*{'a*' * 499}b"
    assert api.post("//__mock__/faults", {"path": hostile, "status": 503, "body": {}}).status_code == 201
    assert refused(api.get(path), 404) == []
    assert api.request("GET", f"//__mock__/journal?path={hostile}").json()["items"] == []
    assert api.post("//__mock__/journal/verify", {"path": hostile}).json()["matched"] == 0
    assert api.request("GET", "//__mock__/journal?path=a*a").json()["total"] == 1


def test_prefer_is_read_once_however_many_separators_it_has() -> None:
    commas = b"," * 1_000_000
    assert preferences([(b"prefer", b"code=404" + commas + b"delay=5" + b";" * 1_000_000)]).code == 404
    assert preferences([(b"prefer", b'"' + commas)]).applied == ()
    assert preferences([(b"prefer", b'example="a,b;c", delay=7')]).example == "a,b;c"


def test_a_validation_with_a_hostile_expression_is_judged(make_api: MakeApi, tmp_path: Path) -> None:
    validations = [{"type": "regex", "value": "^(a+)+$"}]
    definition = {"_id": "d", "name": "A", "slug": "a", "type": "string", "validations": validations}
    api = seeded(make_api, tmp_path, definitions=[definition])
    answer = api.put(f"{DEFINITIONS}/d/user/u", {"attribute": {"value": "a" * 5_000 + "b"}})
    assert refused(answer) == ["body.attribute.value"]


def test_a_seed_with_a_backreference_is_told_what_to_send(make_api: MakeApi, tmp_path: Path) -> None:
    validations = [{"type": "regex", "value": r"(a)\1"}]
    definition = {"name": "A", "slug": "a", "type": "string", "validations": validations}
    with pytest.raises(SeedProblem, match="no lookaround and no backreference"):
        seeded(make_api, tmp_path, definitions=[definition])
