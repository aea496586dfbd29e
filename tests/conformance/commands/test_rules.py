import re
from collections import Counter

import pytest
from tests.conformance.cli_runner import conformance

from audience_conformance.checks.registry import all_checks, rules_without_check
from audience_conformance.contract.rules import catalogue


def rules(*arguments: str) -> str:
    done = conformance("rules", *arguments, samples=False)
    assert (done.code, done.err) == (0, "")
    return done.out


def test_the_catalogue_is_listed_with_id_level_and_sentence() -> None:
    assert [re.split(r"\s+", line, maxsplit=2) for line in rules().splitlines()] == [
        [rule.id, rule.level, rule.sentence] for rule in catalogue().values()
    ]


def test_a_rule_is_explained() -> None:
    output = rules("def-01")
    rule = catalogue()["DEF-01"]
    assert output.startswith(f"DEF-01 MUST: {rule.sentence}\n")
    assert "source      the documents" in output
    assert f"operations  {', '.join(rule.operations)}" in output
    assert "check       a created definition reads back\n" in output
    assert re.search(r"location  audience_conformance/checks/definitions/create\.py:\d+\n", output)
    check = next(check for check in all_checks() if check.rules[0] == "DEF-01")
    assert f"does      {check.about}\n" in output
    assert f"cases     {', '.join(check.cases)}\n" in output
    assert f"needs     {check.needs[0]}" in output


def test_a_check_function_is_listed_once_with_its_cases_that_read_and_those_that_write() -> None:
    output = rules("FMT-06")
    names = Counter(re.findall(r"check       (.*)", output))
    assert names == {"an invalid request is refused too": 1, "a generated invalid request is refused too": 1}
    assert re.search(r"cases     getUserAttributeDefinitions, .*, createUserGroup, getUsersByByGroupId\n", output)
    assert re.search(r"needs     .*--write.* \(for the cases deleteUserAttribute, createUserGroup\)\n", output)
    assert "profile   standard and deep, not smoke" in output


def test_every_rule_has_a_check_with_a_location_or_says_that_there_is_none_yet() -> None:
    for part in rules("*").split("\n\n"):
        if part[:6] in rules_without_check():
            assert part.endswith("\n  check       none yet")
            continue
        locations = re.findall(r"location  audience_conformance/checks/[a-z_/]+\.py:\d+", part)
        assert len(locations) == part.count("\n  check  ") > 0, part


def test_a_pattern_explains_several() -> None:
    output = rules("BLK-*")
    assert all(f"\n{rule_id} " in f"\n{output}" for rule_id in catalogue() if rule_id.startswith("BLK-"))


def test_an_unknown_rule_is_one_line_and_exit_2() -> None:
    done = conformance("rules", "DEF-99")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "audience-conformance rules: no rule is called DEF-99; `audience-conformance rules` lists them all\n"
    )


@pytest.mark.parametrize(
    ("rule", "option"),
    [("TEN-01", "--other-application"), ("ATT-15", "--validated-definition"), ("DEF-14", "--locked-definition")],
)
def test_a_check_names_the_option_that_it_needs(rule: str, option: str) -> None:
    assert re.search(rf"needs     .*\({option}\)", rules(rule))
