"""Random bodies that are valid by a schema, and whose values look like their fields: ids, URLs, times, slugs."""

import base64
import random
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from audience_mock.contract.document import JsonObject

MOST_ITEMS = 3
"""Items of a generated list."""
MOST_SECONDS = 365 * 24 * 3600
"""Generated times are within the year 2024."""
WORDS = ("amber", "birch", "cedar", "dune", "elm", "fern", "grove", "heath", "iris", "jade")
_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


class Generator:
    """Makes values.

    Args:
        chance: decides; the same one makes the same values.
        examples: of bodies; a text whose format and name say nothing is one that they have in a field of this name, as
            well as `success`.
    """

    def __init__(self, chance: random.Random, examples: Iterable[Any] = ()) -> None:
        self._chance = chance
        self._known: dict[str, list[Any]] = {}
        for example in examples:
            self._collect(example)

    def _collect(self, value: Any, name: str = "") -> None:
        for key, part in value.items() if isinstance(value, dict) else ():
            self._collect(part, key)
        for part in value if isinstance(value, list) else ():
            self._collect(part, name)
        known = self._known.setdefault(name, [])
        if isinstance(value, str | bool) and value not in known:
            known.append(value)

    def value(self, schema: JsonObject, name: str = "") -> Any:
        """A value that is valid by a schema, and looks like a field of this name."""
        if "enum" in schema:
            return self._chance.choice(schema["enum"])
        if "oneOf" in schema:
            return self.value(self._chance.choice(schema["oneOf"]), name)
        kind = schema.get("type", "object" if "properties" in schema else "")
        makers: dict[str, Callable[[JsonObject, str], Any]] = {
            "object": self._object,
            "array": self._list,
            "number": self._number,
            "integer": self._number,
            "string": self._text,
            "boolean": self._boolean,
        }
        return makers[kind](schema, name) if kind in makers else None

    def _object(self, schema: JsonObject, _: str) -> Any:
        properties = {name: self.value(below, name) for name, below in schema.get("properties", {}).items()}
        below = schema.get("additionalProperties")
        return properties or ({self._chance.choice(WORDS): self.value(below)} if isinstance(below, dict) else {})

    def _list(self, schema: JsonObject, name: str) -> Any:
        fewest = schema.get("minItems", 0)
        count = self._chance.randint(fewest, max(fewest, MOST_ITEMS))
        return [self.value(schema["items"], name) for _ in range(count)]

    def _number(self, schema: JsonObject, _: str) -> Any:
        low = int(schema.get("minimum", 0))
        return self._chance.randint(low, int(schema.get("maximum", low + 1000)))

    def _boolean(self, _: JsonObject, name: str) -> Any:
        known = self._known.get(name) if name == "success" else None
        return self._chance.choice(known or [True, False])

    def _text(self, schema: JsonObject, name: str) -> str:
        """A text as its format says, or else as its name or an example says, cut to the schema's length."""
        maker = _FORMATS.get(schema.get("format", "")) or next(
            (maker for pattern, maker in _NAMES if pattern.search(name)), None
        )
        known = [text for text in self._known.get(name, ()) if isinstance(text, str)]
        if maker is None and known:
            return str(self._chance.choice(known))
        return (maker or _words)(self._chance)[: schema.get("maxLength")]


# --- texts ----------------------------------------------------------------------------------------------


def _id(chance: random.Random) -> str:
    """24 hexadecimal digits."""
    return f"{chance.getrandbits(96):024x}"


def _url(chance: random.Random) -> str:
    return f"https://files.example.com/{_slug(chance)}.csv"


def _slug(chance: random.Random) -> str:
    return f"{chance.choice(WORDS)}-{chance.randint(1, 99)}"


def _words(chance: random.Random) -> str:
    return f"{chance.choice(WORDS).capitalize()} {chance.choice(WORDS)}"


def _sentence(chance: random.Random) -> str:
    return f"{_words(chance)} and {chance.choice(WORDS)}."


def _email(chance: random.Random) -> str:
    return f"{chance.choice(WORDS)}.{chance.randint(1, 99)}@example.com"


def _phone(chance: random.Random) -> str:
    return f"555{chance.randrange(10**7):07}"


def _moment(chance: random.Random) -> str:
    moment = _BEGIN + timedelta(seconds=chance.randrange(MOST_SECONDS), milliseconds=chance.randrange(1000))
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _day(chance: random.Random) -> str:
    return _moment(chance)[:10]


def _cursor(chance: random.Random) -> str:
    return base64.urlsafe_b64encode(chance.randbytes(15)).decode()


_FORMATS: dict[str, Callable[[random.Random], str]] = {
    "date-time": _moment,
    "date": _day,
    "uri": _url,
    "email": _email,
}
_NAMES: tuple[tuple[re.Pattern[str], Callable[[random.Random], str]], ...] = tuple(
    (re.compile(pattern), maker)
    for pattern, maker in (
        ("(^|_)id$|^updated_by$", _id),
        ("(^|_)url$", _url),
        ("_at$", _moment),
        ("(^|_)date$", _day),
        ("^(slug|field)$", _slug),
        ("cursor$", _cursor),
        ("email$", _email),
        ("phone$", _phone),
        ("^(message|description)$", _sentence),
    )
)
"""Of the name of a field -> how its texts look; the first match counts."""
