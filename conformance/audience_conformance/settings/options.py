"""The options of `audience-conformance run`, which `pytest --pyargs audience_conformance` takes too: one table.

Values stay text here; settings.py judges them. Nothing heavy is imported: --help and other people's pytest runs load
this file at most.
"""

from typing import NamedTuple

KINDS = ("junit", "html", "json", "markdown", "sarif", "badge")
PROFILES = ("smoke", "standard", "deep")
LEVELS = ("must", "should")
DEFAULT_COMPANY, DEFAULT_APPLICATION = "559", "64b000000000000000000001"


class Option(NamedTuple):
    """One option.

    Args:
        name: as in `--name`.
        section: under which heading it is shown.
        help: a sentence, and an example where one helps.
        metavar: what stands for its value; None for a flag.
        default: its value where it is not given.
        short: a second, short name.
        repeat: may be given more than once.
        in_pytest: its name in pytest, where that differs because the plain one belongs to pytest or a well-known
            plugin; None for one that pytest has of its own (-x, -n, --collect-only).
        sweeps: does `sweep` take it too.
        old_name: its name in earlier versions, still accepted with a note on stderr.
    """

    name: str
    section: str
    help: str
    metavar: str | None = None
    default: str | None = None
    short: str | None = None
    repeat: bool = False
    in_pytest: str | None = ""
    sweeps: bool = False
    old_name: str | None = None

    @property
    def field(self) -> str:
        """Its name in Python."""
        return self.name.replace("-", "_")

    @property
    def pytest_name(self) -> str | None:
        return self.name if self.in_pytest == "" else self.in_pytest


_TARGET, _CHOICE, _PACE = "The target", "What is checked", "How it runs"
_SAFETY, _KNOWN, _REPORTS = "Safety", "Known failures", "Reports"

OPTIONS: tuple[Option, ...] = (
    Option(
        "url",
        _TARGET,
        "Where the target is, with or without the base path; without it a mock is started. "
        "Example: --url http://127.0.0.1:4010",
        "URL",
        sweeps=True,
    ),
    Option(
        "header",
        _TARGET,
        "A header for every request; its value is never printed. Repeatable. Example: -H 'Authorization: Bearer 5f2a…'",
        "'NAME: VALUE'",
        short="H",
        repeat=True,
        sweeps=True,
    ),
    Option(
        "company",
        _TARGET,
        "The company to work in. Example: --company 559",
        "ID",
        DEFAULT_COMPANY,
        sweeps=True,
    ),
    Option(
        "application",
        _TARGET,
        f"The application of it to work in. Example: --application {DEFAULT_APPLICATION}",
        "ID",
        DEFAULT_APPLICATION,
        sweeps=True,
    ),
    Option(
        "other-application",
        _TARGET,
        "A second application of the company, for the rules that keep them apart. "
        "Example: --other-application 64b000000000000000000002",
        "ID",
        sweeps=True,
    ),
    Option(
        "group-id",
        _TARGET,
        "A group with users, best with blacklisted ones among them; it is only read. "
        "Example: --group-id 64f111111111111111111111",
        "ID",
    ),
    Option(
        "users-file-url",
        _TARGET,
        "A CSV with a column user_id that the target can read, for one that does not read data: URLs. "
        "Example: --users-file-url https://files.example.com/users.csv",
        "URL",
    ),
    Option(
        "locked-definition",
        _TARGET,
        "A locked definition that the run may try to change and to delete: the API cannot make one. "
        "Example: --locked-definition 64f666666666666666666666",
        "ID",
    ),
    Option(
        "validated-definition",
        _TARGET,
        "A definition with validations, of which the run may put values for users of its own: the API cannot make one. "
        "Example: --validated-definition 64f888888888888888888888",
        "ID",
    ),
    Option("rules", _CHOICE, "Only these rules. Example: --rules 'DEF-*,PAG-02'", "PATTERNS"),
    Option("skip-rules", _CHOICE, "Not these rules. Example: --skip-rules 'CON-*'", "PATTERNS"),
    Option("level", _CHOICE, "Only the rules of this level. Example: --level must", "|".join(LEVELS)),
    Option(
        "profile",
        _CHOICE,
        "How hard it tries: on a local target about 10 seconds, a minute or ten. Example: --profile smoke",
        "|".join(PROFILES),
        "standard",
        in_pytest="conformance-profile",
    ),
    Option("seed", _PACE, "What all chance comes from; the same seed gives the same run. Example: --seed 7", "N", "0"),
    Option(
        "workers",
        _PACE,
        "Processes that check at the same time; auto is 2 for a target on this machine that has no --rate-limit, where "
        "there are two cores and many checks, else 1. Example: --workers 4",
        "N|auto",
        "auto",
        in_pytest=None,
    ),
    Option(
        "rate-limit",
        _PACE,
        "Requests a second, minute or hour at the most, all workers together. Example: --rate-limit 100/m",
        "N/s|m|h",
    ),
    Option(
        "max-time",
        _PACE,
        "Start no further check after this time; those left out are skipped. Example: --max-time 5m",
        "TIME",
    ),
    Option(
        "timeout",
        _PACE,
        "Seconds for one request. Example: --timeout 30",
        "SECONDS",
        "10",
        in_pytest="conformance-timeout",
        sweeps=True,
    ),
    Option(
        "async-timeout",
        _PACE,
        "How long to wait for background jobs, such as reading a file of users. Example: --async-timeout 60",
        "SECONDS",
        "10",
        old_name="patience",
    ),
    Option("fail-fast", _PACE, "Stop at the first finding that fails the run.", in_pytest=None),
    Option(
        "dry-run",
        _SAFETY,
        "Print what would run and what it would write, and send nothing. Example: --dry-run --rules 'GRP-*'",
        in_pytest=None,
    ),
    Option(
        "write",
        _SAFETY,
        "Write to a target that is not on this machine: only things of the run's own, deleted at its end. "
        "Example: --url https://staging.example.com --write",
    ),
    Option("read-only", _SAFETY, "Check the rules of reading only, wherever the target is."),
    Option(
        "strict",
        _CHOICE,
        "A broken SHOULD rule fails the run too.",
        in_pytest="conformance-strict",
    ),
    Option(
        "known-failures",
        _KNOWN,
        "Findings that are known: they do not fail the run, and fail it once they have gone or expired. "
        "Example: --known-failures known.yaml",
        "FILE",
    ),
    Option(
        "write-known-failures",
        _KNOWN,
        "Write what was found as such a file, which must not exist. Example: --write-known-failures known.yaml",
        "FILE",
    ),
    Option(
        "report",
        _REPORTS,
        f"Reports to write: {', '.join(KINDS)}. Repeatable. Example: --report html,junit",
        "KINDS",
        repeat=True,
    ),
    Option(
        "report-dir",
        _REPORTS,
        "The folder for reports. Example: --report-dir build/conformance",
        "FOLDER",
        "conformance-report",
    ),
)
