"""The table of all checks, and the function that runs them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from audience_conformance.lint.calls import error_documented, link_target, operation_id
from audience_conformance.lint.catalogue import (
    catalogue,
    rule_bound,
    rule_group,
    rule_id_format,
    rule_ids_unique,
    rule_known,
    rule_level,
    rule_sentence,
)
from audience_conformance.lint.document import Document, Problem
from audience_conformance.lint.examples import example_present, example_valid
from audience_conformance.lint.names import reserved_schema_name
from audience_conformance.lint.operations import operations
from audience_conformance.lint.provenance import constraint_source
from audience_conformance.lint.references import ref_resolves, unused_component
from audience_conformance.lint.routes import jinja_marker, literal_first, path_params
from audience_conformance.lint.show import one_line
from audience_conformance.lint.structure import duplicate_key, openapi, quoted_status


class Check(NamedTuple):
    """A check: its permanent name, whose rule it is, its requirement, and the function that finds the problems."""

    name: str
    origin: str
    sentence: str
    problems: Callable[[Document], Iterator[Problem]]


class Finding(NamedTuple):
    """A problem on a line; sorts by line and column."""

    line: int
    column: int
    check: str
    message: str


class Size(NamedTuple):
    """The number of operations and rules in a file."""

    operations: int
    rules: int


# Whose rule a check is.
OPENAPI, OWN_FILE, PROJECT = "OpenAPI", "OpenAPI; within this file only", "project"

CHECKS = (
    Check("openapi", OPENAPI, "The file is valid OpenAPI 3.0 according to openapi-spec-validator", openapi),
    Check("duplicate-key", OPENAPI, "No mapping has a key twice", duplicate_key),
    Check("ref-resolves", OWN_FILE, "Every reference names an object of the right kind in this file", ref_resolves),
    Check("unused-component", PROJECT, "Every component is used, directly or through others", unused_component),
    Check("operation-id", PROJECT, "Every operation has a unique operationId", operation_id),
    Check("path-params", OPENAPI, "The {names} in a path are exactly its required path parameters", path_params),
    Check("literal-first", PROJECT, "A literal path comes before a path with a parameter in its place", literal_first),
    Check("jinja-marker", PROJECT, "The file contains no Jinja2 tags", jinja_marker),
    Check("example-present", PROJECT, "Every body of a request or response has an example", example_present),
    Check("example-valid", OPENAPI, "Every example and default matches its schema", example_valid),
    Check(
        "error-documented",
        PROJECT,
        "Operations document 400 for invalid input and 404 for unknown ids",
        error_documented,
    ),
    Check("link-target", OPENAPI, "Every link names an operation and only its parameters", link_target),
    Check("rule-id-format", PROJECT, "A rule's id is three capitals, a hyphen and two digits", rule_id_format),
    Check("rule-ids-unique", PROJECT, "No two rules of the catalogue share an id", rule_ids_unique),
    Check("rule-level", PROJECT, "A rule's level is MUST or SHOULD", rule_level),
    Check("rule-sentence", PROJECT, "A rule has a sentence", rule_sentence),
    Check("rule-known", PROJECT, "An operation lists only rules of the catalogue, each once", rule_known),
    Check("rule-bound", PROJECT, "Every rule is listed by an operation, and every operation lists a rule", rule_bound),
    Check(
        "rule-group",
        PROJECT,
        "Every group of rules has a title in x-rule-groups, and every title has rules",
        rule_group,
    ),
    Check("quoted-status", OPENAPI, "Every response code is quoted", quoted_status),
    Check("constraint-source", PROJECT, "In a file with x-source every constraint has a source", constraint_source),
    Check(
        "reserved-schema-name",
        PROJECT,
        "No schema has a name that generated code cannot use: one of a language, or two of one class",
        reserved_schema_name,
    ),
)


def lint(document: Document) -> list[Finding]:
    """Run all checks; return the findings in the order of the file."""
    return sorted(
        {
            Finding(int(line), line.column, check.name, one_line(text))
            for check in CHECKS
            for line, text in check.problems(document)
        },
    )


def size(document: Document) -> Size:
    """Count the operations under `paths` and the rules of the catalogue."""
    return Size(len(list(operations(document))), len(catalogue(document)))
