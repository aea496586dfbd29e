"""The reports of a run, and writing them into a folder."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from audience_conformance.reports import badge, data, har, html, junit, markdown, sarif
from audience_conformance.reports.evidence import MARK, SCRIPTS, script_name
from audience_conformance.results.summary import Summary

REPORTS: dict[str, tuple[str, Callable[[Summary], str]]] = {
    "junit": ("junit.xml", junit.report),
    "html": ("report.html", html.report),
    "json": ("report.json", data.report),
    "markdown": ("report.md", markdown.report),
    "sarif": ("report.sarif", sarif.report),
    "har": ("run.har", har.report),
    "badge": ("badge.json", badge.report),
}
"""Kind -> file name, and the function that makes its text."""

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
"""GitHub Actions' variable with the path of a Markdown file that it shows on the page of the run."""


class ReportError(Exception):
    """A report could not be written; the message says which one, why, and the fix."""


def write(summary: Summary, kinds: Iterable[str], folder: Path) -> list[Path]:
    """Write reports into a folder, creating it if necessary; return their paths, and that of the scripts' folder.

    A file is replaced as a whole or not at all. In GitHub Actions the Markdown is always added to the page of the run.

    Raises:
        ReportError: the folder or a file cannot be written, or a kind is unknown.
    """
    kinds = list(dict.fromkeys(kinds))
    if unknown := [kind for kind in kinds if kind not in REPORTS]:
        raise ReportError(f"unknown report: {', '.join(unknown)}; choose from {', '.join(REPORTS)}")
    written = []
    try:
        if kinds:
            folder.mkdir(parents=True, exist_ok=True)
        for kind in kinds:
            _, make = REPORTS[kind]
            written.append(_replace(folder / file_name(kind, summary.shard), make(summary)))
        if kinds:
            written += _write_scripts(summary, folder / SCRIPTS)
    except OSError as error:
        reason = error.strerror or error
        raise ReportError(f"cannot write reports to {folder}: {reason}; name another folder (--report-dir)") from error
    if path := os.environ.get(STEP_SUMMARY):
        _append(Path(path), markdown.report(summary))
    return written


def file_name(kind: str, shard: tuple[int, int] | None = None) -> str:
    """The name of a report's file; the JSON reports of all shards fit into one folder."""
    if kind == "json" and shard:
        return f"report-{shard[0]}-of-{shard[1]}.json"
    return REPORTS[kind][0]


def _write_scripts(summary: Summary, folder: Path) -> list[Path]:
    """Write the script of each finding, and delete those of an earlier run; return the folder if there are any."""
    for path in folder.glob("*.sh"):
        if MARK in path.read_text("utf-8", "replace")[: len(MARK) * 2]:
            path.unlink()
    scripts = {script_name(result): result.script for result in summary.findings() if result.script}
    if scripts:
        folder.mkdir(exist_ok=True)
    for name, text in scripts.items():
        _replace(folder / name, text).chmod(0o755)
    return [folder] if scripts else []


def _replace(path: Path, text: str) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(text.encode())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _append(path: Path, text: str) -> None:
    try:
        with path.open("ab") as file:
            file.write(f"{text}\n".encode())
    except OSError as error:
        reason = error.strerror or error
        raise ReportError(f"cannot append to {path}: {reason}; unset or correct {STEP_SUMMARY}") from error
