"""Every bad option is one line that says what to write instead, with exit code 2."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from audience_conformance.commands.main import main
from audience_conformance.settings.parse import read_settings
from audience_conformance.settings.settings import MANY_ITEMS, BadOption, Settings, is_loopback


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--url", "127.0.0.1:4010"], "--url: '127.0.0.1:4010' is not http://…"),
        (["--url", "ftp://host"], "is not http://… or https://…"),
        (["--url", "http://"], "is not http://… or https://…"),
        (["--url", "http://host:port"], "--url: not a URL"),
        (["--url", "http://host/?a=b"], "leave out what follows ?"),
        (["--url", "http://a b/"], "holds a blank"),
        (["--url", "http://me:secret@host/"], "-H 'Authorization: Basic …'"),
        (["-H", "Authorization"], "is not NAME: VALUE"),
        (["-H", ": x"], "is not NAME: VALUE"),
        (["-H", "A: b\r\nC: d"], "the value of A holds a character"),
        (["--rules", "DEF-99"], "--rules: no rule is called DEF-99"),
        (["--skip-rules", "X-*"], "--skip-rules: no rule is called X-*"),
        (["--level", "may"], "--level: 'may' is not one of must, should"),
        (["--profile", "quick"], "--profile: 'quick' is not one of smoke, standard, deep"),
        (["--seed", "-1"], "--seed: '-1' is not a whole number"),
        (["--seed", "x"], "--seed: 'x' is not a whole number"),
        (["--workers", "0"], "--workers: '0' is not a number from 1 to 64"),
        (["--workers", "many"], "--workers: 'many' is not a number"),
        (["--rate-limit", "100"], "--rate-limit: '100' is not requests a time, like 5/s"),
        (["--rate-limit", "0/s"], "--rate-limit: '0/s' is not requests a time"),
        (["--max-time", "soon"], "--max-time: 'soon' is not a time above 0"),
        (["--timeout", "0"], "--timeout: '0' is not a time above 0"),
        (["--async-timeout", "-3"], "--async-timeout: '-3' is not a time above 0"),
        (["--report", "pdf"], "--report: 'pdf' is not one of junit, html"),
        (["--write", "--read-only"], "--write and --read-only contradict each other"),
        (["--known-failures", "no-such-file"], "--known-failures: no-such-file cannot be read"),
        (["--write-known-failures", "/no/such/folder/f"], "--write-known-failures: there is no folder"),
        (["--company", ""], "--company is empty"),
        (["--nonsense"], "No such option"),
        (["surplus"], "unexpected extra argument"),
        (["--url"], "requires an argument"),
    ],
)
def test_a_bad_option_is_one_line_and_exit_2(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(main, ["run", *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("audience-conformance run: ")
    assert told in result.stderr
    assert "secret" not in result.stderr


def test_a_file_of_known_failures_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    path.write_text("mine")
    result = CliRunner().invoke(main, ["run", "--write-known-failures", str(path)])
    assert result.exit_code == 2
    assert "exists" in result.stderr
    assert path.read_text() == "mine"


def test_values_are_read_as_people_write_them() -> None:
    settings = read_settings(
        {
            "rate_limit": "120/m",
            "max_time": "5m",
            "timeout": "1.5s",
            "profile": "SMOKE",
            "report": ("html, json", "json"),
        }
    )
    assert (settings.rate, settings.max_time, settings.timeout, settings.profile) == (2.0, 300.0, 1.5, "smoke")
    assert settings.report == ("html", "json")
    assert read_settings({"rate_limit": "3600/h"}).rate == 1.0
    assert read_settings({}) == Settings()


def test_settings_survive_the_way_to_a_worker() -> None:
    settings = read_settings({"url": "http://h", "header": ("A: b", "C: d:e"), "report": ("json",), "strict": True})
    assert Settings.from_json(settings.to_json()) == settings
    assert settings.headers == (("A", "b"), ("C", "d:e"))


def test_two_processes_check_a_target_on_this_machine_unless_the_user_or_a_limit_says_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def processes(items: int = MANY_ITEMS, **given: str) -> int:
        return read_settings({"url": "http://127.0.0.1:1", **given}).processes(items)

    monkeypatch.setattr("audience_conformance.settings.settings._cores", lambda: 8)
    assert (processes(), processes(workers="auto"), processes(workers="3"), processes(workers="1")) == (2, 2, 3, 1)
    assert processes(MANY_ITEMS - 1) == 1
    assert processes(rate_limit="5/s") == 1
    assert processes(url="https://staging.example.com") == 1
    monkeypatch.setattr("audience_conformance.settings.settings._cores", lambda: 1)
    assert processes() == 1


def test_workers_share_the_rate() -> None:
    assert read_settings({"url": "http://h", "rate_limit": "6/s"}).options(3).rate == 2.0


def test_the_line_that_replays_has_what_differs_from_the_defaults() -> None:
    given = {
        "url": "http://h/a b".replace(" ", "%20"),
        "company": "7",
        "group_id": "g 1",
        "seed": "5",
        "async_timeout": "60",
    }
    line = read_settings({**given, "header": ("Authorization: Bearer x", "Key: y"), "profile": "deep"}).command(
        rules="DEF-01"
    )
    assert line == (
        'audience-conformance run --url http://h/a%20b -H "Authorization: Bearer $TOKEN" -H "Key: $TOKEN"'
        " --company 7 --group-id 'g 1' --profile deep --async-timeout 60 --rules DEF-01 --seed 5"
    )
    with pytest.raises(BadOption):
        read_settings({"url": "nonsense"})


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:4010", True),
        ("http://127.9.9.9", True),
        ("http://localhost:80/x", True),
        ("http://LOCALHOST.", True),
        ("http://api.localhost", True),
        ("http://[::1]:1", True),
        ("http://0.0.0.0", False),
        ("http://example.com", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://10.0.0.1", False),
    ],
)
def test_loopback_is_told_by_the_name_alone(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback
    assert read_settings({"url": url}).writes is loopback
    assert read_settings({"url": url, "write": True}).writes
    assert not read_settings({"url": url, "read_only": True}).writes
