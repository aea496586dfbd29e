"""Where options come from: the command line, the environment, the file of options, the default, in this order."""

from pathlib import Path
from typing import Any

import click
import pytest
from tests.conformance.cli_runner import conformance, pytest_suite

from audience_conformance.settings.options import OPTIONS, variable
from audience_conformance.settings.parse import read_settings
from audience_conformance.settings.settings import Settings

FILE = "audience-conformance.toml"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory, with nothing that gives options above it."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def error(texts: dict[str, Any] | None = None) -> str:
    with pytest.raises(click.UsageError) as raised:
        read_settings(texts or {})
    return raised.value.format_message()


def test_the_command_line_comes_before_the_environment_the_file_and_the_default(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_settings({}).timeout == 10
    write(folder / FILE, "timeout = 3")
    assert read_settings({}).timeout == 3
    monkeypatch.setenv("AUDIENCE_CONFORMANCE_TIMEOUT", "2s")
    assert read_settings({}).timeout == 2
    assert read_settings({"timeout": "1"}).timeout == 1
    monkeypatch.setenv("AUDIENCE_CONFORMANCE_TIMEOUT", "")
    assert read_settings({}).timeout == 3


VALUES = {
    "url": ('"http://h"', "http://h"),
    "header": ('["A: b", "C: d"]', "A: b\nC: d"),
    "company": ("7", "7"),
    "tls-verify": ("false", "false"),
    "rules": ('["DEF-*", "PAG-02"]', "DEF-*,PAG-02"),
    "level": ('"must"', "must"),
    "strict": ("true", "yes"),
    "seed": ("4", "4"),
    "connections": ("3", "3"),
    "rate-limit": ('"6/s"', "6/s"),
    "consistency": ("0.5", "0.5"),
    "report": ('["html,json", "junit"]', "html,json\njunit"),
    "report-dir": ('"out"', "out"),
    "read-only": ("true", "true"),
}


def test_the_environment_and_the_file_give_what_the_command_line_gives(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: dict[str, Any] = {
        "url": "http://h",
        "headers": ("A: b", "C: d"),
        "company": "7",
        "tls_verify": "false",
        "seed": "4",
    }
    texts |= {"rules": "DEF-*,PAG-02", "level": "must", "strict": True, "connections": "3", "rate": "6/s"}
    texts |= {"consistency": "0.5", "report": ("html,json", "junit"), "report_dir": "out", "read_only": True}
    wanted = read_settings(texts)
    write(folder / FILE, "\n".join(f"{key} = {value}" for key, (value, _) in VALUES.items()))
    assert _without_config(read_settings({})) == wanted
    (folder / FILE).unlink()
    for key, (_, text) in VALUES.items():
        monkeypatch.setenv(variable(key), text)
    assert read_settings({}) == wanted


def _without_config(settings: Settings) -> Settings:
    assert settings.config == FILE
    return Settings(**{**vars(settings), "config": None})


def test_the_file_is_looked_up_from_the_working_directory_upward_to_the_root_of_the_repository(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "pyproject.toml", '[tool.audience-conformance]\nseed = 1\nreport-dir = "out"')
    below = folder / "a" / "b"
    write(below / "pyproject.toml", "[tool.other]\nseed = 9")
    write(folder / "a" / "pyproject.toml", "broken = = but not ours")
    monkeypatch.chdir(below)
    assert (read_settings({}).seed, read_settings({}).report_dir) == (1, "../../out")
    write(folder / "a" / FILE, "seed = 2")
    assert read_settings({}).seed == 2
    (below / ".git").touch()
    assert (read_settings({}).seed, read_settings({}).config) == (0, None)


def test_a_file_can_be_named_and_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder / FILE, "seed = 1")
    write(folder / "ci" / "deep.toml", 'seed = 2\nreport-dir = "out"')
    assert read_settings({"config": "ci/deep.toml"}).report_dir == "ci/out"
    monkeypatch.setenv("AUDIENCE_CONFORMANCE_CONFIG", "ci/deep.toml")
    assert read_settings({}).seed == 2
    assert read_settings({"config": "none"}).seed == 0


def test_a_byte_order_mark_is_no_mistake_and_an_underscore_is_a_hyphen(folder: Path) -> None:
    write(folder / FILE, b"\xef\xbb\xbfasync_timeout = 7")
    assert read_settings({}).async_timeout == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sead = 1", f"{FILE}: sead is no option; did you mean seed?"),
        ("known_failure = 'x'", f"{FILE}: known_failure is no option; did you mean known-failures?"),
        ("zzz = 1", f"{FILE}: zzz is no option; `audience-conformance run --help` lists them"),
        ("config = 'x.toml'", f"{FILE}: config is no option"),
        ("headers = ['A: b']", "headers is no option; did you mean header?"),
        ("rate-limit = '1/s'\nrate_limit = '2/s'", f"{FILE}: rate-limit is given twice, as rate_limit too"),
        ("seed = 1\nseed = 2", f"{FILE} is not TOML: "),
        ("seed = ", f"{FILE} is not TOML: Invalid value (at end of document)"),
        ("strict = 'yes'", f"{FILE}: strict is a text; write true or false"),
        ("write = 1", f"{FILE}: write is a number; write true or false"),
        ("profile = true", f'{FILE}: profile is a boolean; write "…"'),
        ("url = ['http://h']", f'{FILE}: url is a list; write "…"'),
        ("seed = 2026-01-01", f'{FILE}: seed is a date or time; write "…"'),
        ("header = {A = 'b'}", f'{FILE}: header is a table; write "…", or ["…", "…"]'),
        ("header = ['A: b', 1]", f'{FILE}: header is a list of something else than texts; write ["…", "…"]'),
        ("tls-verify = true", f"{FILE}: tls-verify is a boolean"),
        ("seed = -1", f"Invalid value for seed in {FILE}: -1 is not in the range"),
        ("timeout = 'soon'", f"Invalid value for timeout in {FILE}: 'soon' is not a time above 0"),
        ("known-failures = 'no.yaml'", f"Invalid value for known-failures in {FILE}: no.yaml cannot be read"),
        ("header = 'Authorization: Bearer ${NO_TOKEN}'", "the environment variable NO_TOKEN is not set; set it"),
        ("seed = 1\xa0".encode("latin-1"), f"{FILE} is not UTF-8; save it as UTF-8"),
        ("seed = 1".encode("utf-16"), f"{FILE} is not UTF-8"),
    ],
)
def test_a_mistake_in_the_file_names_the_file_the_place_and_the_fix(
    folder: Path, text: str | bytes, message: str
) -> None:
    write(folder / FILE, text)
    assert message in error()


