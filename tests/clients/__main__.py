"""`make clients`: other people's tools take openapi.yaml, and what they make works with the mock."""

import hashlib
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

import click
from tests.clients import clients, converters
from tests.clients.commands import CACHE, HERE, ROOT, Failed
from tests.clients.install import install

CONTRACT = ROOT / "openapi.yaml"
AT_ONCE = 2
_FAILED = 1
_INTERRUPTED = 130


class Peer(NamedTuple):
    """A tool.

    Args:
        title: as people call it.
        check: works in the folder, with the contract; returns what it proved, raises Failed.
    """

    title: str
    check: Callable[[Path, Path], str]


PEERS = {  # those that take longest first
    "specmatic": Peer("Specmatic", converters.specmatic),
    "go": Peer("openapi-generator go", clients.openapi_generator_go),
    "python": Peer("openapi-generator python", clients.openapi_generator_python),
    "typescript-fetch": Peer("openapi-generator typescript-fetch", clients.typescript_fetch),
    "openapi-python-client": Peer("openapi-python-client", clients.openapi_python_client),
    "hey-api": Peer("@hey-api/openapi-ts", clients.hey_api),
    "orval": Peer("orval", clients.orval),
    "openapi-fetch": Peer("openapi-typescript + openapi-fetch", clients.openapi_typescript),
    "postman": Peer("openapi-to-postmanv2", converters.postman),
}
_WIDTH = max(len(peer.title) for peer in PEERS.values())


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("names", nargs=-1, metavar="[PEER]...", type=click.Choice(list(PEERS)))
@click.option(
    "--contract",
    default=CONTRACT,
    show_default="openapi.yaml",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
    help="The contract to generate from.",
)
@click.option("--again", is_flag=True, help="Also run those that passed and have not changed since.")
def main(names: tuple[str, ...], contract: Path, *, again: bool) -> None:
    """Generate clients from openapi.yaml, compile them strictly and drive a mock through all operations.

    Without a PEER, all of them run. Exit code 1: at least one failed, or one of its tools is missing.
    """
    fingerprint = _fingerprint(contract)
    todo = []
    for name in names or PEERS:
        if not again and _passed(name, fingerprint):
            _say(name, "skipped", "passed before; neither the contract nor tests/clients has changed since")
        else:
            todo.append(name)
    if todo:
        sys.exit(_run(todo, contract, fingerprint))


def _run(names: list[str], contract: Path, fingerprint: str) -> int:
    try:
        install()
    except Failed as problem:
        print(problem)
        return _FAILED
    failures = 0
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        runs = {pool.submit(_check, name, contract): name for name in names}
        for ended in as_completed(runs):
            failures += not _report(runs[ended], fingerprint, *ended.result())
    except KeyboardInterrupt:
        print("Stopped.")
        return _INTERRUPTED
    finally:
        pool.shutdown(cancel_futures=True)
    return _FAILED if failures else 0


def _check(name: str, contract: Path) -> tuple[str, float, Failed | None]:
    folder = _folder(name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _stamp(name).unlink(missing_ok=True)
    start = time.monotonic()
    try:
        return PEERS[name].check(folder, contract), time.monotonic() - start, None
    except Failed as problem:
        return "", time.monotonic() - start, problem


def _report(name: str, fingerprint: str, proved: str, seconds: float, failure: Failed | None) -> bool:
    if failure is None:
        _say(name, "ok", f"{proved} ({seconds:.0f} s)")
        _stamp(name).write_text(fingerprint, "utf-8")
    else:
        _say(name, "FAILED", f"{failure}\nAll output: {_folder(name)}")
    return failure is None


def _say(name: str, result: str, text: str) -> None:
    print(f"{PEERS[name].title:{_WIDTH}}  {result:7}  {text}", flush=True)


def _folder(name: str) -> Path:
    return CACHE / "work" / name


def _stamp(name: str) -> Path:
    return CACHE / f"{name}.passed"


def _passed(name: str, fingerprint: str) -> bool:
    stamp = _stamp(name)
    return stamp.is_file() and stamp.read_text("utf-8") == fingerprint


def _fingerprint(contract: Path) -> str:
    """Of all that decides on the result: the contract, the pinned versions and the drivers."""
    files = [contract, *sorted(file for file in HERE.rglob("*") if file.is_file() and "__pycache__" not in file.parts)]
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
