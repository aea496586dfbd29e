"""How text becomes part of a script: words, bodies and comments that are safe whatever the target has answered."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from audience_conformance.reports.facts import visible

LONG_ID = 12
"""Characters from which on an id is looked for in bodies: a shorter one can be anything."""


@dataclass(frozen=True)
class Origin:
    """Where and how a finding was made.

    Args:
        base_url: of the target, with the base path.
        run_id: of the run, which is in every name that it made.
        secrets: names of secret headers in lower case, and what is shown for their values.
        wait: seconds for a background job.
    """

    base_url: str
    run_id: str
    secrets: Mapping[str, str]
    wait: float


@dataclass
class Names:
    """The texts that a script replaces by variables: a text, and the word of the shell in a URL and in a body.

    `foreign` are texts of the run's other checks, which stay: the script does not make these things.
    """

    origin: Origin
    ids: dict[str, str] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)

    def pattern(self, *, in_url: bool, ids: bool = True) -> tuple[re.Pattern[str], dict[str, str]]:
        """What a text is split at, and the word of the shell for each part that is found."""
        run = self.origin.run_id
        words = {run: '"$run"', run.upper(): '"$run_in_capitals"'}
        found = [f"(?i:{re.escape(text)})(?!\\d)" for text in self.foreign]
        found += [re.escape(word) for word in words]
        for text, variable in self.ids.items() if ids else ():
            if in_url:
                encoded = quote(text, safe="")
                words[encoded] = f'"$(seg "${variable}")"'
                before = "group_uid=" if variable.startswith("uid") else "[/=]"
                found.insert(0, f"(?<={before}){re.escape(encoded)}(?=[/&?]|$)")
            elif len(text) >= LONG_ID:
                words[text] = f'"${variable}"'
                found.insert(0, re.escape(text))
        return re.compile(f"({'|'.join(found)})"), words

    def format(self, content: bytes, *, ids: bool = True) -> str:
        """A format of printf in single quotes and its arguments, which together give these bytes."""
        pattern, words = self.pattern(in_url=False, ids=ids)
        formatted, arguments = "", []
        for number, part in enumerate(pattern.split(content.decode("utf-8", "surrogateescape"))):
            if number % 2 and part in words:
                formatted += "%s"
                arguments.append(words[part])
            else:
                formatted += "".join(map(escaped, part))
        return " ".join([f"'{formatted}'", *arguments])

    def url(self, url: str) -> str:
        """A URL as one word of the shell, on the base URL of the script."""
        rest = url.removeprefix(self.origin.base_url)
        pattern, words = self.pattern(in_url=True)
        parts = [
            words[part] if number % 2 and part in words else shlex.quote(part)
            for number, part in enumerate(pattern.split(rest))
            if part
        ]
        return ('"$base"' if rest != url else "") + "".join(parts)


def escaped(character: str) -> str:
    """A character in a format of printf within single quotes."""
    if character in "'\\%":
        return {"'": "'\\''", "\\": "\\\\", "%": "%%"}[character]
    if character.isprintable():
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))


def comment(text: str) -> list[str]:
    """A text as lines of a comment."""
    return [f"# {line}" for line in visible(text).split("\n")]