def test_two_files_in_one_folder_are_an_error(folder: Path) -> None:
    write(folder / FILE, "seed = 1")
    write(folder / "pyproject.toml", "[tool.audience-conformance]\nseed = 2")
    assert "have options; keep one of them" in error()
    write(folder / "pyproject.toml", "[tool.audience-conformance]\nseed = ")
    assert "pyproject.toml is not TOML: " in error()
    write(folder / "pyproject.toml", "[tool.other]\nseed = 2")
    assert read_settings({}).seed == 1


def test_a_named_file_that_cannot_be_used_is_an_error(folder: Path) -> None:
    assert "no.toml cannot be read: No such file or directory; correct --config" in error({"config": "no.toml"})
    write(folder / "pyproject.toml", "[project]\nname = 'x'")
    assert "pyproject.toml has no table [tool.audience-conformance]" in error({"config": "pyproject.toml"})


def test_a_mistake_in_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIENCE_CONFORMANCE_RATE_LIMIT", "many")
    assert error().startswith("Invalid value for AUDIENCE_CONFORMANCE_RATE_LIMIT: 'many' is not a number of requests")
    monkeypatch.setenv("AUDIENCE_CONFORMANCE_RATE_LIMIT", "")
    monkeypatch.setenv("AUDIENCE_CONFORMANCE_STRICT", "maybe")
    assert "AUDIENCE_CONFORMANCE_STRICT: 'maybe' is not a valid boolean" in error()


