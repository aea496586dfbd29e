"""The HAR report (HTTP Archive 1.2): every request of the run with its answer, for the tools that read it.

Bodies are cut, and the values of secret headers and cookies are hidden.
"""

import json

from audience_conformance.reports import facts
from audience_conformance.results.summary import Summary


def report(summary: Summary) -> str:
    """Return one JSON object in ASCII."""
    creator = json.dumps({"name": "audience-conformance", "version": facts.visible(summary.version)})
    comment = json.dumps(facts.visible(f"{facts.verdict(summary).headline}: {summary.target}"))
    entries = ",\n".join(summary.exchanges)
    return f'{{"log": {{"version": "1.2", "creator": {creator}, "comment": {comment}, "entries": [\n{entries}\n]}}}}\n'
