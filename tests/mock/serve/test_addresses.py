"""The URLs at which a listener can be reached."""

import socket

import pytest

from audience_mock.serve import addresses as module
from audience_mock.serve.addresses import addresses, own_address
from audience_mock.serve.socket import listen


def found(host: str, scheme: str = "http") -> tuple[str, tuple[str, ...]]:
    """The URLs of a listener without their port."""
    with listen(host, 0) as listener:
        port = f":{listener.getsockname()[1]}"
        url, network = addresses(listener, scheme)
        assert all(one.endswith(port) for one in (url, *network))
        return url.removesuffix(port), tuple(one.removesuffix(port) for one in network)


@pytest.fixture
def _in_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {socket.AF_INET: "192.168.0.7", socket.AF_INET6: "fd00::7"}
    monkeypatch.setattr(module, "own_address", own.get)


@pytest.mark.usefixtures("_in_a_network")
def test_one_address_is_its_own_url() -> None:
    assert found("127.0.0.1") == ("http://127.0.0.1", ())
    assert found("localhost", "https")[0] in {"https://127.0.0.1", "https://[::1]"}


@pytest.mark.usefixtures("_in_a_network")
def test_all_addresses_have_a_url_for_this_machine_and_for_each_network() -> None:
    assert found("0.0.0.0") == ("http://127.0.0.1", ("http://192.168.0.7",))
    try:
        shown = found("::", "https")
    except OSError:
        pytest.skip("no IPv6 on this machine")
    assert shown == ("https://127.0.0.1", ("https://[fd00::7]", "https://192.168.0.7"))


def test_without_a_network_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "own_address", lambda _: None)
    assert found("0.0.0.0") == ("http://127.0.0.1", ())


def test_the_own_address_is_none_of_loopback() -> None:
    address = own_address(socket.AF_INET)
    assert address is None or not address.startswith("127.")
