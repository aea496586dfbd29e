"""The suite as pytest runs it: `pytest --pyargs audience_conformance`."""

import re
import sys
from pathlib import Path

import pytest
from tests.conformance.cli_runner import command, environment, pytest_command, pytest_suite, run_process

from audience_conformance.contract.rules import catalogue


@pytest.fixture
def options(url: str) -> list[str]:
    return ["--url", url, "--conformance-profile", "smoke"]


def test_an_item_is_named_by_rule_check_and_case_and_k_selects_by_them(options: list[str], tmp_path: Path) -> None:
    done = pytest_suite(*options, "-v", "-k", "DEF-01 or writes", cwd=tmp_path)
    assert sorted(re.findall(r"\[(DEF.*?)\]", done.out)) == ["DEF-01-reads", "DEF-02-writes-one", "DEF-02-writes-two"]
    assert "3 passed" in done.out
    assert "\nPartly checked: 2 of 59 MUST rules, as chosen\n" in done.out
    assert done.code == 0


def test_x_stops_at_the_first_finding_that_fails_the_run(options: list[str], tmp_path: Path) -> None:
    done = pytest_suite(*options, "-x", "--connections", "1", "--rules", "DEF-0[1-5]", cwd=tmp_path)
    assert "1 failed, 3 passed" in done.out
    assert done.code == 1
    done = pytest_suite(*options, "-x", "--rules", "DEF-06,DEF-12", cwd=tmp_path)
    assert "2 xfailed" in done.out
    assert done.code == 0


def test_checks_run_side_by_side_and_an_old_option_name_is_accepted_with_one_note(
    options: list[str], tmp_path: Path
) -> None:
    rules = ["--rules", "DEF-0[1-3],DEF-12,DEF-14"]
    done = pytest_suite(*options, "--connections", "2", *rules, "--patience=9", cwd=tmp_path)
    assert done.err == "--patience is now --async-timeout; the old name still works\n"
    assert "1 failed, 3 passed, 1 skipped, 1 xfailed" in done.out
    assert "MUST: 2 passed, 1 failed" in done.out.replace("56 not run, ", "").replace(", 56 not run", "")
    assert done.code == 1


def test_tests_of_others_in_the_same_run_are_run_too(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        "def test_holds():\n    pass\ndef test_breaks():\n    raise ValueError('mine')\n"
    )
    done = pytest_suite(*options, "--rules", "DEF-01,DEF-02", "test_mine.py", cwd=tmp_path)
    assert "1 failed, 4 passed" in done.out
    assert "ValueError: mine" in done.out
    assert done.code == 1


def test_n_of_pytest_xdist_is_refused_with_the_option_to_use(options: list[str], tmp_path: Path) -> None:
    done = pytest_suite(*options, "-n", "2", cwd=tmp_path)
    assert "-n is for other tests; here --connections N runs checks side by side" in done.err
    assert done.code == pytest.ExitCode.USAGE_ERROR


def test_a_failure_has_the_requirement_and_a_crash_is_an_error(options: list[str], tmp_path: Path) -> None:
    done = pytest_suite(*options, "--rules", "DEF-03,DEF-05", "-H", "Authorization: Bearer abcdefgh", cwd=tmp_path)
    assert f"DEF-03 MUST: {catalogue()['DEF-03'].sentence}" in done.out
    assert "expected (at createUserAttributeDefinition)\n    a different id\n" in done.out
    assert "actual\n    the same id\ndeciding request\n    curl -sS" in done.out
    assert re.search(r"\ncheck\n    .*sample_checks\.py:\d+\nreplay\n", done.out)
    assert re.search(r'replay\n    audience-conformance run --url .* -H "Authorization: Bearer \$TOKEN"', done.out)
    assert "internal error in the suite: not a finding about the target" in done.out
    assert "1 failed, 1 error" in done.out
    assert "abcdefgh" not in done.out
    assert done.code == 1


def test_a_bad_option_and_a_missing_target_are_one_line(tmp_path: Path) -> None:
    done = pytest_suite("--patience", "soon", cwd=tmp_path)
    assert "ERROR: Invalid value for '--async-timeout': 'soon' is not a time above 0" in done.err
    assert done.code == pytest.ExitCode.USAGE_ERROR
    done = pytest_suite("--url", "http://127.0.0.1:9", cwd=tmp_path)
    assert "cannot reach http://127.0.0.1:9" in done.out + done.err
    assert done.code == 2


def test_the_options_are_in_a_group_of_their_own(tmp_path: Path) -> None:
    shown = pytest_suite("--help", cwd=tmp_path).out
    group = shown.partition("the conformance suite of the Audience API:\n")[2].partition("\n\n")[0]
    for name in ("--url=URL", "-H 'NAME: VALUE'", "--rules=PATTERNS", "--known-failures=FILE", "--conformance-strict"):
        assert name in group
    assert "--level=[must|should]" in group
    assert "--patience" not in shown


def test_a_check_that_ends_its_process_is_an_error(options: list[str], tmp_path: Path) -> None:
    done = pytest_suite(*options, "--rules", "GRP-03,DEF-01", cwd=tmp_path)
    assert "the process that ran the check ended with exit code 9" in done.out
    assert "1 passed, 1 error" in done.out
    assert done.code == 2


def test_a_projects_own_settings_do_not_affect_the_command(url: str, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text("raise SystemExit('loaded')")
    arguments = ["run", "--url", url, "--rules", "DEF-01"]
    env = environment(PYTEST_ADDOPTS="--nonsense", PYTEST_PLUGINS="no_such_plugin")
    done = run_process(command("audience-conformance", *arguments), tmp_path, env)
    assert (done.code, done.err) == (0, "")


def test_pytest_runs_of_other_projects_are_not_affected(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "def pytest_addoption(parser):\n"
        "    for name in ('--url', '--profile', '--seed', '--level', '--rules', '--report', '--write'):\n"
        "        parser.addoption(name)\n"
    )
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_nothing_is_loaded(pytestconfig):\n"
        "    assert pytestconfig.option.url == 'mine'\n"
        "    ours = sorted(name for name in sys.modules if name.startswith('audience_conformance'))\n"
        "    package = 'audience_conformance'\n"
        "    assert ours == [package, f'{package}.runner', f'{package}.runner.plugin']\n"
    )
    done = run_process(pytest_command("--url", "mine", "-q"), tmp_path, environment(samples=False))
    assert done.code == 0, done.out


@pytest.mark.parametrize(
    ("loading", "heavy"),
    [
        ("import audience_conformance.runner.plugin", "urllib3 hypothesis yaml rich audience_conformance.settings"),
        ("from audience_conformance.checks import registry; registry.all_checks()", "schemathesis requests"),
    ],
)
def test_what_loads_slowly_is_not_imported_before_it_is_needed(loading: str, heavy: str) -> None:
    code = f"import sys, pytest; {loading}; print({set(heavy.split())} & set(sys.modules))"
    assert run_process([sys.executable, "-c", code], None, environment(samples=False)) == (0, "set()\n", "")
