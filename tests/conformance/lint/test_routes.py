import pytest
from tests.conformance.lint.linting import after, assert_marked, before, found, seed

ID = "    parameters:\n      - {name: id, in: path, required: true, schema: {type: string}}\n"
NAME = "    parameters:\n      - {name: name, in: path, required: true, schema: {type: string}}\n"

FAULTS = {
    "a path parameter that is not declared": (
        "  /pets/oldest:\n    get:\n",
        "  /pets/oldest{format}:\n    parameters: []\n    get:  # <- path-params\n",
    ),
    "a path parameter that the path lacks, declared above its operations": after(
        "  /pets:",
        """    parameters:
      - {name: nick, in: path, required: true, schema: {type: string}}  # <- path-params
""",
    ),
    "a path parameter that the path lacks, declared by an operation": (
        "        - {name: number, in: path",
        """        - {name: size, in: path, required: true, schema: {type: string}}  # <- path-params
        - {name: number, in: path""",
    ),
    "a name that is twice in a path": before("  /pets:", f"  /pairs/{{id}}/{{id}}:  # <- path-params\n{ID}"),
    "a literal path after a parameter": before(
        "  /pets:",
        f"""  /{{kind}}/{{id}}:
{ID}      - {{name: kind, in: path, required: true, schema: {{type: string}}}}
  /pets/youngest: {{}}  # <- literal-first
  /cats/{{id}}:  # <- literal-first
{ID}""",
    ),
    "a literal path hidden by a mixed segment": before(
        "  /pets:", f"  /files/{{name}}.json:\n{NAME}  /files/all.json: {{}}  # <- literal-first\n"
    ),
    "Jinja markers, in comments too": (
        "          description: A photo\n",
        """          description: "{{ photo }} {{ x }}"  # <- jinja-marker
          # {%  # <- jinja-marker
          # a{#b  # <- jinja-marker
""",
    ),
}

SOUND = {
    "a literal that the parameter's text excludes": before(
        "  /pets:", f"  /files/{{name}}.json:\n{NAME}  /files/index.html: {{}}\n"
    ),
    "paths that differ at a literal": before("  /pets:", f"  /cats/{{id}}/a:\n{ID}  /dogs/b/a: {{}}\n"),
    "an extension among the paths": before("  /pets:", "  x-{more}: {get: {}}\n"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str) -> None:
    assert_marked(*FAULTS[fault])


@pytest.mark.parametrize("change", SOUND)
def test_no_finding_for(change: str) -> None:
    assert found(seed(*SOUND[change])) == []


def test_a_path_parameter_that_is_not_required_is_named() -> None:
    text = seed("- {name: number, in: path, required: true, ", "- {name: number, in: path, ")
    assert sorted({check for _, check in found(text)}) == ["openapi", "path-params"]


def test_a_brace_without_its_pair_is_named() -> None:
    assert (28, "path-params") in found(seed("  /pets:\n", "  /pets}:\n"))
