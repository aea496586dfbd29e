"""Before any check: is the target there, and does it serve the company and application?"""

from audience_conformance.client.api import DEFINITIONS, GROUPS
from audience_conformance.client.target import Answer, Target, Unreachable
from audience_conformance.runner.message import scrub, secrets_of
from audience_conformance.settings.settings import Settings

_MOST_SHOWN = 200
_REDIRECTS = range(300, 400)
_FIXES = {
    400: "give a company and an application that it serves: --company, --application",
    401: "it wants to know who asks: -H 'Authorization: Bearer …'",
    403: "it does not let this caller in: another -H 'Authorization: Bearer …', or another --company and --application",
    404: "give the server's origin, or its base path, as --url, and a company that it serves as --company",
    407: "a proxy stands in the way: see HTTP_PROXY and NO_PROXY",
}


class CannotRun(Exception):
    """The suite cannot do its job; the message says why and what to do."""


def reach(settings: Settings) -> int:
    """Ask for a list of the company and application; give the number of requests sent.

    One request is enough where it succeeds. A second list decides else, so that a target in which the first one is
    broken is checked all the same.

    Raises:
        CannotRun: nobody answers, or the company and application are not served.
    """
    target = Target(settings.options())
    try:
        first = _ask(target, DEFINITIONS, settings)
        if _is_served(first) or _is_served(_ask(target, GROUPS, settings)):
            return target.sent
    finally:
        target.close()
    said = " ".join(first.text.split())[:_MOST_SHOWN]
    place = f"{target.options.base_url}, company {settings.company}, application {settings.application}"
    if first.ok:
        reason = f"it answers {first.status} with a body that is not JSON, so it is not the Audience API"
        fix = "give the server's origin, or its base path, as --url"
    else:
        reason = f"it answers {first.status}: {said}" if said else f"it answers {first.status}"
        fix = _FIXES.get(first.status, "a redirect is not followed; give the URL that it leads to as --url")
    raise CannotRun(scrub(f"cannot check {place}: {reason}; {fix}", secrets_of(settings)))


def _ask(target: Target, path: str, settings: Settings) -> Answer:
    try:
        return target.send("GET", target.url(path), {}, None, None)
    except Unreachable as unreachable:
        raise CannotRun(
            scrub(
                f"cannot reach {settings.url}: {unreachable.why}; start the server, or mend --url (or --timeout, "
                f"{settings.timeout:g} s)",
                secrets_of(settings),
            )
        ) from None


def _is_served(answer: Answer) -> bool:
    """May the checks judge this answer: a success in JSON, or a fault that is theirs to name."""
    if answer.ok:
        return answer.json is not None
    return answer.status not in _FIXES and answer.status not in _REDIRECTS
