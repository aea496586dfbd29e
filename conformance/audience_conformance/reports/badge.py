"""The badge: JSON for https://shields.io/badges/endpoint-badge.

It counts the whole catalogue, so that a run of a few rules does not look like the whole contract.
"""

import json

from audience_conformance.reports.facts import LEVELS, Tone, verdict
from audience_conformance.results.summary import Summary

COLOURS: dict[Tone, str] = {"good": "brightgreen", "warning": "yellow", "bad": "red", "unknown": "lightgrey"}
UNPROVEN = "yellowgreen"
"""No rule is broken, but not every rule was checked."""


def report(summary: Summary) -> str:
    """Return one JSON object."""
    counts = [(level, summary.counts(level)) for level in LEVELS]
    message = ", ".join(f"{count['passed']}/{count.total()} {level}" for level, count in counts)
    tone = verdict(summary).tone
    unproven = any(count["passed"] < count.total() for _, count in counts)
    colour = UNPROVEN if tone == "good" and unproven else COLOURS[tone]
    badge = {"schemaVersion": 1, "label": "Audience contract", "message": message, "color": colour}
    return json.dumps(badge, indent=2) + "\n"
