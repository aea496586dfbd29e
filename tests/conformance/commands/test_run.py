"""`audience-conformance run`: exit codes, selection of checks, output, reports, seed, help."""

import itertools
import json
import re
import socket
import subprocess
from pathlib import Path

import httpx
import pytest
from tests.conformance.cli_runner import (
    BASE,
    conformance,
    conformance_process,
    recording_proxy,
    without_run_id,
)
from tests.conformance.raw_server import Connection, raw_server
from tests.mock.command import serving

from audience_conformance.client.api import Api
from audience_conformance.settings.options import OPTIONS
from audience_mock.testing import MockServer

HOLDS, MUST, SHOULD, CRASHES, LACKS = "DEF-01,DEF-02", "DEF-03", "DEF-12", "DEF-05", "DEF-14"
SECRET = "s3cret-5f2a-value"


@pytest.mark.parametrize(
    ("arguments", "code", "output"),
    [
        (["--rules", HOLDS], 0, "Partly checked: 2 of 59 MUST rules, as chosen\n"),
        (["--rules", f"{HOLDS},{MUST}"], 1, "Does not conform: 1 MUST rule is broken"),
        (
            ["--rules", f"{HOLDS},{SHOULD}"],
            0,
            "Partly checked: 2 of 59 MUST rules, as chosen; 1 SHOULD rule is broken\n",
        ),
        (["--rules", f"{HOLDS},{SHOULD}", "--strict"], 1, "Does not conform: 1 SHOULD rule is broken (--strict)"),
        (
            ["--rules", f"{HOLDS},{CRASHES}"],
            2,
            "Partly checked: 2 of 59 MUST rules, as chosen; the suite itself failed at 1 rule",
        ),
        (["--rules", LACKS], 2, "Not judged: nothing was checked"),
        (["--rules", f"{HOLDS},{LACKS}"], 0, "a unicorn (--unicorn)"),
    ],
)
def test_the_exit_code_depends_on_the_rules(url: str, arguments: list[str], code: int, output: str) -> None:
    done = conformance("run", "--url", url, *arguments)
    assert output in done.out
    assert (done.code, done.err) == (code, "")


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as listener:
            listener.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6")
def test_an_ipv6_address_is_a_target_like_others(tmp_path: Path) -> None:
    options: list[str | Path] = ["--profile", "smoke", "--report-dir", tmp_path, "--report", "json", "--keep"]
    with serving("--host", "::1") as mock:
        assert mock.url.startswith("http://[::1]:")
        httpx.post(f"{mock.url}/__mock__/faults", json={"operation": "getUserGroupById", "status": 404})
        done = conformance("run", "--url", mock.url, "--rules", "DEF-05,GRP-08", *options, samples=False)
        assert done.code == 1, done.out
        file, *_ = sorted((tmp_path / "reproduce").glob("GRP-08-*.sh"))
        assert subprocess.run(["sh", file], check=False, capture_output=True).returncode == 1
        swept = conformance("sweep", "--url", mock.url)
        assert (swept.code, "leftovers deleted" in swept.err) == (0, True)


