"""The HTML report: one page that needs nothing but itself, and can be read without its script.

All markup is made here and in the modules beside; what comes from the target goes through `markup.text`. Should that
ever fail, the page's Content-Security-Policy still runs no script but its own, and asks no other host for anything.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import quote

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports.facts import LEVELS, STATUSES, Tone, verdict
from audience_conformance.reports.page import grid, rules
from audience_conformance.reports.page.markup import SIGNS, css, listing, mark, text
from audience_conformance.results.summary import Summary

TONE_SIGNS: dict[Tone, str] = {"good": "✓", "warning": "!", "bad": "✕", "unknown": "?"}
ICON_COLOURS: dict[Tone, str] = {"good": "#2f7d57", "warning": "#b97a10", "bad": "#c8372d", "unknown": "#7a5bb5"}


def report(summary: Summary) -> str:
    """An HTML document."""
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    tone, headline, _ = verdict(summary)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{text(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{text(f"{TONE_SIGNS[tone]} {headline}")}</title>
<link rel="icon" href="{_icon(tone)}">
<style>{style}</style>
</head>
<body>
<a class="skip-link" href="#rules">Skip to the rules</a>
{_head(summary)}
<main>
{grid.section(summary)}
{rules.section(summary)}
</main>
<script>{script}</script>
</body>
</html>
"""


@cache
def _asset(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"


def _icon(tone: Tone) -> str:
    colour = ICON_COLOURS[tone]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
        f'<rect width="16" height="16" rx="4" fill="{colour}"/><text x="8" y="12" font-size="11" font-weight="700"'
        f' text-anchor="middle" fill="#fff">{TONE_SIGNS[tone]}</text></svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"


def _head(summary: Summary) -> str:
    tone, headline, details = verdict(summary)
    facts = {
        "Target": f"<span class='mono'>{text(summary.target)}</span>",
        "Requests": f"{summary.sent:,}",
        "Time": f"{summary.seconds:,.1f} s",
        "Profile": text(summary.profile),
        "Seed": str(summary.seed),
        "Started": text(summary.started),
        "Suite": text(summary.version),
    }
    terms = "".join(f"<div><dt>{term}</dt><dd>{value}</dd></div>" for term, value in facts.items() if value)
    return f"""<header class="head {tone}">
<div class="verdict">
<p class="brand">Audience contract · conformance</p>
<h1><span class="seal" aria-hidden="true">{TONE_SIGNS[tone]}</span><span>{text(headline)}</span></h1>
{"".join(f"<p class='detail'>{text(detail)}</p>" for detail in details)}
<dl class="facts">{terms}</dl>
</div>
<div class="levels">{"".join(_level(summary, level) for level in LEVELS)}</div>
{listing("Notes", summary.notes, "notes")}
{listing("Left behind: it could not be deleted", summary.left, "left")}
</header>"""


def _level(summary: Summary, level: str) -> str:
    counts = summary.counts(level)
    statuses = {
        rule_id: status for rule_id, status in summary.statuses().items() if catalogue()[rule_id].level == level
    }
    ticks = "".join(mark(status, rule_id) for rule_id, status in statuses.items())
    rest = "".join(
        f"<li class='{css(status)}'><span aria-hidden='true'>{SIGNS[status]}</span> {counts[status]} {status}</li>"
        for status in STATUSES
        if status != "passed" and counts[status]
    )
    return f"""<section class="level" aria-label="{level} rules">
<h2>{level}</h2>
<p class="score"><b>{counts["passed"]}</b> of {counts.total()} rules hold</p>
<div class="ticks" aria-hidden="true">{ticks}</div>
{f"<ul class='counts'>{rest}</ul>" if rest else ""}
</section>"""
