"""Options become settings; an invalid value is an error in one line that says the fix, with exit code 2."""

import pickle

import pytest
from tests.conformance.cli_runner import conformance

from audience_conformance.client.connections import is_loopback
from audience_conformance.commands.run import run
from audience_conformance.settings.parse import read_settings


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--url", "127.0.0.1:4010"], "'--url': '127.0.0.1:4010' is not http://…"),
        (["--url", "ftp://host"], "is not http://… or https://…"),
        (["--url", "http://"], "is not http://… or https://…"),
        (["--url", "http://host:port"], "'--url': it is not a URL"),
        (
            ["--url", "http://::1:4010"],
            "'--url': 'http://::1:4010': write an IPv6 address in brackets, like http://[::1]",
        ),
        (["--url", "http://me:secret@::1:80/"], "-H 'Authorization: Basic …'"),
        (["--url", "http://host/?a=b"], "remove the part after ?"),
        (["--url", "http://a b/"], "contains a space"),
        (["--url", "http://me:secret@host/"], "-H 'Authorization: Basic …'"),
        (["-H", "Authorization secret"], "is not NAME: VALUE"),
        (["-H", ": secret"], "is not NAME: VALUE"),
        (["-H", "X Key: secret"], "is not NAME: VALUE"),
        (["-H", "A: secret\r\nC: d"], "the value of A holds a character"),
        (["--rules", "DEF-99"], "'--rules': no rule is called DEF-99"),
        (["--skip-rules", "X-*"], "'--skip-rules': no rule is called X-*"),
        (["--level", "may"], "'--level': 'may' is not one of 'must', 'should'"),
        (["--profile", "quick"], "'--profile': 'quick' is not one of 'smoke', 'standard', 'deep'"),
        (["--seed", "-1"], "'--seed': -1 is not in the range x>=0"),
        (["--seed", "x"], "'--seed': 'x' is not a valid whole number from 0, like 7"),
        (["--connections", "0"], "'--connections': '0' is not a number from 1 to 64, or auto"),
        (["--connections", "many"], "'--connections': 'many' is not a number"),
        (["--rate-limit", "100"], "'--rate-limit': '100' is not a number of requests per time, like 5/s"),
        (["--rate-limit", "0/s"], "'--rate-limit': '0/s' is not a number of requests"),
        (["--max-time", "soon"], "'--max-time': 'soon' is not a time above 0"),
        (["--timeout", "0"], "'--timeout': '0' is not a time above 0, like 90, 90s, 5m or 1h"),
        (["--async-timeout", "-3"], "'--async-timeout': '-3' is not a time above 0"),
        (["--report", "pdf"], "'--report': 'pdf' is not one of junit, html"),
        (["--write", "--read-only"], "--write and --read-only contradict each other"),
        (["--report", "json", "--report-dir", __file__], "is a file; name a folder"),
        (["--known-failures", "no-such-file"], "'--known-failures': no-such-file cannot be read"),
        (["--write-known-failures", "/no/such/folder/f"], "'--write-known-failures': there is no folder"),
        (["--write-known-failures", __file__], "exists; name a new file"),
        (["--write-known-failures", ""], "'--write-known-failures': it is empty"),
        (["--company", ""], "'--company': it is empty"),
        (["--nonsense"], "No such option"),
        (["surplus"], "unexpected extra argument"),
        (["--url"], "requires an argument"),
    ],
)
def test_an_invalid_option_is_one_line_and_exit_2(arguments: list[str], message: str) -> None:
    done = conformance("run", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("audience-conformance run: ")
    assert message in done.err
    assert "secret" not in done.err


@pytest.mark.parametrize("arguments", [["--patience", "7"], ["--patience=7s"], ["--timeout", "3", "--patience", "7"]])
def test_an_option_is_accepted_by_its_old_name_with_a_note(arguments: list[str]) -> None:
    done = conformance("run", "--dry-run", "--rules", "DEF-01", *arguments)
    assert (done.code, done.err) == (0, "--patience is now --async-timeout; the old name still works\n")
    assert "--patience" not in conformance("run", "--help").out
    done = conformance("run", "--patience", "x")
    assert "'--async-timeout': 'x' is not a time above 0" in done.err


def test_an_old_name_belongs_to_the_commands_that_have_the_option() -> None:
    done = conformance("sweep", "--patience", "7")
    assert done.code == 2
    assert done.err.startswith("audience-conformance sweep: No such option")


def test_an_old_name_sets_the_option() -> None:
    assert run.make_context("run", ["--patience", "7"]).params["async_timeout"] == 7


def test_values_are_converted() -> None:
    texts = {"rate": "120/m", "max_time": "5m", "timeout": "1.5s", "profile": "SMOKE", "report": ("html, json", "json")}
    settings = read_settings(texts)
    assert (settings.rate, settings.max_time, settings.timeout, settings.profile) == (2.0, 300.0, 1.5, "smoke")
    assert settings.report == ("html", "json")
    assert read_settings({"rate": "3600/h"}).rate == 1.0


def test_settings_can_be_sent_to_a_process() -> None:
    settings = read_settings({"url": "http://h", "headers": ("A: b", "C: d:e"), "report": ("json",), "strict": True})
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert settings.headers == (("A", "b"), ("C", "d:e"))


@pytest.mark.parametrize(
    ("texts", "latency", "connections"),
    [
        ({}, 0.001, 4),
        ({}, 0.2, 16),
        ({"connections": "auto"}, 0.001, 4),
        ({"connections": "3"}, 0.001, 3),
        ({"rate": "5/s"}, 0.2, 1),
        ({"rate": "5/s", "connections": "4"}, 0.2, 4),
        ({"url": "https://staging.example.com"}, 0.001, 16),
    ],
)
def test_the_number_of_connections(texts: dict[str, str], latency: float, connections: int) -> None:
    assert read_settings({"url": "http://127.0.0.1:1", **texts}).connections_at(latency) == connections


def test_the_replay_command_has_the_options_that_differ_from_the_defaults() -> None:
    texts = {
        "url": "http://h/a%20b",
        "headers": ("Authorization: Bearer x", "Key: y"),
        "company": "7",
        "group_id": "g 1",
        "profile": "deep",
        "async_timeout": "60",
        "seed": "5",
    }
    assert read_settings(texts).command(rules="DEF-01") == (
        'audience-conformance run --url http://h/a%20b -H "Authorization: Bearer $TOKEN" -H "Key: $TOKEN"'
        " --company 7 --group-id 'g 1' --profile deep --async-timeout 60 --rules DEF-01 --seed 5"
    )


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
def test_only_a_loopback_target_is_written_to_by_default(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback
    assert read_settings({"url": url}).writes is loopback
    assert read_settings({"url": url, "write": True}).writes
    assert not read_settings({"url": url, "read_only": True}).writes
