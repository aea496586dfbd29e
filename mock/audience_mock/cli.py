"""The command `audience-mock`."""

import contextlib
import functools
import gc
import logging
import os
import re
import secrets
import signal
import socket
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from audience_mock import __version__
from audience_mock.banner import banner
from audience_mock.contract.document import DOCUMENTED_TENANT, TenantName
from audience_mock.loopback import is_loopback
from audience_mock.serve.socket import listen

DEFAULT_PORT = 4010
DEFAULT_JOB_DELAY = 0.2
LOG_LEVELS = ("critical", "error", "warning", "info", "debug")


if TYPE_CHECKING:
    _ParamType = click.ParamType[TenantName]
else:
    _ParamType = click.ParamType  # before click 8.4 it is not generic


class _Tenant(_ParamType):
    name = "company/application"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> TenantName:
        company_id, _, application_id = value.partition("/")
        if not company_id or not application_id or "/" in application_id:
            self.fail(f"{value!r} is not COMPANY/APPLICATION, like {DOCUMENTED_TENANT}.", param, ctx)
        return TenantName(company_id, application_id)


def _check_folder(_: click.Context, __: click.Parameter, value: Path | None) -> Path | None:
    if value is not None and not os.path.isdir(value.parent):  # noqa: PTH112 (false, where Path raises)
        raise click.BadParameter(f"there is no folder {str(value.parent)!r} for {value.name!r}; create it first.")
    return value


def _check_workers(_: click.Context, __: click.Parameter, value: int) -> None:
    if value > 1:
        raise click.BadParameter(
            f"{value} workers would be {value} mocks, and each has its own state: the others do not have what one "
            "creates. One process answers thousands of requests a second. For parallel tests, use one session each "
            "(the header X-Mock-Session), or start one mock each on different ports."
        )


