"""The badge: JSON for https://shields.io/badges/endpoint-badge.

It says the verdict, and counts the whole catalogue: a run of a few rules does not look like the whole contract.
"""

import json

from audience_conformance.reports.facts import LEVELS, TONES, Tone
from audience_conformance.results.summary import Summary

COLOURS: dict[Tone, str] = {"good": "brightgreen", "warning": "yellow", "bad": "red", "unknown": "lightgrey"}


def report(summary: Summary) -> str:
    """Return one JSON object."""
    counts = [(level, summary.counts(level)) for level in LEVELS]
    shown = ", ".join(f"{count['passed']}/{count.total()} {level}" for level, count in counts)
    name = summary.verdict.name
    badge = {
        "schemaVersion": 1,
        "label": "Audience contract",
        "message": f"{name}: {shown}",
        "color": COLOURS[TONES[name]],
    }
    return json.dumps(badge, indent=2) + "\n"
