from collections.abc import Callable

import pytest

Found = Callable[[str], list[tuple[int, str]]]
Seed = Callable[[str, str], str]

FAULTS = {
    "a path parameter that is not declared": (
        "  /pets/oldest:\n    get:\n",
        "  /pets/oldest{format}:\n    parameters: []\n    get:  # <- path-params\n",
    ),
    "a path parameter that the path lacks, declared above its operations": (
        "  /pets:\n",
        """  /pets:
    parameters:
      - {name: nick, in: path, required: true, schema: {type: string}}  # <- path-params
""",
    ),
    "a path parameter that the path lacks, declared by an operation": (
        "      parameters:\n        - {name: number, in: path",
        """      parameters:
        - {name: size, in: path, required: true, schema: {type: string}}  # <- path-params
        - {name: number, in: path""",
    ),
    "a name that stands twice in a path": (
        "  /pets:\n",
        """  /pairs/{id}/{id}:  # <- path-params
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
  /pets:
""",
    ),
    "a literal path behind a parameter": (
        "  /pets:\n",
        """  /{kind}/{id}:
    parameters:
      - {name: kind, in: path, required: true, schema: {type: string}}
      - {name: id, in: path, required: true, schema: {type: string}}
  /pets/youngest: {}  # <- literal-first
  /cats/{id}:  # <- literal-first
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
  /pets:
""",
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
    "a literal that the parameter's text excludes": (
        "  /pets:\n",
        """  /files/{name}.json:
    parameters:
      - {name: name, in: path, required: true, schema: {type: string}}
  /files/index.html: {}
  /pets:
""",
    ),
    "paths that part at a literal": (
        "  /pets:\n",
        """  /cats/{id}/a:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
  /dogs/b/a: {}
  /pets:
""",
    ),
    "an extension among the paths": ("  /pets:\n", "  x-{more}: {get: {}}\n  /pets:\n"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str, seed: Seed, found: Found, marked: Found) -> None:
    text = seed(*FAULTS[fault])
    assert found(text) == marked(text) != []


@pytest.mark.parametrize("change", SOUND)
def test_no_finding_for(change: str, seed: Seed, found: Found) -> None:
    assert found(seed(*SOUND[change])) == []


def test_a_path_parameter_that_is_not_required_is_named(seed: Seed, found: Found) -> None:
    text = seed("- {name: number, in: path, required: true, ", "- {name: number, in: path, ")
    assert sorted({check for _, check in found(text)}) == ["openapi", "path-params"]


def test_a_literal_path_hidden_by_a_mixed_segment_is_named(seed: Seed, found: Found, marked: Found) -> None:
    text = seed(
        "  /pets:\n",
        """  /files/{name}.json:
    parameters:
      - {name: name, in: path, required: true, schema: {type: string}}
  /files/all.json: {}  # <- literal-first
  /pets:
""",
    )
    assert found(text) == marked(text)


def test_a_brace_without_its_pair_is_named(seed: Seed, found: Found) -> None:
    assert (28, "path-params") in found(seed("  /pets:\n", "  /pets}:\n"))
