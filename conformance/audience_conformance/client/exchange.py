"""A request and its response, and the sequence of them that a finding shows."""

import base64
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from audience_conformance.results.finding import cut

MAX_BODY_SHOWN = 4000
MAX_DEPTH = 200
"""Depth of lists and objects in an answer: deeper ones would exhaust the stack of what reads them."""
MAX_CUT = 2**20
"""Bytes of an answer of which the deeper parts are left out; a larger one with such parts is not read at all."""


@dataclass(frozen=True)
class Answer:
    """A response of the target."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The body as JSON, None if it is not JSON; what is nested more than MAX_DEPTH times is null.

        A target that stores whatever it gets also returns what the suite has sent too deep: the rest must stay
        readable, so that it is found and deleted.
        """
        try:
            return json.loads(_cut_deep(self.content) if _is_deep(self.content) else self.content)
        except ValueError:
            return None

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    @property
    def ok(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    def __str__(self) -> str:
        return f"{self.status} {cut(self.text, MAX_BODY_SHOWN)}".strip()


@dataclass(frozen=True)
class Exchange:
    """One request and its response, which is None if there was none.

    `started` is by the monotonic clock; `seconds` is how long it took.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    answer: Answer | None
    seconds: float
    started: float = 0.0

    @property
    def json(self) -> Any:
        """The request's body as JSON; `...` if it has none, or one that is not JSON."""
        try:
            return json.loads(self.body) if self.body else ...
        except ValueError:
            return ...

    def curl(self, secrets: Mapping[str, str]) -> str:
        """The request as a command line; a header in `secrets` shows a variable in place of its value."""
        words = ["curl", "-sS"]
        if self.method != "GET":
            words += ["-X", self.method]
        for name, value in self.headers:
            if name.lower() in secrets:
                words += ["-H", f'"{name}: {secrets[name.lower()]}"']
            else:
                words += ["-H", shlex.quote(f"{name}: {value}")]
        if self.body:
            text = self.body.decode("utf-8", "replace")
            if text.isprintable() and text.encode() == self.body:
                words += ["--data-raw", shlex.quote(text)]
            else:  # not text, or with characters that do not survive copy and paste
                encoded = base64.b64encode(self.body).decode()
                return f"echo {encoded} | base64 -d | {' '.join(words)} --data-binary @- {shlex.quote(self.url)}"
        return " ".join([*words, shlex.quote(self.url)])


@dataclass
class Trace:
    """The requests since the last `restart`: the sequence that a finding shows."""

    exchanges: list[Exchange] = field(default_factory=list)
    setup: list[Exchange] = field(default_factory=list)
    started: bool = False

    def restart(self) -> None:
        """Clear the requests; those before the first restart are the set-up of the check and stay."""
        if not self.started:
            self.setup += self.exchanges
            self.started = True
        self.exchanges.clear()

    @property
    def sequence(self) -> list[Exchange]:
        """The set-up, and the requests since the last restart."""
        return [*self.setup, *self.exchanges]


_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MARK = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_CLOSES = {b"]": b"[", b"}": b"{"}


def _cut_deep(content: bytes) -> bytes:
    """A text with null in place of what is nested more than MAX_DEPTH times; nothing if it is too large or no JSON."""
    if len(content) > MAX_CUT:
        return b""
    parts, kept = [], 0
    open_ones: list[bytes] = []
    for mark in _MARK.finditer(content):
        if mark[0] in _CLOSES.values():
            if len(open_ones) == MAX_DEPTH:
                parts.append(content[kept : mark.start()])
            open_ones.append(mark[0])
        elif mark[0] in _CLOSES:
            if not open_ones or open_ones.pop() != _CLOSES[mark[0]]:
                return b""
            if len(open_ones) == MAX_DEPTH:
                parts.append(b"null")
                kept = mark.end()
    return b"" if open_ones else b"".join([*parts, content[kept:]])


def _is_deep(content: bytes) -> bool:
    """Is a text nested more than MAX_DEPTH times, if it is JSON."""
    if content.count(b"[") + content.count(b"{") <= MAX_DEPTH:
        return False
    # Brackets in strings need not be balanced; the strings are taken out only where that matters.
    return _outlives(content) and _outlives(_STRING.sub(b"", content))


def _outlives(content: bytes) -> bool:
    """Are there brackets left when the innermost ones are taken away MAX_DEPTH times."""
    brackets = content.translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return bool(brackets)
