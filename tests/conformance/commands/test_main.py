"""The command line as a whole, and `audience-conformance lint`."""

import importlib.metadata
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conformance.cli_runner import Done, conformance, environment

from audience_conformance.commands import main as cli
from audience_conformance.contract.location import contract_path
from audience_conformance.lint import document
from audience_conformance.lint.checks import CHECKS

ROOT = Path(__file__).parents[3]
CLEAN = Path(__file__).parents[1] / "lint" / "clean.yaml"
DIRECTORY = b"a directory"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "openapi.yaml"


def test_the_contract_of_this_repository_is_clean() -> None:
    done = conformance("lint", cwd=ROOT)
    assert (done.code, done.out) == (0, "")
    assert re.fullmatch(r"openapi\.yaml: no findings, 20 operations, \d+ rules\n", done.err)


def test_a_clean_file_exits_0_with_its_size() -> None:
    assert conformance("lint", CLEAN) == Done(0, "", f"{CLEAN}: no findings, 5 operations, 2 rules\n")


def test_findings_are_lines_in_the_order_of_the_file_and_exit_1(file: Path) -> None:
    text = CLEAN.read_text(encoding="utf-8").replace("pets}]", "pets}]  # {#").replace("level: SHOULD", "level: MAY")
    file.write_text(text.replace("example: Rex", "example: ''"), encoding="utf-8")
    done = conformance("lint", file)
    assert done.code == 1
    assert [line.removeprefix(f"{file}:") for line in done.out.splitlines()] == [
        "4:25: jinja-marker: {# starts a Jinja2 tag, and Connexion renders the file through it; add a space",
        '10:5: rule-level: "MAY" for "PET-02"; write MUST or SHOULD',
        '91:44: example-valid: "" is shorter than 1 character (schema: line 91)',
    ]
    assert done.err == f"{file}: 3 findings\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, ": No such file or directory"),
        (DIRECTORY, ": Is a directory"),
        (b"\xef\xbb\xbf# caf\xe9", ":1:6: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        ("a: b\n\u00e9\u00e8: \x01".encode(), ":2:5: not YAML: character 0x0001 is not allowed"),
        (b"caf\xe9", ":1:4: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (b"a: b: c", ":1:5: not YAML: mapping values are not allowed here"),
        (b"[]", ":1:1: the top level is a list; an OpenAPI document is a mapping"),
        (b"swagger: '2.0'", ':1:1: there is no openapi field; this linter reads OpenAPI 3.0, as "3.0.3"'),
    ],
)
def test_an_unreadable_file_exits_2_with_one_line(content: bytes | None, reason: str, file: Path) -> None:
    if content == DIRECTORY:
        file.mkdir()
    elif content is not None:
        file.write_bytes(content)
    assert conformance("lint", file) == Done(2, "", f"{file}{reason}\n")


@pytest.mark.parametrize(
    ("content", "code", "output"),
    [
        (CLEAN.read_bytes(), 0, "<stdin>: no findings, 5 operations, 2 rules\n"),
        (b"a: b: c", 2, "<stdin>:1:5: not YAML: mapping values are not allowed here\n"),
        (b"", 2, "<stdin>: the file is empty; an OpenAPI document is a mapping\n"),
        (b"caf\xe9", 2, "<stdin>:1:4: byte 0xe9 is not UTF-8; save the file as UTF-8\n"),
        (
            CLEAN.read_bytes().replace(b"example: Rex", b"example: ''"),
            1,
            '<stdin>:91:44: example-valid: "" is shorter than 1 character (schema: line 91)\n<stdin>: 1 finding\n',
        ),
    ],
)
def test_a_dash_reads_standard_input(content: bytes, code: int, output: str) -> None:
    done = CliRunner().invoke(cli.main, ["lint", "-"], input=content)
    assert (done.exit_code, done.output) == (code, output)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_lint_does_not_exit_as_with_findings(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setattr(document, "read", lambda _: signal.raise_signal(number))
    assert conformance("lint", CLEAN) == Done(128 + number, "", "audience-conformance lint: interrupted\n")


def test_one_finding_is_counted_as_one(file: Path) -> None:
    file.write_text("# {{\n" + CLEAN.read_text(encoding="utf-8"), encoding="utf-8")
    assert conformance("lint", file).err == f"{file}: 1 finding\n"


def test_no_contract_anywhere_exits_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise FileNotFoundError("no openapi.yaml; name the file to read")

    monkeypatch.setattr(cli, "contract_path", nowhere)
    assert conformance("lint") == Done(2, "", "no openapi.yaml; name the file to read\n")


def test_the_contract_outside_the_working_directory_is_named_in_full(tmp_path: Path) -> None:
    assert conformance("lint", cwd=tmp_path).err.startswith(f"{contract_path()}: ")


def test_list_prints_every_check_with_its_origin_and_its_sentence() -> None:
    done = conformance("lint", "--list")
    assert done.code == 0
    listed = [re.split(" {2,}", line) for line in done.out.splitlines()]
    assert listed == [[check.name, check.origin, check.sentence] for check in CHECKS]
    origins = {name: origin for name, origin, _ in listed}
    assert origins["path-params"] == "OpenAPI"
    assert origins["ref-resolves"] == "OpenAPI; within this file only"
    assert [origins[name] for name in ("literal-first", "jinja-marker", "operation-id")] == ["project"] * 3


def test_every_command_has_a_sentence_and_an_example_in_its_help() -> None:
    for name in ["", *cli.main.commands]:
        help_text = conformance(*filter(None, [name]), "--help").out
        assert re.search(r"\n  [A-Z].*\.\n", help_text.replace("\n  openapi", " openapi"))
        assert "Example: audience-conformance " in help_text


def test_version_is_that_of_the_distribution() -> None:
    assert conformance("--version").out == f"audience-conformance {importlib.metadata.version('audience-contract')}\n"


def test_the_package_can_be_run_with_python_m() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "audience_conformance", "rules", "X"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert result.stderr.startswith("audience-conformance rules: no rule is called X")


def test_version_of_a_tree_that_is_not_installed_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audience_conformance.DISTRIBUTION", "no-such-distribution")
    message = "audience-conformance unknown (no-such-distribution is not installed)\n"
    assert conformance("--version") == Done(0, message, "")


def test_help_loads_no_heavy_library() -> None:
    heavy = {"openapi_spec_validator", "jsonschema_rs", "hypothesis", "yaml", "audience_mock"}
    heavy |= {"pytest", "rich", "urllib3", "schemathesis"}
    code = f"import sys, audience_conformance.commands.main; sys.exit(bool({heavy} & set(sys.modules)))"
    env = environment(samples=False)
    assert subprocess.run([sys.executable, "-c", code], check=False, env=env).returncode == 0


def test_a_terminal_in_latin_1_gets_escapes(file: Path) -> None:
    file.write_text("openapi: 3.0.3\nx-rules: [\N{SNOWMAN}]\n", encoding="utf-8")
    code = "from audience_conformance.commands.main import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", code, "lint", file],
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert r'"\u2603" is not a rule' in result.stdout
    assert result.returncode == 1
