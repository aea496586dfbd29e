"""The text of a result: the requirement, expected, actual, the requests, the check, and the command to replay it."""

import textwrap
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.evidence import evidence
from audience_conformance.reports.facts import visible
from audience_conformance.results.result import Result
from audience_conformance.settings.settings import Settings

_SHORTEST_SECRET = 4
"""Shorter values are words that a server may use by chance."""


def format_finding(result: Result, settings: Settings) -> str:
    """The text of a finding, or of an internal error."""
    rule = catalogue()[result.rule]
    parts = [f"{rule.id} {rule.level}: {rule.sentence}"]
    if result.status == "error":
        parts.append(_part("internal error in the suite: not a finding about the target", result.actual))
    elif result.status == "not judged":
        parts.append(_part("not judged: trouble on the way to the target, not a finding about it", result.actual))
    else:
        late = ", until the async timeout; the effect may come later" if result.overdue else ""
        late = f", seen after {result.seen_after:g} s (--consistency)" if result.seen_after else late
        operation = f" (at {result.operation})" if result.operation else ""
        parts += [_part(f"expected{operation}", result.expected), _part(f"actual{late}", result.actual)]
    parts += [_part(part.title.lower(), "\n".join(part.lines)) for part in evidence(result) if part.title != "Script"]
    if result.location:
        parts.append(_part("check", result.location))
    # --rules selects a check by the rule that it names first, whichever rule it found broken.
    rules = result.rules[0] if result.rules else result.rule
    return visible("\n".join([*parts, _part("replay", settings.command(rules=rules))]))


def _part(title: str, text: str) -> str:
    return f"{title}\n{textwrap.indent(text, '    ')}"


def scrubbed(result: Result, settings: Settings, more: Iterable[str] = ()) -> Result:
    """The result without secrets, which a target or an exception may repeat; `more` are further header values."""
    secrets = secrets_of(settings, more)
    return replace(
        result,
        expected=scrub(result.expected, secrets),
        actual=scrub(result.actual, secrets),
        curl=[scrub(line, secrets) for line in result.curl],
        answer=scrub(result.answer, secrets),
        script=scrub(result.script, secrets),
        trouble=[(scrub(kind, secrets), number, scrub(first, secrets)) for kind, number, first in result.trouble],
    )


def secrets_of(settings: Settings, more: Iterable[str] = ()) -> list[str]:
    """The texts that must not be printed: the headers' values, and the proxy's password.

    A value is also secret without a scheme such as Bearer. A text that is part of the URL is not secret.
    """
    values = {
        part
        for value in (*(value for _, value in settings.headers), *more)
        for part in (value, value.rpartition(" ")[2])
    }
    if settings.proxy and (password := urlsplit(settings.proxy).password):
        values |= {password, unquote(password)}
    secret = (value for value in values if len(value) >= _SHORTEST_SECRET and value not in (settings.url or ""))
    return sorted(secret, key=len, reverse=True)


def scrub(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "$TOKEN")
    return text