def test_a_variable_in_a_value_is_filled_in_wherever_the_value_comes_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "5f2a")
    wanted = (("Authorization", "Bearer 5f2a"),)
    text = "Authorization: Bearer ${TOKEN}"
    assert read_settings({"headers": (text,)}).headers == wanted
    monkeypatch.setenv("AUDIENCE_CONFORMANCE_HEADER", text)
    assert read_settings({}).headers == wanted
    monkeypatch.delenv("AUDIENCE_CONFORMANCE_HEADER")
    write(folder / FILE, f"header = '{text}'")
    assert read_settings({}).headers == wanted
    assert read_settings({"headers": ("A: $${TOKEN} $TOKEN",)}).headers == (("A", "${TOKEN} $TOKEN"),)
    assert read_settings({"header_command": "echo ${TOKEN}"}).header_command == "echo ${TOKEN}"
    monkeypatch.setenv("TOKEN", "")
    assert "Invalid value for header in " in error()
    assert "the environment variable TOKEN is empty" in error()


def test_the_earlier_source_decides_between_write_and_read_only(folder: Path) -> None:
    write(folder / FILE, "write = true")
    settings = read_settings({"read_only": True})
    assert (settings.write, settings.read_only) == (False, True)
    write(folder / FILE, "write = true\nread-only = true")
    assert "--write and --read-only contradict each other" in error()


def test_the_command_and_the_notes_say_where_options_come_from(folder: Path, url: str) -> None:
    write(folder / FILE, f'url = "{url}"\nrules = "DEF-01"')
    done = conformance("run", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert f"options were read from {FILE}" in done.out
    write(folder / FILE, "sead = 1")
    for command in ("run", "sweep"):
        done = conformance(command, cwd=folder)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert done.err.startswith(f"audience-conformance {command}: {FILE}: sead is no option; did you mean seed?")


def test_help_tells_the_order(folder: Path) -> None:
    write(folder / FILE, "sead = 1")
    text = " ".join(conformance("run", "--help").out.split())
    assert "taken from the command line, else from its environment variable" in text
    assert "else from the file of options" in text


def test_sweep_deletes_nothing_where_the_file_says_dry_run(folder: Path, url: str) -> None:
    write(folder / FILE, f'url = "{url}"\ndry-run = true\nreport = "html"')
    done = conformance("sweep", cwd=folder)
    assert done.err.endswith("to delete\n"), done.err


def test_a_variable_that_gives_no_option_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.conformance.cli_runner.DROPPED", ("GITHUB_",))
    monkeypatch.setenv("AUDIENCE_CONFORMANCE_RATELIMIT", "5/s")
    done = conformance("run", "--dry-run", "--rules", "DEF-01")
    expected = "AUDIENCE_CONFORMANCE_RATELIMIT gives no option; did you mean AUDIENCE_CONFORMANCE_RATE_LIMIT?\n"
    assert (done.code, done.err) == (0, expected)


def test_pytest_takes_options_from_the_same_places(folder: Path, url: str) -> None:
    write(folder / FILE, f'url = "{url}"\nrules = "DEF-01"\nprofile = "smoke"')
    done = pytest_suite("-q", cwd=folder)
    assert done.code == 0
    assert "1 passed" in done.out
    write(folder / FILE, "dry-run = true")
    assert "pytest has --collect-only" in pytest_suite(cwd=folder).err


def test_every_option_has_a_variable_and_a_key_of_its_own() -> None:
    keys = [option.key for option in OPTIONS]
    assert len(set(keys)) == len(set(map(variable, keys))) == len(keys)
