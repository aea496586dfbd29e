"""What all tests share: what is slow, and the same each time, is done once in a process."""

import fcntl
import functools
import gc
import signal
import ssl
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import connexion.json_schema
import connexion.spec
import orjson
import pytest
from hypothesis import settings

LONGEST = ("test_wheel.py", "test_no_false_alarms.py", "test_shared_requests.py", "test_schemathesis.py")

# Hypothesis would fail an example that takes longer than 200 ms: on a busy machine any may.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """One worker collects before the others: it compiles all tests, which takes three times as long as to load them."""
    with Path(__file__).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the longest, in the order of LONGEST: at the end, workers would wait for one of them."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def pytest_collection_finish() -> None:
    """All that is loaded now stays: to look through it again and again was an eighth of the CPU time of the tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _interrupts_are_not_ignored() -> None:
    """A shell starts what runs in the background with SIGINT ignored; so would be all that the tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _certificates_are_read_once() -> Iterator[None]:
    """Each client of httpx, and so each httpx.get, would read all that the machine trusts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def _the_contract_is_read_once() -> Iterator[None]:
    """Connexion makes two deep copies of the contract for each mock, and follows all its references."""

    def copied(document: dict[str, Any]) -> dict[str, Any]:
        copy: dict[str, Any] = orjson.loads(orjson.dumps(document))
        return copy

    @functools.lru_cache(8)
    def resolved(text: bytes) -> Any:
        return connexion.json_schema.resolve_refs(orjson.loads(text))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connexion.spec, "copy", SimpleNamespace(deepcopy=copied))
        patch.setattr(connexion.json_schema, "deepcopy", copied)
        patch.setattr(connexion.spec, "resolve_refs", lambda document, **_: resolved(orjson.dumps(document)))
        yield
