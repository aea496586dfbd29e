"""Users' contacts come back as they were given, and are found by any part of an address or number."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.mock.helpers import seed_file

from audience_mock.seeds import SeedProblem, read_seed
from audience_mock.store.members import Members, PageQuery
from audience_mock.store.users import UserDirectory

quick = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])

Contacts = list[dict[str, Any]]
FLAGS = ("primary", "verified", "active")
CONTROLS = "".join(map(chr, range(0x20)))
TEXTS = st.text(st.characters(exclude_characters=CONTROLS, exclude_categories=["Cs"]), max_size=12)
SPECIAL_CASES = st.text("aAsSßẞſiIİıKKÄäΣςσ@.1", max_size=6)  # noqa: RUF001
SOME_FLAGS = {flag: st.booleans() for flag in FLAGS}
EMAILS = st.lists(st.fixed_dictionaries({"email": TEXTS | SPECIAL_CASES}, optional=SOME_FLAGS), max_size=3)
PHONES = st.lists(
    st.fixed_dictionaries(
        {"phone": TEXTS | SPECIAL_CASES},
        optional={"country_code": st.integers(1, 10**6), **SOME_FLAGS},
    ),
    max_size=3,
)


def found(emails: Contacts, phones: Contacts, q: str) -> bool:
    """Does a group of one user show him under this `q`?"""
    directory = UserDirectory()
    directory.add("u", emails, phones)
    return Members({"u": 0}, directory).page(PageQuery(q=q)).user_ids == ["u"]


@quick
@given(emails=EMAILS, phones=PHONES)
@example(emails=[{"email": ""}], phones=[{"phone": ""}, {"phone": "", "country_code": 15}])
def test_contacts_come_back_as_they_were_given(emails: Contacts, phones: Contacts) -> None:
    """A flag that was not given is false; a country code that was not given is not there."""
    directory = UserDirectory()
    directory.add("u", emails, phones)
    none = dict.fromkeys(FLAGS, False)
    assert directory.summary("u") == {
        "user_id": "u",
        "emails": [{**none, **email} for email in emails],
        "phone_numbers": [{**none, **phone} for phone in phones],
    }


@pytest.mark.parametrize("code", [1, 7, 14, 15, 16, 49, 91, 224, 225, 380, 1684, 10**15])
def test_a_country_code_comes_back(code: int) -> None:
    directory = UserDirectory()
    directory.add("u", [], [{"phone": "12", "country_code": code}])
    assert directory.summary("u")["phone_numbers"][0]["country_code"] == code


@pytest.mark.parametrize("code", [-1, 0, 1.5])
def test_a_seed_with_an_invalid_country_code_is_refused(tmp_path: Path, code: float) -> None:
    user = {"user_id": "u", "phone_numbers": [{"phone": "12", "country_code": code}]}
    with pytest.raises(SeedProblem, match="country_code"):
        read_seed(str(seed_file(tmp_path, users=[user])))


@pytest.mark.parametrize("control", CONTROLS)
def test_control_characters_are_left_out_and_harm_nothing_else(control: str) -> None:
    directory = UserDirectory()
    directory.add(
        "u",
        [{"email": f"{control}a{control}b", "active": True}, {"email": f"c{control}"}],
        [{"phone": f"1{control}{control}2", "country_code": 49, "verified": True}],
    )
    summary = directory.summary("u")
    assert [email["email"] for email in summary["emails"]] == ["ab", "c"]
    assert [email["active"] for email in summary["emails"]] == [True, False]
    assert summary["phone_numbers"] == [
        {"phone": "12", "country_code": 49, "verified": True, "primary": False, "active": False}
    ]


def test_users_share_no_contacts_with_each_other_or_with_the_caller() -> None:
    directory = UserDirectory()
    directory.add("u", [{"email": "u@mail"}])
    directory.add("v", [], [{"phone": "12"}], blacklisted=True)
    directory.summary("u")["emails"][0]["email"] = "changed"
    directory.summary("u")["emails"].clear()
    assert [contact["email"] for contact in directory.summary("u")["emails"]] == ["u@mail"]
    assert directory.summary("v")["emails"] == []
    assert directory.blacklisted == {"v"}
    assert directory.summary("unknown") == {"user_id": "unknown", "emails": [], "phone_numbers": []}


@quick
@given(emails=EMAILS, phones=PHONES, needle=TEXTS | SPECIAL_CASES)
@example(emails=[{"email": "STRASSE@mail"}], phones=[], needle="ß")
@example(emails=[{"email": "straße@mail"}], phones=[], needle="SSE")
@example(emails=[{"email": "ab"}], phones=[{"phone": "cd"}], needle="bc")
def test_q_finds_exactly_the_parts_of_texts(emails: Contacts, phones: Contacts, needle: str) -> None:
    texts = [email["email"] for email in emails] + [phone["phone"] for phone in phones]
    part = any(needle.casefold() in text.casefold() for text in texts)
    assert found(emails, phones, needle) == (part or needle == "")


@quick
@given(data=st.data(), emails=EMAILS, phones=PHONES, change=st.sampled_from([str, str.upper, str.lower, str.swapcase]))
def test_q_finds_every_part_in_any_case(data: st.DataObject, emails: Contacts, phones: Contacts, change: Any) -> None:
    texts = [email["email"] for email in emails] + [phone["phone"] for phone in phones]
    for text in filter(None, texts):
        start = data.draw(st.integers(0, len(text) - 1))
        needle = text[start : data.draw(st.integers(start + 1, len(text)))]
        if change(needle).casefold() == needle.casefold():  # not so for the dotted capital I, among others
            assert found(emails, phones, change(needle))


@pytest.mark.parametrize("flags", range(8))
def test_q_never_finds_flags_codes_or_markup(flags: int) -> None:
    given_flags = {flag: bool(flags >> bit & 1) for bit, flag in enumerate(FLAGS)}
    emails = [{"email": "NN@b", **given_flags}, {"email": "", **given_flags}]
    phones = [{"phone": "xx", "country_code": code, **given_flags} for code in (91, 1234567890, 15**4 + 7)]
    assert found(emails, phones, "nn@B")
    for needle in [*map(str, range(10)), "91", "true", "email", "primary", ":", " ", *CONTROLS, "\x7f"]:
        assert not found(emails, phones, needle)


@pytest.mark.parametrize("needle", ["b\x00n", "\x00nn", "b\x10", "x\x07", "\x18x"])
def test_q_with_a_control_character_finds_nobody(needle: str) -> None:
    assert not found([{"email": "NN@b"}], [{"phone": "x", "country_code": 6}], needle)
