from audience_conformance.lint.checks import CHECKS

# People and scripts refer to them: an existing name never changes or goes, a new one is added here.
NAMES = [
    "openapi",
    "duplicate-key",
    "ref-resolves",
    "unused-component",
    "operation-id",
    "path-params",
    "literal-first",
    "jinja-marker",
    "example-present",
    "example-valid",
    "error-documented",
    "link-target",
    "rule-id-format",
    "rule-ids-unique",
    "rule-level",
    "rule-sentence",
    "rule-known",
    "rule-bound",
    "rule-group",
    "quoted-status",
    "constraint-source",
    "reserved-schema-name",
]


def test_names_of_checks_are_permanent() -> None:
    assert [check.name for check in CHECKS] == NAMES


def test_every_check_is_one_sentence() -> None:
    for check in CHECKS:
        assert check.sentence[0].isupper()
        assert "." not in check.sentence.replace("3.0", "")
