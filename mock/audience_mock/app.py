"""The wiring: openapi.yaml, the steps of a request, the operations, the store.

Connexion and its replacements. Connexion loads the specification and resolves `$ref`, gives each step the
operations with their parameters and body schemas, maps operationIds to functions (the resolver: an operation without
a function fails at start), and builds the chain of middleware with its routing context. Four of its parts are
replaced, each at Connexion's own interface; the docstring of each file says why:

- routing (`routing.py`): a literal path has priority over a parameter, and `Allow` is complete;
- request validation (`request_validation.py`): strict JSON, all violations at once, schemas compiled once;
- dispatch (`dispatch.py`) and error handling (`error_responses.py`): one error shape, and less work for each request.

Measured by `make bench` (mock/README.md, "How fast it is"): with these four, a mock with state answers nine times as
many reads as stock Connexion with canned responses.

Swagger UI is served at the root instead of below the API's path (`docs.py`); its files come with the build
(`mock/hatch_build.py`), and not from the package that Connexion offers, which has Swagger UI 4.
"""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from starlette.types import ASGIApp

from audience_mock.contract.document import JsonObject, TenantName, load_contract
from audience_mock.contract.examples import Examples
from audience_mock.contract.renderings import with_bearer_auth
from audience_mock.contract.response_validator import ResponseValidator
from audience_mock.control import CALLS
from audience_mock.control.app import Control
from audience_mock.control.calls import routes
from audience_mock.control.guard import Guard
from audience_mock.middleware.bearer_auth import BearerAuth
from audience_mock.middleware.cors import Cors
from audience_mock.middleware.dispatch import Dispatch
from audience_mock.middleware.docs import Docs
from audience_mock.middleware.error_responses import ErrorResponses
from audience_mock.middleware.fault_injection import FaultInjection
from audience_mock.middleware.framework import API, ConnexionMiddleware, OpenAPISpecification, Resolver
from audience_mock.middleware.proxy import Proxy
from audience_mock.middleware.recorder import Recorder
from audience_mock.middleware.request_validation import RequestValidation
from audience_mock.middleware.response_validation import ResponseValidation
from audience_mock.middleware.routing import Routing
from audience_mock.middleware.session import SessionLookup
from audience_mock.middleware.upstream import Upstream
from audience_mock.operations import OPERATIONS
from audience_mock.seeds import BUILT_IN, SeedProblem, load_seed, read_seed, read_state
from audience_mock.seeds.recording import Recording
from audience_mock.session.backend import Backend
from audience_mock.session.clock import Clock
from audience_mock.session.jobs import Jobs
from audience_mock.session.recording_file import RecordingFile
from audience_mock.session.seed_source import SeedSource, version_of
from audience_mock.session.seed_watch import SeedWatch
from audience_mock.session.sessions import Sessions
from audience_mock.session.state_file import StateFile
from audience_mock.session.state_lock import StateLock
from audience_mock.session.user_files import Files
from audience_mock.store.world import World

Step = Callable[[ASGIApp], ASGIApp]


