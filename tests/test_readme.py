"""What the READMEs say is so: the one at the top, that of the mock, and that of the suite."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.mock.command import serving
from tests.yaml_files import contract

from audience_conformance.reports import REPORTS
from audience_conformance.settings.options import OPTIONS, variable
from audience_conformance.settings.parse import read_settings
from audience_mock.app import Options, create_backend, create_start
from audience_mock.banner import banner
from audience_mock.contract.document import TenantName
from audience_mock.control.journal import FILTERS
from audience_mock.serve.addresses import Addresses

ROOT = Path(__file__).parents[1]
FILES = (ROOT / "README.md", ROOT / "mock" / "README.md", ROOT / "conformance" / "README.md")
FIRST, OF_THE_MOCK, OF_THE_SUITE = (file.read_text() for file in FILES)
README = f"{FIRST}\n{OF_THE_MOCK}\n{OF_THE_SUITE}"
MOST_LINES = 200
"""Of the README at the top: more of it would not be read."""
BIN = Path(sys.executable).parent


def blocks(language: str, document: str = README) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", document, re.DOTALL)


def shown(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with the output shown below it."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, output.strip()) for command, _, output in (part.partition("\n") for part in parts)]


def sh(command: str) -> str:
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return (done.stdout + done.stderr).strip()


def test_the_start_of_the_mock_is_as_shown() -> None:
    command, output = shown(blocks("console")[0])[0]
    assert command == "make mock"
    start = create_start(Options())
    assert output == banner(Addresses("http://127.0.0.1:4010"), Options(), start.backend.world, start.origin)


def test_the_conformance_run_is_as_shown() -> None:
    command, output = shown(blocks("console")[1])[0]
    target, _, arguments = command.partition(" ARGS=")
    assert target == "make conformance"
    output_lines = sh(f"{BIN}/audience-conformance run {arguments.strip(chr(34))}").splitlines()
    first, _, last = output.splitlines()
    assert without_times(output_lines[0]) == without_times(first)
    assert last in output_lines


def without_times(line: str) -> str:
    return re.sub(r"[0-9.]+ s", "… s", line)


def test_the_lint_of_the_contract_says_what_is_quoted() -> None:
    assert f"`make lint` (`{sh(f'{BIN}/audience-conformance lint')}`)" in README


def test_the_requests_answer_as_shown() -> None:
    with serving("--seed", "demo", "--check-responses") as (url, _, _):
        (assignment, _), *requests = shown(blocks("console")[2])
        assignment = assignment.replace("http://127.0.0.1:4010", url)
        assert len(requests) >= 5
        for command, output in requests:
            assert sh(f"{assignment}; {command}") == output
        (assignment, _), *requests = shown(blocks("console", OF_THE_MOCK)[0])
        assignment = assignment.replace("http://127.0.0.1:4010", url)
        assert len(requests) >= 5
        for command, output in requests:
            assert sh(f"{assignment}; {command}") == output


def test_the_seed_shown_can_be_planted(tmp_path: Path) -> None:
    seed = next(block for block in blocks("yaml") if block.startswith("559/"))
    assert yaml.safe_load(seed)
    (tmp_path / "shop.yaml").write_text(seed)
    _, backend = create_backend(Options(seed=str(tmp_path / "shop.yaml")))
    tenant = backend.world.tenant(*TenantName("559", "64b000000000000000000001"))
    assert tenant.groups.page({"tags": "shoes"}, 1, 10)[1] == 1


COMMANDS = [
    "audience-mock",
    *(f"audience-conformance {command}" for command in ("lint", "run", "rules", "sweep", "contract")),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_in_the_readme(command: str) -> None:
    options = set(re.findall(r"(--[a-z][a-z-]+)", sh(f"{BIN}/{command} --help")))
    assert {option for option in options if option not in README} == set()


def test_every_option_in_the_readme_exists() -> None:
    of_other_tools = "--pyargs --type-mappings --distance"  # of pytest, openapi-generator, make bench
    known = "".join(sh(f"{BIN}/{command} --help") for command in COMMANDS) + "--version" + of_other_tools
    assert {option for option in re.findall(r"(--[a-z][a-z-]+)", README) if option not in known} == set()


def test_the_filters_of_the_journal_are_those_listed() -> None:
    (listed,) = re.findall(r"`GET /journal` \(filters: (.*?)\)", README)
    assert set(re.findall(r"`(\w+)`", listed)) == set(FILTERS)


def test_every_make_target_is_in_the_readme_and_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"make ([a-z-]+)", README))
    assert named == targets
    assert set(re.findall(r"make ([a-z-]+)", sh("make help"))) >= targets


def headings(document: str) -> set[str]:
    return {title.lower().replace(" ", "-") for title in re.findall("(?m)^#+ (.+)$", document)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_leads_somewhere(file: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", re.sub(r"```.*?```", "", file.read_text(), flags=re.DOTALL)):
        path, _, heading = link.partition("#")
        target = file.parent / path if path else file
        assert target.exists(), link
        assert not heading or heading in headings(target.read_text()), link


def test_the_readme_is_short_and_shows_what_the_others_have() -> None:
    assert FIRST.count("\n") <= MOST_LINES
    (fixture,) = blocks("python", FIRST)
    assert fixture in blocks("python", OF_THE_MOCK)  # where tests/mock/recipes runs it
    for file in FILES[1:]:
        assert f"]({file.relative_to(ROOT)})" in FIRST


def test_the_jobs_shown_call_the_suite_as_it_can_be_called(monkeypatch: pytest.MonkeyPatch) -> None:
    github, gitlab = (yaml.safe_load(block) for block in blocks("yaml") if block.startswith(("jobs:", "conformance:")))
    (step,) = [step for step in github["jobs"]["conformance"]["steps"] if "run" in step]
    assert step["run"] == "make conformance"
    assert gitlab["conformance"]["script"][-2:] == ["cd audience-contract", "make conformance"]
    for variables in (step["env"], gitlab["conformance"]["variables"]):
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            settings = read_settings({})
        assert {variable(option.key) for option in OPTIONS} >= set(variables)
        assert (settings.url, settings.write) == ("https://staging.example.com", True)
        assert settings.headers[0][0] == "Authorization"
        assert settings.report[:2] == ("junit", "html")
    assert gitlab["conformance"]["artifacts"]["reports"]["junit"].endswith(f"conformance-report/{REPORTS['junit'][0]}")


def test_the_file_of_options_shown_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = blocks("toml")
    (tmp_path / "audience-conformance.toml").write_text(block)
    monkeypatch.setenv("TOKEN", "5f2a")
    settings = read_settings({"config": str(tmp_path / "audience-conformance.toml")})
    assert (settings.headers, settings.rate) == ((("Authorization", "Bearer 5f2a"),), 20)


def test_every_report_is_in_the_readme() -> None:
    output_lines = dict(re.findall(r"^\| `(\w+)` \| `([\w.]+)` \|", README, re.MULTILINE))
    assert output_lines == {kind: name for kind, (name, _) in REPORTS.items()}


def test_the_readme_counts_rightly() -> None:
    operations = [o for item in contract()["paths"].values() for o in item.values() if "operationId" in o]
    assert f"{len(operations)} operations" in README
    assert f"{len(contract()['x-rules'])} rules" in README
