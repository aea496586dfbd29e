"""What a run is told, as plain data, and what follows from it: the rules to check, the line that replays it."""

import json
import os
import shlex
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from audience_conformance.checks import registry
from audience_conformance.checks.registry import Check, items
from audience_conformance.client.target import Options
from audience_conformance.contract.rules import catalogue, select
from audience_conformance.results.known_failures import KnownFailures, KnownFailuresError, read_known
from audience_conformance.settings.options import LEVELS, OPTIONS

MANY_ITEMS = 100
"""Items from which on a second process helps: it takes a second to start."""


class BadOption(Exception):
    """An option that cannot be used; the message names it and says the fix."""


@dataclass(frozen=True)
class Settings:
    """All that a run is told; plain data, so that it can be handed to workers.

    Args:
        url: the target, None for a mock of our own.
        headers: (name, value) of each header; values are secret.
        workers: processes that check at the same time, 0 for as many as help.
        rate: requests a second at the most, 0 for no limit.
        max_time: seconds after which no check starts, None for no limit.
        ours: is the target a mock that this run started.
    """

    url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    company: str = "559"
    application: str = "64b000000000000000000001"
    other_application: str | None = None
    group_id: str | None = None
    users_file_url: str | None = None
    locked_definition: str | None = None
    validated_definition: str | None = None
    rules: str = ""
    skip_rules: str = ""
    level: str | None = None
    profile: str = "standard"
    seed: int = 0
    workers: int = 0
    rate: float = 0.0
    max_time: float | None = None
    timeout: float = 10.0
    async_timeout: float = 10.0
    fail_fast: bool = False
    dry_run: bool = False
    strict: bool = False
    write: bool = False
    read_only: bool = False
    known_failures: str | None = None
    write_known_failures: str | None = None
    report: tuple[str, ...] = ()
    report_dir: str = "conformance-report"
    ours: bool = False

    @property
    def writes(self) -> bool:
        """May the run write."""
        return not self.read_only and (self.write or self.url is None or is_loopback(self.url))

    def processes(self, items: int) -> int:
        """How many processes perform so many items, where nobody has said: two on a target that is on this machine.

        Others' targets are not pressed, nor is one that is limited; for a few items a second process starts too late.
        """
        if self.workers:
            return self.workers
        alone = self.rate or self.url is None or not is_loopback(self.url) or items < MANY_ITEMS
        return 1 if alone else min(2, _cores())

    def options(self, workers: int = 1) -> Options:
        """What one of so many workers is told of the target."""
        assert self.url is not None, "the target is known by now"
        return Options(
            url=self.url,
            headers=self.headers,
            company_id=self.company,
            application_id=self.application,
            other_application_id=self.other_application,
            group_id=self.group_id,
            users_file_url=self.users_file_url,
            locked_definition_id=self.locked_definition,
            validated_definition_id=self.validated_definition,
            timeout=self.timeout,
            async_timeout=self.async_timeout,
            rate=self.rate / workers,
            writes=self.writes,
        )

    def known(self) -> KnownFailures:
        """The known failures. Raises BadOption."""
        if self.known_failures is None:
            return KnownFailures()
        try:
            return read_known(Path(self.known_failures))
        except KnownFailuresError as problem:
            raise BadOption(f"--known-failures: {problem}") from None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        data = json.loads(text)
        data["headers"] = tuple((name, value) for name, value in data["headers"])
        data["report"] = tuple(data["report"])
        return cls(**data)

    # --- what is checked --------------------------------------------------------------------------------

    def chosen(self) -> list[str]:
        """The ids of the rules that are to be checked, in the order of the catalogue. Raises BadOption."""
        chosen = _select("rules", self.rules) if self.rules else list(catalogue())
        left_out = set(self.skip_ids())
        levels = {self.level.upper()} if self.level else {level.upper() for level in LEVELS}
        return [rule_id for rule_id in chosen if rule_id not in left_out and catalogue()[rule_id].level in levels]

    def skip_ids(self) -> list[str]:
        """The ids of the rules that are left out by name. Raises BadOption."""
        return _select("skip-rules", self.skip_rules)

    def items(self) -> list[tuple[Check, str | None]]:
        """Each check with each of its cases that is to be performed, in the order of the catalogue. Raises BadOption.

        A rule is checked by the checks that name it first; one without such, by those that name it at all.
        """
        chosen = set(self.chosen())
        checks = registry.all_checks()
        owned = {check.rules[0] for check in checks}
        strays = chosen - owned
        order = {rule_id: place for place, rule_id in enumerate(catalogue())}
        wanted = [
            check
            for check in checks
            if (check.rules[0] in chosen or strays.intersection(check.rules))
            and not (check.generates and self.profile == "smoke")
        ]
        return list(items(sorted(wanted, key=lambda check: order[check.rules[0]])))

    # --- how a person would say it ----------------------------------------------------------------------

    def command(self, **more: str) -> str:
        """The command line of this run, secrets as $TOKEN, with these rules, for a shell."""
        shown: dict[str, str | None] = {name: getattr(self, name) for name in ("company", "application", "profile")}
        words = ["audience-conformance", "run"]
        if not self.ours:
            words += ["--url", shlex.quote(self.url or "")]
            for name in IDS:
                shown[name] = getattr(self, name)
        for name, secret in self.headers:
            bearer = "Bearer " if secret.lower().startswith("bearer ") else ""
            words += ["-H", f'"{name}: {bearer}$TOKEN"']
        shown |= {name: f"{getattr(self, name):g}" for name in ("timeout", "async_timeout")}
        for option in OPTIONS:
            value = shown.get(option.field)
            if value is not None and value != option.default:
                words += [f"--{option.name}", shlex.quote(value)]
        if self.write:
            words.append("--write")
        for name, value in more.items():
            words += [f"--{name}", shlex.quote(value)]
        return " ".join([*words, "--seed", str(self.seed)])


IDS = ("other_application", "group_id", "users_file_url", "locked_definition", "validated_definition")


def _select(option: str, patterns: str) -> list[str]:
    try:
        return select(patterns)
    except ValueError as error:
        raise BadOption(f"--{option}: {error}") from None


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_loopback(url: str) -> bool:
    """Is the URL's host this very machine, by its name alone."""
    host = (urlsplit(url).hostname or "").lower().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
