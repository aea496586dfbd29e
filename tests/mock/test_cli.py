"""The command `audience-mock`: its options, its banner, what it prints."""

import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from tests.mock.command import COMMAND, serving
from tests.mock.conftest import BASE
from tests.mock.helpers import DOCUMENTED, a_definition, a_group, seed_file

from audience_mock.app import Options, create_backend, create_start
from audience_mock.banner import banner
from audience_mock.cli import _listen, main
from audience_mock.contract.document import TenantName
from audience_mock.seeds import SeedProblem
from audience_mock.seeds.exporting import exported
from audience_mock.serve.addresses import Addresses, own_address
from audience_mock.testing import MockServer


def stop(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The output of a mock that Ctrl-C stops with exit code 0."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    return out, err


def connect(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def refused(*options: str) -> str:
    """The stderr of a start that ends with exit code 2."""
    done = subprocess.run([COMMAND, *options], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


@contextmanager
def shown(**options: Any) -> Iterator[list[str]]:
    """The lines of the banner of a mock that runs in this process."""
    start = create_start(Options(**options))
    with MockServer(**options, check_responses=True) as mock:
        yield banner(Addresses(mock.url), Options(**options), start.backend.world, start.origin).splitlines()


def control(url: str, path: str = "/sessions", **sent: Any) -> httpx.Response:
    return httpx.get(f"{url}/__mock__{path}", **sent)


def test_the_control_token_is_the_given_one_also_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIENCE_MOCK_CONTROL_TOKEN", "from-the-environment")
    for options, token in ((), "from-the-environment"), (("--control-token", "a+b/c="), "a+b/c="):
        with serving("--seed", "empty", *options) as (url, lines, _):
            assert control(url).status_code == 401
            assert control(url, headers={"X-Mock-Token": "wrong"}).status_code == 401
            assert control(url, headers={"X-Mock-Token": token}).status_code == 200
            page = next(word for line in lines for word in line.split() if "?token=" in word)
            with httpx.Client(follow_redirects=True) as browser:
                assert browser.get(page).status_code == 200
                assert browser.get(f"{url}/__mock__/sessions").status_code == 200


def test_the_banner_names_the_url_for_the_network() -> None:
    with serving("--seed", "empty", "--host", "0.0.0.0") as (url, lines, _):
        assert url.startswith("http://127.0.0.1:")
        assert control(url, "/health").json()["seed"] == "empty"
        assert control(url).status_code == 401
        network = [line.split()[1] for line in lines if line.startswith("  network")]
        assert len(network) == (own_address(socket.AF_INET) is not None)
        for other in network:
            assert control(other, "/health").status_code == 200
        for command in curl_lines(lines):
            curl(command)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for localhost, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    made = (folder / "cert.pem", folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    subprocess.run([*command, "-out", str(made[0]), "-keyout", str(made[1])], check=True, capture_output=True)
    return made


@pytest.mark.parametrize("together", [False, True], ids=["two files", "one file"])
def test_it_serves_https(certificate: tuple[Path, Path], tmp_path: Path, together: bool) -> None:
    cert, key = certificate
    options = ["--ssl-certfile", str(cert), "--ssl-keyfile", str(key)]
    if together:
        (tmp_path / "both.pem").write_text(cert.read_text() + key.read_text())
        options = ["--ssl-certfile", str(tmp_path / "both.pem")]
    with serving("--seed", "documents", *options) as (url, lines, process):
        assert url.startswith("https://127.0.0.1:")
        assert all(f"{url}/" in command for command in curl_lines(lines))
        curl(curl_lines(lines)[-1])
        with httpx.Client(base_url=url, verify=ssl.create_default_context(cafile=str(cert)), timeout=20) as client:
            assert client.get(f"{BASE}/user_group").status_code == 200
            assert client.post(f"{BASE}/user_attribute/definition", json=a_definition()).status_code == 201
            assert client.post("/__mock__/reset", headers={"Origin": url}).status_code == 200
            assert client.get("/ui/").status_code == 200
            for kind in ("drop", "half"):
                with pytest.raises(httpx.TransportError):
                    client.get(f"{BASE}/user_group", headers={"Prefer": f"fault={kind}"})
        assert stop(process)[1] == ""


def test_a_certificate_that_cannot_be_used_is_one_clear_line(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    cert, key = map(str, certificate)
    (tmp_path / "wrong.pem").write_text("no certificate")
    error = refused("--port", "0", "--ssl-certfile", str(tmp_path / "wrong.pem"), "--ssl-keyfile", key)
    assert "wrong.pem cannot be used with the key" in error
    assert "cannot be used with the key in it" in refused("--port", "0", "--ssl-certfile", cert)
    assert "give --ssl-certfile too" in refused("--port", "0", "--ssl-keyfile", key)


def curl_lines(lines: list[str]) -> list[str]:
    return [line[line.index("curl") :] for line in lines if " curl " in line]


def curl(command: str) -> Any:
    """The answer of a command of the banner, which succeeds."""
    done = subprocess.run(f"{command} -s -S --fail-with-body", shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


TAKEN = {"name": "Size", "slug": "shirt-size", "type": "string"}
SEEDS: dict[str, Any] = {
    "no data at all": {},
    "no groups": {DOCUMENTED: {"definitions": [TAKEN, {**TAKEN, "slug": "shirt-size-2"}]}},
    "groups without users": {DOCUMENTED: {"groups": [{"name": "Nobody", "category": "l1"}]}},
    "ids of its own": {DOCUMENTED: {"groups": [{"_id": "it's 1/2?", "name": "A", "category": "l1", "users": ["u"]}]}},
    "another application": {"7/my shop": {"groups": [{"name": "A", "category": "l1", "users": ["u"]}]}},
}


@pytest.mark.parametrize("options", [{}, {"seed": "empty"}, {"seed": "empty", "bearer": 'it\'s 1 "secret"'}])
def test_the_curl_lines_printed_at_start_work(options: dict[str, str]) -> None:
    with shown(**options) as lines:
        commands = curl_lines(lines)
        assert len(commands) == 3
        for command in commands:
            curl(command)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_curl_lines_printed_at_start_work_for_any_seed(tmp_path: Path, seed: str) -> None:
    (tmp_path / "seed.yaml").write_text(json.dumps(SEEDS[seed]))
    with shown(seed=str(tmp_path / "seed.yaml")) as lines:
        answers = [curl(command) for command in curl_lines(lines)]
        assert len(answers) == 3
        assert answers[0]["items"] or "groups" not in str(SEEDS[seed])
        assert answers[1].get("items") or answers[1]["status"] == "pending"


def test_the_banner_names_every_application_that_is_served_and_creates_none(tmp_path: Path) -> None:
    seed, state = tmp_path / "seed.yaml", tmp_path / "state.json"
    seed.write_text(json.dumps(SEEDS["another application"]))
    options = Options(seed=str(seed), tenants=(TenantName("7", "shop"),), state=state)
    served = f"20 operations for {DOCUMENTED}, 7/shop, 7/my shop"
    for content, rest in (("", f" (seed: {seed})"), (json.dumps({"8/kept": {}}), f", 8/kept (state file: {state})")):
        state.write_text(content)
        start = create_start(options)
        before = exported(start.backend.world)
        text = banner(Addresses("http://127.0.0.1:4010"), options, start.backend.world, start.origin)
        assert f"{served}{rest}" in text.splitlines()[1]
        assert f"Data is kept in {state}." in text
        assert exported(start.backend.world) == before


@pytest.mark.parametrize(("scheme", "number"), [("http", 0), ("https", 3)])
@pytest.mark.parametrize("seed", ["empty", "documents"])
def test_the_curl_lines_of_a_banner_take_a_certificate_that_nobody_signed(scheme: str, number: int, seed: str) -> None:
    start = create_start(Options(seed=seed))
    text = banner(Addresses(f"{scheme}://127.0.0.1:1"), Options(seed=seed), start.backend.world, start.origin)
    assert text.count("curl -k ") == number
    assert text.count("curl ") == 3


@pytest.mark.parametrize("module", ["audience_mock.app", "audience_mock.middleware.proxy"])
def test_no_import_warns_of_what_a_library_uses(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import {module}"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_banner_of_a_proxy_names_the_real_server_and_only_reads_from_it() -> None:
    with MockServer(seed="documents") as upstream, serving("--proxy", upstream.url) as (_, lines, process):
        assert f"(proxy for {upstream})" in lines[1]
        assert "seed" not in "".join(lines)
        (command,) = curl_lines(lines)
        assert "-X" not in command
        assert len(curl(command)["items"]) == 2
        assert stop(process)[1] == ""


def test_a_watched_seed_file_is_served_anew_and_stderr_says_so(tmp_path: Path) -> None:
    seed = seed_file(tmp_path, groups=[{"name": "One", "category": "l1"}])
    with serving("--seed", str(seed), "--watch", "--log-level", "error") as (url, _, process):
        seed_file(tmp_path, groups=[{"name": "Other", "category": "l1"}])
        for _ in range(600):
            if httpx.get(f"{url}{BASE}/user_group").json()["items"][0]["name"] == "Other":
                break
            time.sleep(0.05)
        _, err = stop(process)
        assert f"the seed {seed} has changed: 1 session has its data now (0 definitions, 0 values, 1 group)" in err
        assert err.count("\n") == 1


def test_ctrl_c_stops_it_with_exit_code_0_and_an_empty_stderr() -> None:
    with serving("--seed", "demo", "--job-delay", "3600", "--workers", "1") as (url, lines, process):
        assert "(seed: demo)" in lines[1]
        assert httpx.post(f"{url}{BASE}/user_group", json=a_group()).status_code == 201
        out, err = stop(process)
        assert "Stopped." in out
        assert err == ""


def test_log_level_info_shows_a_line_for_every_request() -> None:
    with serving("--seed", "empty", "--log-level", "info") as (url, _, process):
        httpx.get(f"{url}{BASE}/user_group/tags", params={"api_key": "hush", "page": "1"})
        said = "".join(stop(process))
        assert "/user_group/tags?api_key=[redacted]&page=1" in said
        assert "hush" not in said


def test_a_port_in_use_is_one_clear_line_and_exit_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = refused("--port", str(port))
    assert error.startswith(f"audience-mock: cannot listen on 127.0.0.1:{port}: Address already in use")
    assert error.count("\n") == 1
    assert "--port" in error


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_is_refused(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        _listen(host, 0)
    assert ended.value.code == 2
    assert f"cannot listen on {host}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--port", "70000"], "70000"),
        (["--port", "abc"], "abc"),
        (["--tenant", "shop"], "'shop' is not COMPANY/APPLICATION"),
        (["--tenant", "a/b/c"], "'a/b/c' is not COMPANY/APPLICATION"),
        (["--job-delay", "-1"], "-1"),
        (["--log-level", "loud"], "loud"),
        (["--control-origin", "localhost:5173"], "localhost:5173"),
        (["--control-token", "a b;c"], "it contains ' ' ';'"),
        (["--control-token", ""], "it is empty"),
        (["--ssl-certfile", "no-such.pem"], "no-such.pem"),
        (["--nonsense"], "--nonsense"),
        (["surplus"], "surplus"),
    ],
)
def test_a_bad_option_is_named_with_exit_code_2(options: list[str], named: str) -> None:
    done = CliRunner().invoke(main, options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert named in done.stderr


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[", "is not YAML, line"),
        ("- a", "an object"),
        ("559: {}", "559"),
        ("559/x: {groups: [{name: a}]}", "category"),
        ("559/x: {groups: [{name: a, category: l9}]}", "l9"),
        ("559/x: {grops: []}", "grops"),
        ("", "is empty"),
        ("# nothing yet\n", "is empty"),
        ("559/x: {definitions: [{name: a, slug: s, type: text}]}", "text"),
        ("559/x: {definitions: [{name: a, slug: s, type: string}, {name: b, slug: s, type: string}]}", "taken"),
        ("559/x: {values: [{user_id: u, definition: s, value: 1}]}", "slug"),
        (
            "559/x: {definitions: [{name: a, slug: s, type: number}], values: [{user_id: u, definition: s, value: a}]}",
            "a number",
        ),
        (
            "559/x: {definitions: [{name: a, slug: s, type: string, validations: [{type: regex, value: '('}]}]}",
            "regex",
        ),
        ("559/x: {definitions: [{name: a, slug: s, type: string, validations: [{type: min_length}]}]}", "value"),
        ("559/x: {definitions: [{name: a, slug: s, type: number, default_value: big}]}", "a number"),
        ("559/x: {groups: [{_id: g, name: a, category: l1}, {_id: g, name: b, category: l1}]}", "twice"),
    ],
)
def test_a_seed_that_cannot_be_used_is_one_clear_line(tmp_path: Path, content: str, named: str) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text(content)
    with pytest.raises(SeedProblem, match=f"^the seed .*seed.yaml[^\n]*{re.escape(named)}[^\n]*$"):
        create_backend(Options(seed=str(seed)))


def test_a_seed_that_is_not_there_is_named_with_those_that_are() -> None:
    expected = (
        "audience-mock: there is no seed 'dmeo': use demo, documents, empty, huge, or the path of a YAML or JSON file\n"
    )
    assert refused("--port", "0", "--seed", "dmeo") == expected
    with pytest.raises(SeedProblem, match=r"^there is no seed '': use demo, "):
        create_backend(Options(seed=""))
    with pytest.raises(SeedProblem, match=r"no-such\.yaml cannot be read: No such file"):
        create_backend(Options(seed="no-such.yaml"))


def test_workers_that_would_not_share_their_state_are_refused() -> None:
    done = CliRunner().invoke(main, ["--workers", "4"])
    error = " ".join(done.stderr.split())
    assert done.exit_code == 2
    assert "4 workers would be 4 mocks" in error
    assert "X-Mock-Session" in error


def test_head_and_body_of_a_response_come_together_and_pipelined_ones_in_order() -> None:
    with MockServer(seed="documents") as mock, connect(mock.url) as connection:
        paths = (f"{BASE}/user_group/tags", f"{BASE}/user_group/nothing")
        connection.sendall("".join(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n" for path in paths).encode())
        received = connection.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert body.startswith(b'{"items"')
        while b"HTTP/1.1 404 " not in received:
            received += connection.recv(65536)
        assert received.index(b"HTTP/1.1 200 ") < received.index(b"HTTP/1.1 404 ")


def test_expect_100_continue_is_answered_at_once() -> None:
    with MockServer(seed="empty") as mock, connect(mock.url) as connection:
        body = json.dumps(a_definition()).encode()
        connection.sendall(
            f"POST {BASE}/user_attribute/definition HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        )
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert connection.recv(65536).startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_are_there(option: str) -> None:
    done = CliRunner().invoke(main, [option], prog_name="audience-mock")
    assert done.exit_code == 0
    assert "audience-mock" in done.stdout
