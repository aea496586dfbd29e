"""Protection against SSRF: which hosts a file_url is fetched from, and that no URL gets around it."""

import asyncio
import re

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audience_mock.errors import FileProblem
from audience_mock.session.user_files import Files

ALLOWED = {"localhost", "::1", "files.example"}
LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+")


class Network:
    """Replaces the network: records the hosts of requests, and answers with a redirect or not at all."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.target = ""

    async def send(self, request: httpx.Request) -> httpx.Response:
        self.hosts.append(request.url.raw_host.decode())
        if not self.target:
            raise httpx.ConnectError("nobody is there")
        return httpx.Response(302, headers={"location": self.target}, request=request)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", lambda _, request: network.send(request))
    return network


def problem(url: str, *hosts: str) -> str:
    """Why the file cannot be read."""
    with pytest.raises(FileProblem) as refusal:
        asyncio.run(Files(hosts).read(url))
    return str(refusal.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.255.0.9", "localhost", "LOCALHOST", "[::1]", "u:p@127.0.0.1"])
@pytest.mark.parametrize("rest", ["/users.csv", ":8080/users.csv", "", "#@evil.example/", "?@evil.example/"])
def test_loopback_is_asked(network: Network, host: str, rest: str) -> None:
    assert "cannot be fetched: nobody is there" in problem(f"http://{host}{rest}")
    assert network.hosts == [host.lower().strip("[]").removeprefix("u:p@")]


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1@evil.example", "127.0.0.1:80@evil.example", "localhost%00@evil.example"),
        *("127.0.0.1\\@evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.1%2eevil.example"),
        *(
            "evil.example#@127.0.0.1",
            "evil.example?@127.0.0.1",
            "evil.example/@127.0.0.1",
            "evil.example:80@evil.example",
        ),
        # Not plainly loopback.
        *("2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "127.1", "127.0.1", "127.0.0.256"),
        *("0", "0.0.0.0", "10.0.0.1", "169.254.169.254", "192.168.0.1", "128.0.0.1", "1.127.0.0.1", "127.0.0.1."),
        *("[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[fe80::1]", "[::1%25lo]", "127.0.0.0x1", "127.0.0.-1"),
    ],
)
def test_another_host_is_never_asked(network: Network, host: str) -> None:
    for scheme in ("http", "https", "HTTP"):
        assert "does not fetch files from the host" in problem(f"{scheme}://{host}/users.csv")
    assert network.hosts == []


@pytest.mark.parametrize(
    "url", ["", "users.csv", "/etc/passwd", "file:///etc/passwd", "ftp://127.0.0.1/", "//localhost/"]
)
def test_only_http_and_data_are_read(network: Network, url: str) -> None:
    assert "neither http, https nor data:text/csv" in problem(url)
    assert network.hosts == []


def test_a_host_of_files_from_is_asked(network: Network) -> None:
    url = "https://Files.Example:8443/users.csv"
    assert "start it with --files-from files.example" in problem(url)
    assert "start it with --files-from files.example" in problem(url, "other.example", "example", ".example")
    assert network.hosts == []
    assert "cannot be fetched: nobody is there" in problem(url, "FILES.example")
    assert network.hosts == ["files.example"]
    assert "--files-from sub.files.example" in problem("http://sub.files.example/", "files.example")


@pytest.mark.parametrize(
    ("start", "target", "reason"),
    [
        ("http://127.0.0.1/", "http://evil.example/", 'does not fetch files from the host "evil.example"'),
        ("http://127.0.0.1/", "//evil.example/", 'does not fetch files from the host "evil.example"'),
        ("http://127.0.0.1/", "http://127.0.0.1@evil.example/", "does not fetch files from the host"),
        ("http://127.0.0.1/", "http://localhost/", "is a redirect to another host"),
        ("http://127.0.0.1/", "http://127.0.0.2/", "is a redirect to another host"),
        ("http://localhost/", "http://127.0.0.1/", "is a redirect to another host"),
        ("http://127.0.0.1/", "https://files.example/", "is a redirect to another host"),
        ("https://files.example/", "http://127.0.0.1/", "is a redirect to another host"),
        ("https://files.example/", "http://169.254.169.254/", "does not fetch files from the host"),
        ("https://files.example/", "file:///etc/passwd", "neither http, https nor data:text/csv"),
    ],
)
def test_a_redirect_never_leads_to_another_host(network: Network, start: str, target: str, reason: str) -> None:
    network.target = target
    assert reason in problem(start, "files.example")
    assert network.hosts == [start.split("/")[2]]


PIECES = [
    *("127.0.0.1", "evil.example", "files.example", "localhost", "[::1]", "127.0.0.", "1", "\u0663", "\uff11"),
    *("@", "\\", "#", "?", "/", "//", ":", "80", "[", "]", ".", "%40", "%2e", "%"),
    *("\t", "\n", " ", "\x00", "。", "\u00ad"),
]


@settings(
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    scheme=st.sampled_from(["http://", "https://", "HTTP://", "http:", "http:/", "http:///", "http:\\\\", ""]),
    pieces=st.lists(st.sampled_from(PIECES), max_size=6),
    redirected=st.booleans(),
)
@example(scheme="http://", pieces=["127.0.0.", "\u0663", "/"], redirected=False)
@example(scheme="http://", pieces=["evil.example", "\\", "@", "127.0.0.1"], redirected=True)
def test_no_url_however_written_leads_elsewhere(
    network: Network, scheme: str, pieces: list[str], redirected: bool
) -> None:
    network.hosts.clear()
    url = scheme + "".join(pieces)
    network.target = url if redirected else ""
    assert problem("http://127.0.0.1/" if redirected else url, "files.example")
    elsewhere = {host for host in network.hosts if host not in ALLOWED and not LOOPBACK.fullmatch(host)}
    assert not elsewhere
    assert set(network.hosts) <= {"127.0.0.1"} or not redirected
