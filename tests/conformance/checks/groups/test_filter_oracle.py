"""Which groups a filter must keep, and which it may keep."""

import pytest

from audience_conformance.checks.groups.filter_oracle import keeping


def group(name: str, **fields: object) -> dict[str, object]:
    return {"name": name, "uid": 7, "tags": ["new", "vip"], "category": "l1", **fields}


@pytest.mark.parametrize("query", [{"tags": "new", "name": "Segment B1"}, {"name": "segment b1", "category": "l1"}])
def test_a_name_is_a_part_in_any_case_beside_other_filters_too(query: dict[str, str]) -> None:
    kept = keeping(query).must_keep
    assert kept(group("Segment B1"))
    assert kept(group("The SEGMENT B10"))
    assert not kept(group("Segment A1"))


def test_tags_are_any_of_a_list_beside_other_filters_too() -> None:
    assert keeping({"group_uid": "7", "tags": "old,vip"}).must_keep(group("x"))
    assert not keeping({"tags": "v"}).must_keep(group("x"))
    assert not keeping({"category": "l", "tags": "vip"}).must_keep(group("x"))


@pytest.mark.parametrize(("name", "part"), [("00ǰ", "00J̌"), ("Größe", "GRÖSSE"), ("ΟΔΟΣ", "οδος")])
def test_cases_that_languages_read_differently_are_allowed_and_not_demanded(name: str, part: str) -> None:
    one = keeping({"name": part})
    assert not one.must_keep(group(name))
    assert one.may_keep is not None
    assert one.may_keep(group(name))


@pytest.mark.parametrize(("name", "part"), [("Größe", "GRÖß"), ("ŽLUŤ", "žluť"), ("Жук", "жУК"), ("00ǰ", "ǰ")])
def test_pairs_of_one_character_each_are_demanded(name: str, part: str) -> None:
    assert keeping({"name": part}).must_keep(group(name))