def test_without_a_url_a_mock_is_started_and_stopped() -> None:
    done = conformance("run", "--rules", HOLDS, starts_mock=True)
    assert done.code == 0
    assert "the target is a mock that this run started" in done.out
    mock = re.search(r"target +(http://127\.0\.0\.1:\d+)", done.out)
    assert mock
    refused = conformance("run", "--url", mock[1], "--rules", HOLDS)
    assert refused.code == 2


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        (["--url", "http://127.0.0.1:9"], ["cannot reach http://127.0.0.1:9: ", "correct --url"]),
        (
            ["--company", "7"],
            ["company 7, application 64b000000000000000000001: it answers 400", "--company, --application"],
        ),
        (
            ["--application", "none"],
            ["company 559, application none: it answers 400", "--company, --application"],
        ),
        (["--url", "URL/ui"], ["as --url"]),
        (["--url", "URL/nowhere"], ["as --url"]),
    ],
)
def test_a_target_that_cannot_be_checked_is_one_line_with_the_fix(
    url: str, arguments: list[str], messages: list[str]
) -> None:
    options = [argument.replace("URL", url) for argument in arguments]
    done = conformance("run", "--url", url, "--rules", HOLDS, *options)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    for message in messages:
        assert message in done.err


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            b"HTTP/1.1 308 X\r\nLocation: https://b.example.com/\x1b[2J\r\nContent-Length: 0\r\n\r\n",
            "308 to https://b.example.com/",
        ),
        (b"SSH-2.0-OpenSSH_9.0\r\n\r\n", "cannot read the answer of"),
        (b"HTTP/1.1 200 X\r\n" + b"X-A: b\r\n" * 500 + b"\r\n", "cannot read the answer of"),
        (b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", "cannot read the answer of"),
        (b"HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "cannot read the answer of"),
        (b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", "not JSON"),
        (b"HTTP/1.1 204 X\r\n\r\n", "not JSON"),
    ],
)
def test_an_answer_that_is_none_of_the_api_is_one_line(answer: bytes, message: str) -> None:
    def serve(connection: Connection, received: list[str]) -> None:
        while connection.request():
            connection.sock.sendall(answer)
            connection.sock.shutdown(socket.SHUT_WR)

    with raw_server(serve) as server:
        done = conformance("run", "--url", server.url, "--rules", HOLDS)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert message in done.err
    assert "\x1b" not in done.err


def test_the_base_path_may_be_part_of_the_url(url: str) -> None:
    assert conformance("run", "--url", f"{url}{BASE.partition('/company')[0]}/", "--rules", "DEF-01").code == 0


@pytest.mark.parametrize(
    ("arguments", "rules"),
    [
        (["--rules", "DEF-*", "--skip-rules", "DEF-02,DEF-0[3-9]", "--level", "must"], {"DEF-01"}),
        (["--rules", "def-1*", "--level", "should"], {"DEF-12", "DEF-14"}),
        (["--rules", "GRP-04,DEF-01", "--profile", "smoke"], {"DEF-01"}),
        (["--rules", "GRP-04", "--profile", "standard"], {"GRP-04"}),
        # No check names TEN-02 first; the check of TEN-01 names it second, and is not added.
        (["--rules", "TEN-*"], {"TEN-01"}),
    ],
)
def test_options_select_the_checks(arguments: list[str], rules: set[str]) -> None:
    plan = conformance("run", "--dry-run", *arguments).out
    assert {line.split()[0] for line in plan.splitlines() if re.match("[A-Z]{3}-", line)} == rules


def test_a_dry_run_says_what_it_would_write() -> None:
    done = conformance("run", "--dry-run", "--url", "http://127.0.0.1:9", "--rules", "DEF-01,DEF-02,DEF-14")
    assert (done.code, done.err) == (0, "")
    assert "DEF-01  reads: reads\n" in done.out
    assert "DEF-02  writes (2 cases): writes by createUserAttributeDefinition\n" in done.out
    assert "named acs-<run id>-…" in done.out
    assert "How long that takes is unknown: http://127.0.0.1:9 did not answer a probe: " in done.out
    done = conformance("run", "--dry-run", "--url", "http://127.0.0.1:9", "--read-only")
    assert "skipped, it needs write permission" in done.out


def test_a_dry_run_says_what_would_be_skipped_for_want_of_an_option(url: str) -> None:
    options = ["run", "--dry-run", "--url", url, "--rules", "DEF-14"]
    skipped = conformance(*options, samples=False).out
    assert "skipped, it needs a locked definition that the run may try to change (--locked-definition)" in skipped
    assert "It would send about 1 request," in skipped
    assert "skipped" not in conformance(*options, "--locked-definition", "x", samples=False).out
    assert "Nothing was sent.\n" in conformance("run", "--dry-run", "--rules", "DEF-14", samples=False).out


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    "arguments", [["--rules", "GRP-04", "--profile", "smoke"], ["--rules", "DEF-01", "--skip-rules", "DEF-*"]]
)
def test_options_that_select_no_check_are_exit_2(url: str, arguments: list[str], more: list[str]) -> None:
    done = conformance("run", "--url", url, *arguments, *more)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "nothing to check: no check matches --rules" in done.err


def test_fail_fast_stops_at_the_first_finding_that_fails_the_run(url: str) -> None:
    done = conformance("run", "--url", url, "--rules", "DEF-0*,DEF-12", "--fail-fast", "--connections", "1")
    assert done.code == 1
    assert "DEF  Attribute definitions      4/7" in done.out  # DEF-05 and later checks did not run
    assert "Interrupted" not in done.out
    assert conformance("run", "--url", url, "--rules", "DEF-06,DEF-12", "--fail-fast").code == 0


def test_when_the_time_is_up_the_rest_is_skipped(url: str) -> None:
    done = conformance("run", "--url", url, "--rules", HOLDS, "--max-time", "0.000001s")
    assert done.code == 2
    assert "more time (--max-time)" in done.out
    assert "some checks were skipped: the time was up" in done.out


def test_connections_share_the_checks_and_the_rate(url: str) -> None:
    done = conformance_process(
        "run", "--url", url, "--rules", "DEF-01,DEF-02,DEF-03", "--connections", "2", "--rate-limit", "20/s"
    )
    assert done.code == 1
    assert "4/4" in done.out
    sent, seconds = map(float, re.findall(r"run +(\d+) requests in ([\d.]+) s", done.out)[0])
    assert sent >= 12
    assert (sent - 1) / seconds <= 21  # the first one waits for none


