"""A result in words: the requirement, expected, actual, the requests, and the line that replays just this."""

import textwrap
from dataclasses import replace

from audience_conformance.contract.rules import catalogue
from audience_conformance.results.result import Result
from audience_conformance.settings.settings import Settings

_SHORTEST_SECRET = 4
"""Values shorter than this are words that a server may say by itself."""


def format_finding(result: Result, settings: Settings) -> str:
    """The text of a finding, or of a crash of ours."""
    rule = catalogue()[result.rule]
    parts = [f"{rule.id} {rule.level}: {rule.sentence}"]
    if result.status == "error":
        parts.append(_part("the suite itself failed: this says nothing of the target", result.actual))
    else:
        late = ", as long as this run had patience; it may come later" if result.overdue else ""
        where = f" (at {result.operation})" if result.operation else ""
        parts += [_part(f"expected{where}", result.expected), _part(f"actual{late}", result.actual)]
    if result.curl:
        parts.append(_part("requests", "\n".join(result.curl)))
    # The check is found by the rule that it names first, whichever rule it found broken.
    rules = result.rules[0] if result.rules else result.rule
    parts.append(_part("replay", settings.command(rules=rules)))
    return "\n".join(parts)


def _part(title: str, text: str) -> str:
    return f"{title}\n{textwrap.indent(text, '    ')}"


def scrubbed(result: Result, settings: Settings) -> Result:
    """The result without the secrets that a target echoes, or an exception repeats."""
    secrets = secrets_of(settings)
    return replace(
        result,
        expected=scrub(result.expected, secrets),
        actual=scrub(result.actual, secrets),
        curl=[scrub(line, secrets) for line in result.curl],
    )


def secrets_of(settings: Settings) -> list[str]:
    """What must not be printed: the headers' values, and what stands after a scheme such as Bearer.

    One that stands in the URL, which the user gave to be printed, is none.
    """
    values = {part for _, value in settings.headers for part in (value, value.rpartition(" ")[2])}
    secret = (value for value in values if len(value) >= _SHORTEST_SECRET and value not in (settings.url or ""))
    return sorted(secret, key=len, reverse=True)


def scrub(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "$TOKEN")
    return text
