"""The small pieces of the page."""

import html
import re

from audience_conformance.reports.facts import shortened, visible
from audience_conformance.results.summary import RuleStatus

SIGNS: dict[RuleStatus, str] = {
    "failed": "✕",
    "error": "⚠",
    "known": "◐",
    "skipped": "○",
    "not run": "·",
    "passed": "✓",
}
"""A sign each, so that no status is told by its colour alone."""

MOST_SHOWN = 8_000
"""Characters of a value; the JSON report has the whole."""
SHORT = 72
"""JSON of so many characters needs no lines of its own."""


def text(value: str) -> str:
    """Text, or the value of an attribute."""
    return html.escape(visible(value))


def css(status: RuleStatus) -> str:
    """A status as the name of a class."""
    return status.replace(" ", "-")


def sign(status: RuleStatus) -> str:
    return f'<span class="sign {css(status)}" aria-hidden="true">{SIGNS[status]}</span>'


def mark(status: RuleStatus, rule_id: str) -> str:
    """A rule as a mark; what it means is told beside, or by the label of what holds it."""
    return f'<i class="{css(status)}" data-rule="{rule_id}" title="{rule_id} {status}"></i>'


def listing(title: str, items: list[str], name: str) -> str:
    """A titled list, nothing where there are no items."""
    if not items:
        return ""
    lines = "".join(f"<li>{text(item)}</li>" for item in items)
    return f'<section class="aside {name}"><h2>{title}</h2><ul>{lines}</ul></section>'


def value(said: str) -> str:
    """What was expected or answered; long JSON on lines of its own."""
    return f"<pre class='value' tabindex='0'>{text(indented(shortened(said, MOST_SHOWN)))}</pre>"


def copyable(label: str, lines: list[str], name: str) -> str:
    """Lines for a shell, with a button that copies them all."""
    # The feed is inside of the line's own box, where it is copied but not shown as one more line.
    code = "".join(f"<span>{text(line)}\n</span>" for line in lines)
    return (
        f'<div class="shell {name}"><div class="bar"><span>{label}</span>'
        f'<button type="button" class="copy" hidden aria-label="Copy: {label}">Copy</button></div>'
        f'<pre tabindex="0" aria-label="{label}"><code>{code}</code></pre></div>'
    )


# --- JSON, laid out ---------------------------------------------------------------------------------------

_ANSWER = re.compile(r"(\d{3} )?[\[{]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]\s*[\]}]|[\[\]{},]|[^"\[\]{},]+')


def indented(said: str) -> str:
    """JSON, or a status and JSON, with line feeds and blanks between its parts and nothing else changed.

    Not by a parser: numbers, repeated keys and what is cut off stay as they were sent.
    """
    if len(said) <= SHORT or "\n" in said or not _ANSWER.match(said):
        return said
    laid: list[str] = []
    depth = 0
    for part in _TOKEN.findall(said):
        if part in ("{", "["):
            depth += 1
            laid.append(f"{part}\n{'  ' * depth}")
        elif part in ("}", "]"):
            depth = max(depth - 1, 0)
            laid.append(f"\n{'  ' * depth}{part}")
        elif part == ",":
            laid.append(f",\n{'  ' * depth}")
        else:
            laid.append(part.lstrip() if laid and laid[-1].endswith((" ", "\n")) else part)
    return "".join(laid)