@dataclass(frozen=True)
class Options:
    """The options of a server.

    Args:
        tenants: applications to serve in addition to the documented one.
        seed: name of a built-in seed, or a path.
        hosts: hosts to fetch file_url from, in addition to loopback.
        job_delay: seconds between a response and its background job.
        check_responses: replace a response that breaks the contract by a 500.
        bearer: bearer token that every API request needs; None for none.
        state: file that keeps the state of the default session across restarts, which starts from it if it has data.
        token: token that the control API needs; None for none, if only this machine can reach the server.
        proxy: origin of a real server to forward requests to.
        watch: replace the data of the sessions whenever the seed's file changes; with `state`, not of the default one.
        record: file to which what passes through the proxy is written, as a seed.
        control_origins: origins of web pages that may use the control API, like http://localhost:5173.
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
    watch: bool = False
    record: Path | None = None
    control_origins: tuple[str, ...] = ()


class Start(NamedTuple):
    """What a server starts from.

    Args:
        contract: with the served tenants.
        backend: of the default session.
        source: the initial data of the other sessions.
        origin: where the data of the default session comes from, for people.
    """

    contract: JsonObject
    backend: Backend
    source: SeedSource
    origin: str


class Parts(NamedTuple):
    """The ASGI application of a server, its sessions, and where the data of the default one comes from."""

    app: ConnexionMiddleware
    sessions: Sessions
    origin: str


def create_start(options: Options) -> Start:
    """What a server with these options starts from. Raises SeedProblem."""
    if options.watch and options.seed in BUILT_IN:
        raise SeedProblem(f"there is no file to watch: the seed {options.seed} is built in; give --seed a file")
    version = version_of(options.seed)
    seed = read_seed(options.seed)
    state = read_state(options.state) if options.state else None
    served = [*options.tenants, *(TenantName(*name.split("/", 1)) for name in [*seed, *(state or ())])]
    clock = Clock()
    initial = World(served, clock.now)
    load_seed(initial, seed)
    world, origin = initial.fork(), f"seed: {options.seed}"
    if state is not None:
        world, origin = initial.empty(), f"state file: {options.state}"
        load_seed(world, state)
    backend = Backend(world, Jobs(options.job_delay, clock), Files(options.hosts))
    return Start(load_contract(served), backend, SeedSource(initial, options.seed, version), origin)


def create_backend(options: Options) -> tuple[JsonObject, Backend]:
    """The contract with the served tenants, and the backend of the default session. Raises SeedProblem."""
    start = create_start(options)
    return start.contract, start.backend


def create_sessions(options: Options, start: Start) -> Sessions:
    """The sessions of a server."""
    return Sessions(start.backend, seed_worlds(), start.source, is_kept=options.state is not None)


def seed_worlds() -> dict[str, Callable[[World], World]]:
    """Name of a built-in seed -> function that makes its world, with the tenants of a given world."""

    def make(name: str, like: World) -> World:
        world = like.empty()
        load_seed(world, read_seed(name))
        return world

    return {name: functools.partial(make, name) for name in BUILT_IN}


def create_mock(options: Options) -> ConnexionMiddleware:
    """The ASGI application of a server. Raises SeedProblem."""
    return create_parts(options).app


def create_parts(options: Options) -> Parts:
    """The parts of a server. Raises SeedProblem."""
    if options.record and not options.proxy:
        raise SeedProblem("--record needs a real server to record; name it with --proxy")
    lock = StateLock(options.state) if options.state else None  # before the file is read
    try:
        start = create_start(options)
    except BaseException:
        if lock:
            lock.release()
        raise
    sessions = create_sessions(options, start)
    app = create_app(
        start.contract,
        sessions,
        check_responses=options.check_responses,
        token=options.token,
        control_origins=options.control_origins,
        bearer=options.bearer,
        proxy=options.proxy,
        state_file=StateFile(options.state, sessions, lock) if options.state else None,
        seed_watch=SeedWatch(sessions) if options.watch else None,
        record=options.record,
    )
    return Parts(app, sessions, start.origin)


def create_app(
    contract: JsonObject,
    sessions: Sessions,
    *,
    check_responses: bool = False,
    token: str | None = None,
    control_origins: Iterable[str] = (),
    bearer: str | None = None,
    state_file: StateFile | None = None,
    seed_watch: SeedWatch | None = None,
    proxy: str | None = None,
    record: Path | None = None,
) -> ConnexionMiddleware:
    """An ASGI application with the API of the contract, as `load_contract` returns it, and the control API."""
    upstream = Upstream(proxy) if proxy else None
    recording = Recording() if record else None
    validator = ResponseValidator(contract) if check_responses or upstream else None
    recording_file = RecordingFile(record, recording) if record and recording else None
    steps: list[Step] = [
        lambda app: Control(app, routes(CALLS, sessions), Guard(token, control_origins)),
        Cors,
        lambda app: SessionLookup(app, sessions),
        Recorder,
        *([lambda app: ResponseValidation(app, validator)] if validator and not upstream else []),
        ErrorResponses,
        lambda app: Docs(app, with_bearer_auth(contract) if bearer else contract),
        *([lambda app: BearerAuth(app, bearer)] if bearer else []),
        lambda app: Routing(app, passes_unknown=upstream is not None),
        lambda app: FaultInjection(app, Examples(contract)),
        *([lambda app: Proxy(app, upstream, validator, recording)] if validator and upstream else []),
        RequestValidation,
    ]
    app = ConnexionMiddleware(
        Dispatch(_lifespan(sessions, state_file, seed_watch, recording_file)),
        import_name=__name__,
        middlewares=steps,
        resolver=Resolver(lambda operation_id: OPERATIONS[operation_id][1]),
    )
    # As its add_api does, which validates.
    app.apis.append(API(_Specification(contract), base_path=None, name=None, **vars(app.options)))
    return app


class _Specification(OpenAPISpecification):  # type: ignore[misc]  # Connexion has no types
    """The contract, which comes with the mock: its tests validate it; at each start, this would take 0.15 s."""

    @classmethod
    def _validate_spec(cls, spec: JsonObject) -> None:
        pass


def _lifespan(
    sessions: Sessions, state_file: StateFile | None, seed_watch: SeedWatch | None, recording_file: RecordingFile | None
) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        keeping = [asyncio.create_task(file.keep()) for file in (state_file, recording_file) if file]
        watching = asyncio.create_task(seed_watch.watch()) if seed_watch else None
        yield
        if watching:
            watching.cancel()
        await sessions.stop()
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)

    return lifespan
