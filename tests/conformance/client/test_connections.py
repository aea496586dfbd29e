"""Connections: a deadline for a whole request, a limit of an answer, proxies and certificates."""

import base64
import gzip
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.cli_runner import conformance
from tests.conformance.raw_server import Connection, raw_server

from audience_conformance.client import connections, target
from audience_conformance.client.connections import Connections, ConnectionSettingError, Route, proxy_to
from audience_conformance.client.exchange import Answer
from audience_conformance.client.target import Options, Target
from audience_conformance.client.trouble import Unreachable

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def get(url: str, **options: object) -> Answer:
    one = Target(Options(url, **{"timeout": 5.0, **options}))  # type: ignore[arg-type]
    try:
        return one.send("GET", f"{url}/x", {}, None, None)
    finally:
        one.close()


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_request_whose_answer_drips_ends_at_its_timeout(head: bytes) -> None:
    def drip(connection: Connection, _: list[str]) -> None:
        connection.request()
        connection.sock.sendall(head)
        while not connection.stopped.wait(0.05):  # a timeout of single reads never ends this
            connection.sock.sendall(b"H")

    with raw_server(drip) as server, pytest.raises(Unreachable, match="timed out"):
        get(server.url, timeout=0.4)


@pytest.mark.parametrize("packed", [True, False])
def test_an_answer_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    monkeypatch.setattr(connections, "MAX_ANSWER", 1 << 20)
    body = bytes(8 << 20)

    def answer(connection: Connection, _: list[str]) -> None:
        connection.request()
        if packed:
            connection.answer(200, gzip.compress(body), "Content-Encoding: gzip")
        else:
            connection.answer(200, body)

    with raw_server(answer) as server, pytest.raises(Unreachable, match="the answer has more than"):
        get(server.url)


def test_an_answer_of_the_largest_size_is_read_and_its_connection_used_again() -> None:
    def answer(connection: Connection, received: list[str]) -> None:
        while connection.request():
            received.append(str(connection.number))
            connection.answer(200, gzip.compress(b"a" * 5000), "Content-Encoding: gzip")

    with raw_server(answer) as server:
        pool = Connections(server.url, Route(5.0))
        for _ in range(3):
            assert pool.request("GET", server.url)[1] == b"a" * 5000
        pool.clear()
    assert server.received == ["0", "0", "0"]


def test_hints_before_an_answer_are_not_the_answer() -> None:
    def answer(connection: Connection, received: list[str]) -> None:
        while connection.request():
            for status in (100, 102, 103, 103, 199):
                connection.sock.sendall(f"HTTP/1.1 {status} Hint\r\nLink: </x>; rel=preload\r\n\r\n".encode())
            connection.answer(201, b"[1]")

    with raw_server(answer) as server:
        pool = Connections(server.url, Route(5.0))
        answers = [pool.request("GET", server.url) for _ in range(2)]
        pool.clear()
    assert [(response.status, content) for response, content in answers] == [(201, b"[1]")] * 2


# --- proxies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_this_machine_is_never_reached_through_a_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "http://proxy.invalid:3128")
    for host in ("127.0.0.1:4010", "localhost", "[::1]:80", "mock.localhost"):
        assert proxy_to(f"http://{host}/x", Route(1.0)) is None
    proxy = proxy_to("http://api.example.com/x", Route(1.0))
    assert str(proxy) == f"the proxy http://proxy.invalid:3128 ({variable})"
    assert proxy_to("http://api.example.com/x", Route(1.0, proxy="none")) is None
    monkeypatch.setenv("NO_PROXY", ".example.com")
    assert proxy_to("http://api.example.com/x", Route(1.0)) is None


def test_a_proxy_without_a_scheme_is_an_http_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "me:pass@proxy.invalid:3128")
    proxy = proxy_to("https://api.example.com", Route(1.0))
    assert str(proxy) == "the proxy http://proxy.invalid:3128 (HTTPS_PROXY)"
    assert proxy_to("http://api.example.com", Route(1.0)) is None


def test_the_proxy_gets_its_user_and_password() -> None:
    def answer(connection: Connection, received: list[str]) -> None:
        received.append(connection.request())
        connection.answer(200)

    with raw_server(answer) as proxy:
        address = proxy.url.replace("//", "//me:p%40ss@")
        assert get("http://api.example.com", proxy=address).status == 200
    assert proxy.received[0].startswith("GET http://api.example.com/x ")
    assert f"Basic {base64.b64encode(b'me:p@ss').decode()}" in proxy.received[0]


def test_an_error_on_the_way_names_the_proxy_and_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://me:s3cret@127.0.0.1:9")
    monkeypatch.setattr(target, "PAUSES", (0.0,) * 5)
    with pytest.raises(Unreachable) as raised:
        get("http://api.example.com")
    assert "through the proxy http://127.0.0.1:9 (ALL_PROXY): " in str(raised.value)
    done = conformance("run", "--url", "http://api.example.com", "--rules", "DEF-01")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "(ALL_PROXY)" in done.err
    assert "s3cret" not in done.err


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "ftp"])
def test_a_proxy_that_is_not_supported_is_one_line(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://proxy.invalid:1080")
    done = conformance("run", "--url", "http://api.example.com", "--rules", "DEF-01")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"ALL_PROXY names a{' SOCKS' * scheme.startswith('socks')} proxy" in done.err
    assert "--proxy none" in done.err


# --- certificates -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEM file with a certificate of 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    files = ("-keyout", folder / "key", "-out", folder / "certificate")
    subprocess.run([*new, *files, *subject, "-days", "2"], check=True, capture_output=True, timeout=60)
    both = folder / "both.pem"
    both.write_text((folder / "certificate").read_text() + (folder / "key").read_text())
    return both


@pytest.fixture
def https(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def answer(connection: Connection, _: list[str]) -> None:
        with context.wrap_socket(connection.sock, server_side=True) as connection.sock:
            connection.request()
            connection.answer(200)

    with raw_server(answer) as server:
        yield server.url.replace("http:", "https:")


def test_the_certificates_to_trust_are_an_option_or_a_variable(
    https: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert get(https, tls_verify=str(certificate)).status == 200
    assert get(https, tls_verify="false").status == 200
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        with monkeypatch.context() as patch:
            patch.setenv(variable, str(certificate))
            assert get(https).status == 200
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        get(https)


def test_an_error_of_certificates_advises_the_options(https: str) -> None:
    done = conformance("run", "--url", https, "--rules", "DEF-01")
    assert (done.code, done.err.count("\n")) == (2, 1)
    for advice in ("--tls-verify PATH", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "--tls-verify false"):
        assert advice in done.err


def test_certificates_that_cannot_be_used_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    with pytest.raises(ConnectionSettingError, match=r"--client-cert: .* cannot be used"):
        Connections("https://a.example.com", Route(1.0, client_cert=str(empty)))
    monkeypatch.setenv("SSL_CERT_FILE", str(empty))
    with pytest.raises(ConnectionSettingError, match=r"SSL_CERT_FILE: .* cannot be used"):
        Connections("https://a.example.com", Route(1.0))


def test_a_client_certificate_is_read(certificate: Path) -> None:
    Connections("https://a.example.com", Route(1.0, client_cert=str(certificate))).clear()
    both = f"{certificate.with_name('certificate')},{certificate.with_name('key')}"
    Connections("https://a.example.com", Route(1.0, client_cert=both)).clear()
