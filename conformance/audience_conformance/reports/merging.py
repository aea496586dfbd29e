"""Makes the summary of a whole run from the JSON reports of its shards."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from audience_conformance.reports.reading import NotAReport, read_document
from audience_conformance.results.known_failures import KnownFailures
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary

OF_SHARDS = "report-*-of-*.json"
"""The names of the JSON reports of shards."""
_MOST_SHOWN = 80


class NotMerged(Exception):
    """Reports are not those of the shards of one run; the message says why, and the fix."""


def find_reports(paths: Iterable[Path]) -> list[Path]:
    """The files of these paths; of a folder, the JSON reports of shards in it and below it.

    Raises:
        NotMerged: a folder has none.
    """
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.rglob(OF_SHARDS)) if path.is_dir() else [path]
        if not inside:
            raise NotMerged(f"no {OF_SHARDS} is in {path}; name the folder of the reports that run --shard has written")
        found |= dict.fromkeys(inside)
    return list(found)


def merged(paths: Iterable[Path], known: KnownFailures | None) -> Summary:
    """The summary of the run whose shards have written these reports.

    Args:
        paths: of the JSON reports.
        known: the known failures that the shards were run with, None if with none.

    Raises:
        NotAReport: a file is no report that can be read.
        NotMerged: they are not the shards of one run, or one is missing.
    """
    documents = {path: read_document(path) for path in paths}
    _are_one_run(documents)
    run = next(iter(documents.values()))["shard"]["run"]
    if bool(run["known_failures"]) != (known is not None):
        does = "were run with --known-failures" if run["known_failures"] else "were run without --known-failures"
        fix = "name that file here too" if run["known_failures"] else "leave it out here too"
        raise NotMerged(f"the shards {does}; {fix}")
    return _summary(documents, run, known or KnownFailures())


def _are_one_run(documents: dict[Path, dict[str, Any]]) -> None:
    """Raises NotMerged if these are not all shards of one run, each once."""
    places: dict[int, Path] = {}
    first: Path | None = None
    for path, document in documents.items():
        shard = document.get("shard")
        if not isinstance(shard, dict):
            raise NotMerged(f"{path} is the report of a whole run; only those of run --shard can be merged")
        if not {"number", "of", "run"} <= shard.keys() or not isinstance(shard["run"], dict):
            raise NotAReport(f"{path}: shard is not complete")
        if first is not None:
            _is_same_run(first, documents[first], path, document)
        if (twice := places.get(shard["number"])) is not None:
            raise NotMerged(f"{twice} and {path} are both of shard {shard['number']}/{shard['of']}; name one of them")
        places[shard["number"]] = path
        first = first or path
    if first is None:
        raise NotMerged("there is no report; name those of all shards of a run")
    of = documents[first]["shard"]["of"]
    if missing := [f"{number}/{of}" for number in range(1, of + 1) if number not in places]:
        is_are = "is" if len(missing) == 1 else "are"
        raise NotMerged(f"the report of shard {', '.join(missing)} {is_are} missing; name those of all {of} shards")


def _is_same_run(one: Path, first: dict[str, Any], other: Path, second: dict[str, Any]) -> None:
    """Raises NotMerged if a second report has other options than the first."""
    pairs: dict[str, tuple[Any, Any]] = {"the number of shards": (first["shard"]["of"], second["shard"]["of"])}
    pairs["version"] = (first.get("version"), second.get("version"))
    options, others = first["shard"]["run"], second["shard"]["run"]
    pairs |= {name: (options.get(name), others.get(name)) for name in (*options, *others)}
    for name, (left, right) in pairs.items():
        if left != right:
            shown = [json.dumps(value)[:_MOST_SHOWN] for value in (left, right)]
            raise NotMerged(f"{one} and {other} are not of one run: {name} is {shown[0]} and {shown[1]}")


def _summary(documents: dict[Path, dict[str, Any]], run: dict[str, Any], known: KnownFailures) -> Summary:
    reports = list(documents.values())
    first = reports[0]
    try:
        results = [result for path, document in documents.items() for result in _results(path, document)]
        checked = {result.rule for result in results}
        return Summary(
            target=" ".join(dict.fromkeys(str(document["target"]) for document in reports)),
            profile=first["profile"],
            seed=first["seed"],
            results=results,
            sent=sum(document["requests"] for document in reports),
            seconds=_seconds(reports),
            started=min(document["started"] for document in reports),
            version=first["version"],
            left=[line for document in reports for line in document["not_deleted"]],
            known={rule_id: why for rule_id, why in known.rules(results).items() if rule_id in checked},
            notes=_notes(reports),
            selected=first["selected_rules"],
            strict=first["strict"],
            allow_partial=first["allow_partial"],
            stale=known.stale(results, run["checked_rules"]),
            command=first["command"],
            options=first["options"],
            ended="; ".join(dict.fromkeys(filter(None, map(_why_ended, reports)))),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotAReport(f"{', '.join(map(str, documents))}: not as run --shard writes it ({error!r})") from None


def _why_ended(document: dict[str, Any]) -> str:
    """Why a shard ended before it had judged all its checks, or ""."""
    shard = f"shard {document['shard']['number']}/{document['shard']['of']}"
    return f"{shard} was interrupted before its end" if document["interrupted"] else str(document["ended"])


def _seconds(reports: list[dict[str, Any]]) -> float:
    """From the start of the first shard to the end of the last, without time in which none ran."""
    spans = sorted((datetime.fromisoformat(one["started"]).timestamp(), float(one["seconds"])) for one in reports)
    total, until = 0.0, 0.0
    for started, seconds in spans:
        total += max(0.0, started + seconds - max(started, until))
        until = max(until, started + seconds)
    return total


def _notes(reports: list[dict[str, Any]]) -> list[str]:
    """The notes of all shards, once each; one that not all have says of which shards it is."""
    counted = Counter(note for document in reports for note in dict.fromkeys(document["notes"]))
    notes = []
    for note, times in counted.items():
        numbers = [str(one["shard"]["number"]) for one in reports if note in one["notes"]]
        notes.append(note if times == len(reports) else f"shard {', '.join(numbers)}: {note}")
    of = reports[0]["shard"]["of"]
    return [f"merged from the reports of {of} shards", *(note for note in notes if "one shard of a run" not in note)]


def _results(path: Path, document: dict[str, Any]) -> Iterable[Result]:
    for rule in document["rules"].values():
        for recorded in rule["results"]:
            yield Result(
                **{name: recorded[name] for name in _SAME},
                known=recorded["known_failure"],
                sent=recorded["requests"],
                script=_script(path.parent, recorded["script"]),
                trouble=[(kind, number, text) for kind, number, text in recorded["trouble"]],
                rests_on=recorded["contract_pointer"] or [],
            )


_SAME = (
    *("rule", "rules", "check", "case", "status", "expected", "actual", "overdue", "seen_after", "operation"),
    *("operations", "curl", "answer", "seconds", "location", "ends_run"),
)
"""The fields of a result that have the same names in a report."""


def _script(folder: Path, name: str) -> str:
    """The text of a finding's script, "" if it is not beside the report."""
    path = folder / name
    inside = name and path.resolve().is_relative_to(folder.resolve()) and path.is_file()
    return path.read_text("utf-8", "replace") if inside else ""
