"""One server: its world, its application, and the process that serves it."""

import functools
import gc
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from connexion.middleware import ConnexionMiddleware

from audience_mock.app import create_app
from audience_mock.contract.document import DOCUMENTED_TENANT, JsonObject, TenantName, load_contract
from audience_mock.operations.context import Backend
from audience_mock.seeds import BUILT_IN, plant, read_seed
from audience_mock.serve.transport import config
from audience_mock.session.clock import Clock
from audience_mock.session.jobs import Jobs
from audience_mock.session.sessions import Sessions
from audience_mock.session.state_file import StateFile
from audience_mock.session.user_files import Files
from audience_mock.store.world import World


@dataclass(frozen=True)
class Options:
    """What a server is started with.

    Args:
        tenants: applications to serve beside the documented one.
        seed: a built-in seed's name, or a path.
        hosts: hosts to fetch file_url from, beside loopback.
        job_delay: seconds between an answer and its background work.
        check_responses: turn an answer that breaks the contract into a 500.
        bearer: the token that every request has to bear; None for none.
        state: the file that keeps the state across restarts; it goes before the seed.
        token: what the control API asks for; None where only this machine can reach the server.
        proxy: the origin of a real server, to which requests are sent on.
    """

    tenants: tuple[TenantName, ...] = ()
    seed: str = "demo"
    hosts: frozenset[str] = frozenset()
    job_delay: float = 0.2
    check_responses: bool = False
    bearer: str | None = None
    state: Path | None = None
    token: str | None = None
    proxy: str | None = None


def create_backend(options: Options) -> tuple[JsonObject, Backend]:
    """The contract as this server serves it, and the store behind it, seeded.

    Raises:
        SeedProblem: the seed cannot be used.
    """
    seed = read_seed(str(options.state) if options.state and options.state.exists() else options.seed)
    served = [*options.tenants, *(TenantName(*name.split("/", 1)) for name in seed)]
    clock = Clock()
    world = World(served, clock.now)
    plant(world, seed, options.seed)
    return load_contract(served), Backend(world, Jobs(options.job_delay, clock), Files(options.hosts))


def seed_worlds() -> dict[str, Callable[[World], World]]:
    """What makes the world of each built-in seed, with the applications that a given world serves."""

    def make(name: str, like: World) -> World:
        world = like.empty()
        plant(world, read_seed(name), name)
        return world

    return {name: functools.partial(make, name) for name in BUILT_IN}


def create_mock(options: Options) -> ConnexionMiddleware:
    """The ASGI application of a server. Raises SeedProblem."""
    return create_parts(options)[0]


def create_parts(options: Options) -> tuple[ConnexionMiddleware, Sessions]:
    """The ASGI application of a server, and the sessions behind it. Raises SeedProblem."""
    contract, backend = create_backend(options)
    sessions = Sessions(backend, seed_worlds())
    app = create_app(
        contract,
        sessions,
        check_responses=options.check_responses,
        token=options.token,
        bearer=options.bearer,
        proxy=options.proxy,
        state_file=StateFile(options.state, sessions) if options.state else None,
    )
    return app, sessions


class Server(uvicorn.Server):
    """A uvicorn server that says, once it listens, what there is to try."""

    def __init__(self, options: Options, log_level: str) -> None:
        self._options = options
        app, self._sessions = create_parts(options)
        super().__init__(config(app, log_level=log_level, access_log=log_level in {"info", "debug"}))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._sessions.hang_up()  # uvicorn waits for streams of events, which do not end by themselves
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _be_steady()
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            print(banner(f"http://{f'[{host}]' if ':' in host else host}:{port}", self._options), flush=True)


def _be_steady() -> None:
    """Let no request wait for long: what is there now stays, so the garbage collector need not look through it again.

    Of what comes later it looks through the young: records have no cycles, and all of a million take seconds. A thread
    that reads a file gives way more often than after Python's 5 ms.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 1_000)
    gc.enable()
    sys.setswitchinterval(0.0005)


def banner(url: str, options: Options) -> str:
    """What a person reads at start: where it listens, what it serves, three requests to try."""
    contract = load_contract()
    api = f"{url}{contract['servers'][0]['url']}/company/{DOCUMENTED_TENANT.company_id}"
    api += f"/application/{DOCUMENTED_TENANT.application_id}"
    operations = sum("operationId" in o for item in contract["paths"].values() for o in item.values())
    also = "".join(f", {tenant}" for tenant in options.tenants)
    token = f"?token={options.token}" if options.token else ""
    kept = f"It is kept in {options.state}." if options.state else "What it was given is gone then."
    return f"""Audience API mock at {url}
  serves  {operations} operations for {DOCUMENTED_TENANT}{also} (seed: {options.seed})
  steers  {url}/__mock__/{token} (console)   {url}/__mock__/openapi.json
  shows   {url}/ui (try it out)   {url}/openapi.json   {url}/openapi.yaml
  try     curl '{api}/user_group?page_size=2'
          curl '{api}/user_group/64f111111111111111111111/users?page_size=3'
          curl -X POST -H 'Content-Type: application/json' -d '{{"name": "Shirt size", "slug": "shirt-size", \
"description": "S to XL", "type": "string"}}' '{api}/user_attribute/definition'
Ctrl-C stops it. {kept}"""
