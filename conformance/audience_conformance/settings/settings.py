"""The settings of a run as plain data, the checks that they select, and the command line that replays the run."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audience_conformance.checks import registry
from audience_conformance.checks.registry import Check, items
from audience_conformance.client.connections import is_loopback
from audience_conformance.client.target import Options
from audience_conformance.contract.document import operations, operations_by_tag
from audience_conformance.contract.names import match
from audience_conformance.contract.rules import catalogue, select
from audience_conformance.results.known_failures import KnownFailures, read_known
from audience_conformance.results.result import exercised, item_id
from audience_conformance.settings.failed_report import read_failed
from audience_conformance.settings.options import OPTIONS

CONNECTIONS, CONNECTIONS_NEAR = 16, 4
"""Requests that are sent at the same time, by default: to a distant target, and to one on this machine."""
NEAR = 0.02
"""Seconds in which a target on this machine answers, unless it is the end of a tunnel."""
PREREQUISITES = ("other_application", "group_id", "users_file_url", "locked_definition", "validated_definition")
"""What some rules need and the API cannot create: options that the local mock fills in."""

REPLAYED = (
    "company",
    "application",
    "profile",
    "timeout",
    "async_timeout",
    "consistency",
    "tls_verify",
    "client_cert",
)
"""The options that a second run needs to give the same results."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The options of a run, by name; their defaults are in options.py.

    Plain data, so that it can be sent to processes. Unlike the option:

    Args:
        url: None for a mock that the run starts.
        headers: (name, value) pairs; values are secret.
        connections: 0 for auto.
        rate: requests a second, None for no limit.
        max_time: seconds, None for no limit.
        shard: its number, from 1, and how many there are; None for a whole run.
        config: the file of options that was read, None for none.
        mock_started: the target is a mock that this run started.
        har_folder: where the requests are written for a HAR report, None for nowhere.
    """

    url: str | None
    headers: tuple[tuple[str, str], ...]
    company: str
    application: str
    other_application: str | None
    group_id: str | None
    users_file_url: str | None
    locked_definition: str | None
    validated_definition: str | None
    rules: str | None
    skip_rules: str | None
    operations: str | None
    tags: str | None
    failed_from: str | None
    level: str | None
    profile: str
    shard: tuple[int, int] | None
    seed: int
    connections: int
    rate: float | None
    max_time: float | None
    timeout: float
    async_timeout: float
    proxy: str | None
    tls_verify: str | None
    client_cert: str | None
    header_command: str | None
    consistency: float | None
    fail_fast: bool
    dry_run: bool
    strict: bool
    allow_partial: bool
    write: bool
    read_only: bool
    keep: bool
    known_failures: str | None
    write_known_failures: str | None
    report: tuple[str, ...]
    report_dir: str
    config: str | None
    mock_started: bool = False
    har_folder: str | None = None

    @property
    def writes(self) -> bool:
        """The run has permission to write."""
        return not self.read_only and (self.write or self.url is None or is_loopback(self.url))

    def connections_at(self, latency: float) -> int:
        """The number of connections to a target that answers within so many seconds.

        It is --connections, or by default one with --rate-limit, few to a target near by, which they keep busy, and
        many to a distant one.
        """
        near = (self.url is None or is_loopback(self.url)) and latency < NEAR
        return self.connections or (1 if self.rate else CONNECTIONS_NEAR if near else CONNECTIONS)

    def options(self) -> Options:
        """The target's options."""
        assert self.url is not None, "a mock has been started"
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
            consistency=self.consistency or 0.0,
            rate=self.rate or 0.0,
            writes=self.writes,
            keep=self.keep,
            proxy=self.proxy,
            tls_verify=self.tls_verify,
            client_cert=self.client_cert,
            header_command=self.header_command,
            har_folder=self.har_folder,
        )

    def known(self) -> KnownFailures:
        return read_known(Path(self.known_failures)) if self.known_failures else KnownFailures()

    def selected_rules(self) -> list[str]:
        """The ids of the rules to check, in the order of the catalogue."""
        selected = select(self.rules) if self.rules else list(catalogue())
        skipped = set(self.skipped_rules())
        return [
            rule_id
            for rule_id in selected
            if rule_id not in skipped and (not self.level or catalogue()[rule_id].level == self.level.upper())
        ]

    def skipped_rules(self) -> list[str]:
        """The ids of the rules of --skip-rules."""
        return select(self.skip_rules or "")

    def items(self) -> list[tuple[Check, str | None]]:
        """Each check to run with each of its cases, in the order of the catalogue.

        A rule is checked by the checks that name it first; if there is none, by those that name it at all.
        """
        selected = set(self.selected_rules())
        checks = registry.all_checks()
        without_own_check = selected - {check.rules[0] for check in checks}
        order = {rule_id: place for place, rule_id in enumerate(catalogue())}
        to_run = [
            check
            for check in checks
            if (check.rules[0] in selected or without_own_check.intersection(check.rules))
            and not (check.generates and self.profile == "smoke")
        ]
        chosen, failed = self._chosen_operations(), read_failed(Path(self.failed_from)) if self.failed_from else None
        return [
            (check, case)
            for check, case in items(sorted(to_run, key=lambda check: order[check.rules[0]]))
            if (chosen is None or chosen.intersection(exercised(check.operations, case)))
            and (failed is None or item_id(check.name, case, check.rules) in failed)
        ]

    @property
    def selects(self) -> bool:
        """Do options select some checks of all that the profile has."""
        return bool(self.rules or self.skip_rules or self.level or self.operations or self.tags or self.failed_from)

    def selection(self) -> list[str]:
        """The rules of the checks to run if options select some, else none."""
        if not (self.operations or self.tags or self.failed_from):
            return self.selected_rules() if self.selects else []
        first = {check.rules[0] for check, _ in self.items()}
        return [rule_id for rule_id in self.selected_rules() if rule_id in first]

    def _chosen_operations(self) -> set[str] | None:
        """The operationIds of --operations that have one of --tags; None without these options."""
        if not (self.operations or self.tags):
            return None
        by_tag = operations_by_tag()
        named = match(self.operations, operations(), "operation") if self.operations else list(operations())
        tags = match(self.tags, by_tag, "tag") if self.tags else list(by_tag)
        return {name for name in named if any(name in by_tag[tag] for tag in tags)}

    def replayed(self) -> dict[str, Any]:
        """The options that a replay of a finding needs, by name, without secrets and with their defaults."""
        names = [*REPLAYED, "seed", "write", *(() if self.mock_started else ("url", *PREREQUISITES))]
        return {name: getattr(self, name) for name in names if getattr(self, name) not in (None, False)}

    def of_whole_run(self) -> dict[str, Any]:
        """The options that all shards of a run have in common, and the rules that they check, as JSON."""
        names = ("rules", "skip_rules", "operations", "tags", "level", "strict", "allow_partial", "read_only")
        given = {name: getattr(self, name) for name in names}
        files = {"failed_from": bool(self.failed_from), "known_failures": bool(self.known_failures)}
        return {**self.replayed(), **given, **files, "checked_rules": self.selected_rules()}

    def command(self, command: str = "run", **more: str) -> str:
        """The command line of this run for a shell, with these options added and secrets as $TOKEN.

        For the command `sweep` it has only the options that it takes.
        """
        words = ["audience-conformance", command]
        replayed = {*REPLAYED}
        if not self.mock_started:
            words += ["--url", shlex.quote(self.url or "")]
            replayed.update(PREREQUISITES)
        for name, secret in self.headers:
            bearer = "Bearer " if secret.lower().startswith("bearer ") else ""
            words += ["-H", f'"{name}: {bearer}$TOKEN"']
        for option in OPTIONS:
            is_taken = option.name in replayed and (command == "run" or option.sweep)
            value = getattr(self, option.name) if is_taken else None
            text = f"{value:g}" if isinstance(value, float) else value
            if text is not None and text != option.default:
                words += [option.opts[0], shlex.quote(text)]
        if self.header_command:  # it may hold a secret
            words += ["--header-command", '"$HEADER_COMMAND"']
        if self.proxy:  # one with a password is named by a variable
            words += ["--proxy", '"$PROXY"' if "@" in self.proxy else shlex.quote(self.proxy)]
        if command != "run":
            return " ".join(words)
        if self.write:
            words.append("--write")
        for name, value in more.items():
            words += [f"--{name}", shlex.quote(value)]
        return " ".join([*words, "--seed", str(self.seed)])
