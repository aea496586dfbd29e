import re

from click.testing import CliRunner

from audience_conformance.checks.registry import all_checks
from audience_conformance.commands.main import main
from audience_conformance.contract.rules import catalogue


def rules(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["rules", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_catalogue_is_listed_with_id_level_and_sentence() -> None:
    assert [re.split(r"\s{1,}", line, maxsplit=2) for line in rules().splitlines()] == [
        [rule.id, rule.level, rule.sentence] for rule in catalogue().values()
    ]


def test_a_rule_is_explained() -> None:
    told = rules("def-01")
    rule = catalogue()["DEF-01"]
    assert told.startswith(f"DEF-01 MUST: {rule.sentence}\n")
    assert "source      the documents" in told
    assert f"operations  {', '.join(rule.operations)}" in told
    check = next(check for check in all_checks() if check.rules[0] == "DEF-01")
    assert check.name.replace("_", " ") in told
    assert check.about in told
    assert "needs     write permission" in told


def test_a_pattern_explains_several() -> None:
    told = rules("BLK-*")
    assert all(f"\n{rule_id} " in f"\n{told}" for rule_id in catalogue() if rule_id.startswith("BLK-"))


def test_an_unknown_rule_is_one_line_and_exit_2() -> None:
    result = CliRunner().invoke(main, ["rules", "DEF-99"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "audience-conformance rules: no rule is called DEF-99; `audience-conformance rules` lists them all\n"
    )


def test_what_a_check_needs_is_named() -> None:
    found = {check.rules[0]: check.needs for check in all_checks()}
    assert "a second application (--other-application)" in found["TEN-01"]
    assert any("--validated-definition" in need for need in found["ATT-15"])
    assert any("--locked-definition" in need for need in found["DEF-14"])
