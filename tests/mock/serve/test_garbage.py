"""What a request leaves behind is freed at once: the command hardly ever looks for cycles (see serve/tuning.py)."""

import asyncio
import contextlib
import gc
import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator

import httpx
import pytest
from tests.soak.hostile import SEED, Hostile
from tests.soak.model import BASE, Model
from tests.soak.wire import Connection, Request

from audience_mock.testing import MockServer


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    seed = tmp_path_factory.mktemp("garbage") / "seed.json"
    seed.write_text(json.dumps(SEED), "utf-8")
    with MockServer(seed=str(seed), job_delay=0) as server:
        yield server


SERVER = ("audience_mock", "uvicorn", "httptools", "uvloop", "starlette", "connexion", "json")
"""The packages whose objects are the server's, not the client's."""


def module_of(left: object) -> str:
    return str(getattr(left, "__module__", None) or type(left).__module__)


def garbage_of(work: Callable[[], object]) -> Counter[str]:
    """The server's objects that are in cycles after some work, by type."""
    work()  # what is made once is made
    gc.collect()
    gc.disable()
    try:
        work()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found = [left for left in gc.garbage if module_of(left).startswith(SERVER)]
        return Counter(f"{type(left).__name__} {getattr(left, '__qualname__', '')}" for left in found)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def send(mock: MockServer, *requests: Request) -> None:
    async def one_by_one() -> None:
        connection = Connection(int(mock.url.rpartition(":")[2]))
        for request in requests:
            await connection.send([request])
        connection.close()

    asyncio.run(one_by_one())


def frontends(mock: MockServer) -> None:
    model = Model("frontends", 1)
    with httpx.Client() as client:
        client.post(f"{mock.url}/__mock__/reset", headers=mock.sessions(model.session))
    send(mock, *(model.step() for _ in range(100)))


def spoil_connections(mock: MockServer) -> None:
    for request in Hostile(1).every_last():
        send(mock, request)


def break_off(mock: MockServer) -> None:
    """A body that turns out to be none while the mock is reading it."""
    with socket.create_connection(("127.0.0.1", int(mock.url.rpartition(":")[2])), timeout=10) as connection:
        head = f"POST {BASE}/user_group HTTP/1.1\r\nHost: mock\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")  # it is waiting
        connection.sendall(b"no chunk\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400")


def faults(mock: MockServer) -> None:
    """Responses that are delayed, broken off or replaced, and a client that does not wait for one."""
    with httpx.Client(base_url=mock.url, headers=mock.sessions("faults")) as client:
        for rule in ({"status": 503}, {"delay": 5}, {"kind": "drop"}, {"kind": "half"}, {"sequence": [503, "ok"]}):
            client.post("/__mock__/faults", json={"operation": "getUserGroups", **rule}).raise_for_status()
            with contextlib.suppress(httpx.HTTPError):
                client.get(f"{BASE}/user_group")
            client.delete("/__mock__/faults")
        for prefer in ("code=404", "code=200, dynamic=true", "delay=5"):
            client.get(f"{BASE}/user_group", headers={"Prefer": prefer})
        with pytest.raises(httpx.ReadTimeout):
            client.get(f"{BASE}/user_group", headers={"Prefer": "delay=60000"}, timeout=0.05)


def control(mock: MockServer) -> None:
    """Everything that replaces, ends or delays something."""
    with httpx.Client(base_url=f"{mock.url}/__mock__", headers=mock.sessions("left")) as client:
        for method, path, body in (
            ("PUT", "/snapshots/kept", None),
            ("POST", "/reset?to=kept", None),
            ("DELETE", "/snapshots/kept", None),
            ("POST", "/faults", {"operation": "getUserGroups", "status": 503}),
            ("POST", "/clock", {"freeze": True}),
            ("PUT", "/state", client.get("/state").json()),
            ("GET", "/journal", None),
            ("GET", "/journal?status=no", None),
            ("POST", "/reset", None),
            ("DELETE", "/sessions/left", None),
        ):
            client.request(method, path, json=body)


WORK: dict[str, Callable[[MockServer], object]] = {
    "requests of frontends": frontends,
    "hostile requests": lambda mock: send(mock, *Hostile(1).every()),
    "requests that spoil their connection": spoil_connections,
    "a body that breaks off": break_off,
    "fault rules and Prefer": faults,
    "control calls": control,
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_no_cycle_is_left(mock: MockServer, work: Callable[[MockServer], object]) -> None:
    assert garbage_of(lambda: work(mock)) == {}
