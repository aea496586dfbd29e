"""How values and long sentences are put into one line of a message."""

import json
from typing import Any

MOST_OF_A_VALUE = 60
MOST_OF_A_MESSAGE = 300


def show(value: Any) -> str:
    """Value as JSON, shortened."""
    return _shorten(json.dumps(value, ensure_ascii=False), MOST_OF_A_VALUE)


def one_line(message: str) -> str:
    """Message without line breaks or characters that a terminal would obey, shortened."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in " ".join(message.split()))
    return _shorten(plain, MOST_OF_A_MESSAGE)


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