def test_a_finding_is_shown_with_requests_and_replay_command(url: str) -> None:
    done = conformance("run", "--url", url, "--rules", "DEF-03", "--seed", "7", "-H", f"Authorization: Bearer {SECRET}")
    assert "DEF-03 MUST failed  Two creations get different ids" in done.out
    assert "expected  a different id" in done.out
    assert "actual    the same id" in done.out
    assert re.search(r"curl -sS -X POST -H \"Authorization: Bearer \$TOKEN\" .*/user_attribute/definition", done.out)
    replay = re.search(r"replay +(.*)", done.out)
    assert replay
    assert replay[1].startswith(f'audience-conformance run --url {url} -H "Authorization: Bearer $TOKEN"')
    assert "--seed 7" in replay[1]
    assert "--rules DEF-03" in replay[1]


def test_an_internal_error_is_not_a_finding(url: str) -> None:
    done = conformance("run", "--url", url, "--rules", "DEF-05,DEF-01")
    assert "error   DEF-05" in done.out
    assert "RuntimeError" in done.out
    assert "1 error" in done.out


def test_plain_lines_are_printed_where_there_is_no_terminal(url: str) -> None:
    done = conformance("run", "--url", url, "--rules", HOLDS)
    assert re.search(r"^DEF  Attribute definitions +3/3 +[\d.]+ s  3 passed$", done.out, re.MULTILINE)
    assert "\x1b" not in done.out


def test_secrets_are_printed_nowhere(url: str, tmp_path: Path) -> None:
    headers = ["-H", f"Authorization: Bearer {SECRET}", "-H", f"X-Key: {SECRET.upper()}"]
    files = ["--report-dir", str(tmp_path / "r"), "--write-known-failures", str(tmp_path / "k")]
    with_reports = ["--report", "junit,html,json,markdown,sarif,badge", *files]
    for run, more in ((conformance, with_reports), (conformance_process, ["--connections", "2"])):
        done = run("run", "--url", url, "--rules", "DEF-*", *headers, *more, "--strict")
        assert SECRET.lower() not in (done.out + done.err).lower()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len([path for path in written if path.suffix != ".sh"]) == 7
    assert len([path for path in written if path.suffix == ".sh"]) == 3
    for path in written:
        assert SECRET.lower() not in path.read_text(encoding="utf-8").lower(), path


def test_reports_are_written_and_named(url: str, tmp_path: Path) -> None:
    arguments = ["--rules", f"{HOLDS},{MUST}", "--report", "junit,json", "--report", "badge"]
    done = conformance("run", "--url", url, *arguments, cwd=tmp_path)
    assert done.code == 1
    folder = tmp_path / "conformance-report"
    assert {path.name for path in folder.iterdir()} == {"junit.xml", "report.json", "badge.json", "reproduce"}
    assert [path.name for path in (folder / "reproduce").iterdir()] == ["DEF-03-breaks_a_must_rule.sh"]
    assert "wrote conformance-report/junit.xml" in done.out
    assert json.loads((folder / "report.json").read_text())["rules"]["DEF-03"]["status"] == "failed"


def test_a_report_that_cannot_be_written_is_exit_2(url: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    arguments = ["--rules", HOLDS, "--report", "json", "--report-dir", str(tmp_path / "file" / "below")]
    done = conformance("run", "--url", url, *arguments)
    assert done.code == 2
    assert "--report-dir" in done.err


def test_the_same_seed_gives_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = []
    for seed in ("3", "3", "4"):
        monkeypatch.setattr(Api, "_numbers", itertools.count(1))  # as in a new process
        # The ids of a new mock are the same each time.
        with MockServer(seed="documents") as mock, recording_proxy(mock.url) as (url, received):
            # The real checks of DEF-01 send generated values and wait for nothing.
            rules = ["--rules", "DEF-01", "--profile", "smoke", "--connections", "1"]
            done = conformance("run", "--url", url, "--seed", seed, *rules, samples=False)
            assert done.code == 0, done.out + done.err
        requests.append([without_run_id(" ".join(request)) for request in received])
    assert len(requests[0]) > 20
    assert requests[0] == requests[1]
    assert requests[0] != requests[2]


def test_every_option_but_some_flags_has_an_example_in_its_help() -> None:
    for option in OPTIONS:
        help_text = option.help or ""
        assert re.search(f"Example: .*{'-H' if option.name == 'headers' else option.opts[0]}", help_text) or (
            option.name in {"read_only", "strict", "fail_fast"}
        )
        assert help_text[0].isupper()