def _check_proxy(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        from audience_mock.middleware.origin import target_problem  # noqa: PLC0415 (--help is quick without the server)

        if problem := target_problem(value):
            raise click.BadParameter(problem)
    return value


def _check_token(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[A-Za-z0-9._~+/=-]+", value):
        found = sorted(set(re.sub(r"[A-Za-z0-9._~+/=-]", "", value)))
        wrong = f"it contains {' '.join(map(repr, found))}" if found else "it is empty"
        raise click.BadParameter(f"{wrong}; give letters, digits and - . _ ~ + / = as the token.")
    return value


def _check_origins(_: click.Context, __: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    if value:
        from audience_mock.control.guard import normal_origin  # noqa: PLC0415 (--help is quick without the server)

        try:
            return tuple(map(normal_origin, value))
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return value


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog="Example: audience-mock --port 0 --seed documents --check-responses",
)
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option(
    "--port",
    default=DEFAULT_PORT,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--tenant",
    "tenants",
    multiple=True,
    type=_Tenant(),
    metavar="COMPANY/APPLICATION",
    help="Also serve this application; it is empty at first. Repeatable.",
)
@click.option(
    "--seed",
    default="demo",
    metavar="SEED",
    help="Initial data: demo, documents, empty, huge, or the path of a YAML or JSON file.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Read the file of --seed again whenever it changes, and replace the data of the sessions; with --state, not "
    "of the default one.",
)
@click.option(
    "--files-from",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="Also fetch file_url from this host; loopback is always allowed. Repeatable.",
)
@click.option(
    "--job-delay",
    default=DEFAULT_JOB_DELAY,
    type=click.FloatRange(0, 3600),
    help="Seconds between a 201 or 202 response and its background job.",
)
@click.option(
    "--check-responses",
    is_flag=True,
    help="Validate every response; one that breaks the contract becomes a 500.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    callback=_check_folder,
    help="Keep the data of the default session in this file across restarts. If it has data, that is served first; a "
    "reset goes back to the seed.",
)
@click.option(
    "--proxy",
    metavar="URL",
    callback=_check_proxy,
    help="Forward requests to the real server at this origin; the journal shows where a request or response breaks the "
    "contract.",
)
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    callback=_check_folder,
    help="With --proxy: write what passes to this file, as a seed that --seed serves.",
)
@click.option(
    "--require-token",
    "bearer",
    metavar="TOKEN",
    help="Respond 401 to every request without Authorization: Bearer TOKEN.",
)
@click.option(
    "--control-token",
    metavar="TOKEN",
    envvar="AUDIENCE_MOCK_CONTROL_TOKEN",
    show_envvar=True,
    callback=_check_token,
    help="Token that the control API needs; without it a random one, if --host is not loopback.",
)
@click.option(
    "--control-origin",
    "control_origins",
    multiple=True,
    metavar="URL",
    callback=_check_origins,
    help="Let web pages of this origin use the control API too, like http://localhost:5173. Repeatable.",
)
@click.option(
    "--ssl-certfile",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Serve https with this certificate (PEM).",
)
@click.option(
    "--ssl-keyfile",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Private key of --ssl-certfile, if that file has none.",
)
@click.option(
    "--workers",
    default=1,
    type=click.IntRange(min=1),
    callback=_check_workers,
    expose_value=False,
    help="Only 1: the state is in one process. For parallel tests, use sessions.",
)
@click.option(
    "--log-level",
    default="warning",
    type=click.Choice(LOG_LEVELS),
    help="info logs a line for every request.",
)
@click.version_option(__version__, prog_name="audience-mock")
def main(
    host: str,
    port: int,
    tenants: tuple[TenantName, ...],
    seed: str,
    watch: bool,
    hosts: tuple[str, ...],
    job_delay: float,
    check_responses: bool,
    state: Path | None,
    proxy: str | None,
    record: Path | None,
    bearer: str | None,
    control_token: str | None,
    control_origins: tuple[str, ...],
    ssl_certfile: str | None,
    ssl_keyfile: str | None,
    log_level: str,
) -> None:
    """Serve a mock of the Audience API until Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # also as the first process of a container
    gc.disable()  # until the server is up: all objects made before stay
    # --help is quick without the server
    from audience_mock.app import Options, create_parts  # noqa: PLC0415
    from audience_mock.control.redaction import AccessLog  # noqa: PLC0415
    from audience_mock.seeds import SeedProblem  # noqa: PLC0415
    from audience_mock.serve.server import CommandServer, say  # noqa: PLC0415

    logging.basicConfig(level=log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn.access").addFilter(AccessLog())
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if watch:
        logging.getLogger("audience_mock.seed").setLevel(logging.INFO)  # says what it has done, at any --log-level
    try:
        _check_certificate(ssl_certfile, ssl_keyfile)
        listener = _listen(host, port)
        token = control_token or (None if is_loopback(host) else secrets.token_urlsafe(12))
        options = Options(
            tenants,
            seed,
            frozenset(hosts),
            job_delay,
            check_responses,
            bearer,
            state,
            token,
            proxy,
            watch,
            record,
            control_origins,
        )
        parts = create_parts(options)
        text = functools.partial(
            banner, options=options, world=parts.sessions.default.backend.world, origin=parts.origin
        )
        server = CommandServer(
            parts.app, parts.sessions, text, log_level, ssl_certfile=ssl_certfile, ssl_keyfile=ssl_keyfile
        )
    except SeedProblem as problem:
        _exit(str(problem))
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C before the server handles it
        server.run([listener])
    if not server.started:
        sys.exit(1)
    say("Stopped.")


def _check_certificate(certfile: str | None, keyfile: str | None) -> None:
    """Exit for a certificate or key that cannot be used."""
    if certfile is None:
        if keyfile is not None:
            _exit(f"--ssl-keyfile {keyfile} has no certificate; give --ssl-certfile too")
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certfile, keyfile, password="")
    except (OSError, ValueError) as error:
        _exit(
            f"the certificate {certfile} cannot be used with the key {keyfile or 'in it'}: "
            f"{getattr(error, 'reason', None) or error}; give PEM files that fit, the key without a password"
        )


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        _exit(
            f"cannot listen on {host}:{port}: {error.strerror or error}; "
            "choose another with --host and --port (--port 0 picks a free one)"
        )


def _exit(reason: str) -> NoReturn:
    print(f"audience-mock: {reason}", file=sys.stderr)
    sys.exit(2)
