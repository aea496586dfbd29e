"""The request before any check: does the target answer, and does it serve the company and application?"""

import click

from audience_conformance.client.api import DEFINITIONS, GROUPS
from audience_conformance.client.connections import ConnectionSettingError, advice
from audience_conformance.client.exchange import Answer
from audience_conformance.client.pace import Pace
from audience_conformance.client.target import Target
from audience_conformance.client.trouble import BROKE, Unreachable
from audience_conformance.reports.facts import one_line
from audience_conformance.runner.message import scrub, secrets_of
from audience_conformance.settings.settings import Settings

_MAX_SHOWN = 200
_FIXES = {
    400: "give a company and an application that it serves: --company, --application",
    401: "it requires authentication: -H 'Authorization: Bearer …'",
    403: "access is denied: give another -H 'Authorization: Bearer …', or another --company and --application",
    404: "give the server's origin, or its base path, as --url, and a company that it serves as --company",
    407: "a proxy refused the request: give its user and password, as --proxy http://USER:PASSWORD@HOST:PORT",
}


class CannotRun(click.ClickException):
    """The run cannot be performed; the message says why and what to do."""


def check_target(settings: Settings, pace: Pace | None = None) -> int:
    """Request a list of the company and application; return the number of requests sent.

    One request is enough if it succeeds. Otherwise a second list decides, so that a target whose first list is broken
    is checked nevertheless.

    Raises:
        CannotRun: the target does not answer, or does not serve the company and application.
    """
    try:
        target = Target(settings.options(), pace)
    except ConnectionSettingError as error:
        raise CannotRun(str(error)) from None
    target.served = False
    try:
        first = _get(target, DEFINITIONS, settings)
        if _is_served(first) or _is_served(_get(target, GROUPS, settings)):
            return target.sent
    finally:
        target.close()
    tenant = f"{target.options.base_url}, company {settings.company}, application {settings.application}"
    if first.ok:
        reason = f"it answers {first.status} with a body that is not JSON, so it is not the Audience API"
        fix = "give the server's origin, or its base path, as --url"
    else:
        text = " ".join(first.text.split())[:_MAX_SHOWN]
        reason = f"it answers {first.status}{f': {text}' if text else ''}"
        fix = _FIXES.get(first.status, "a redirect is not followed; give the URL that it leads to as --url")
        if "location" in first.headers and first.status not in _FIXES:
            reason += f" to {one_line(first.headers['location'], _MAX_SHOWN)}"
    raise CannotRun(scrub(f"cannot check {tenant}: {reason}; {fix}", secrets_of(settings)))


def _get(target: Target, path: str, settings: Settings) -> Answer:
    try:
        return target.send("GET", target.url(path), {}, None, None)
    except Unreachable as unreachable:
        if unreachable.fatal:
            raise CannotRun(scrub(unreachable.why, secrets_of(settings))) from None
        if unreachable.kind == BROKE:
            message = f"cannot read the answer of {settings.url}: {unreachable.why}; it is no valid HTTP answer"
            raise CannotRun(scrub(message, secrets_of(settings))) from None
        fix = advice(unreachable.why) or f"start the server, or correct --url (or --timeout, {settings.timeout:g} s)"
        message = f"cannot reach {settings.url}: {unreachable.why}; {fix}"
        raise CannotRun(scrub(message, secrets_of(settings))) from None


def _is_served(answer: Answer) -> bool:
    """The checks can validate this answer: it is a success in JSON, or an error that they report."""
    if answer.ok:
        return answer.json is not None
    return answer.status not in _FIXES and answer.status not in range(300, 400)
