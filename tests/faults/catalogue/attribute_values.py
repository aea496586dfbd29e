"""Faults of ATT-01: what becomes of a value."""

import re
import struct
import unicodedata
from datetime import UTC, datetime
from typing import Any

from tests.faults.helpers import put_as
from tests.faults.patching import Mock
from tests.faults.registry import fault

# --- ATT-01 -------------------------------------------------------------------------------------------


@fault("ATT-01-text-only", rule="ATT-01", subtlety="obvious")
def text_only(mock: Mock) -> None:
    """Every value is stored as text."""
    put_as(mock, str)


@fault("ATT-01-false-becomes-null", rule="ATT-01", subtlety="plausible")
def false_becomes_null(mock: Mock) -> None:
    """`false` is stored as null."""
    put_as(mock, lambda value: None if value is False else value)


@fault("ATT-01-zero-becomes-null", rule="ATT-01", subtlety="plausible")
def zero_becomes_null(mock: Mock) -> None:
    """0 is stored as null."""
    put_as(mock, lambda value: None if value == 0 and value is not False else value)


@fault("ATT-01-empty-text-becomes-null", rule="ATT-01", subtlety="plausible")
def empty_text_becomes_null(mock: Mock) -> None:
    """An empty text is stored as null."""
    put_as(mock, lambda value: None if value == "" else value)


@fault("ATT-01-empty-list-becomes-null", rule="ATT-01", subtlety="subtle")
def empty_list_becomes_null(mock: Mock) -> None:
    """An empty list is stored as null."""
    put_as(mock, lambda value: None if value == [] else value)


@fault("ATT-01-empty-object-becomes-null", rule="ATT-01", subtlety="subtle")
def empty_object_becomes_null(mock: Mock) -> None:
    """An empty object is stored as null."""
    put_as(mock, lambda value: None if value == {} else value)


@fault("ATT-01-numbers-are-rounded", rule="ATT-01", subtlety="plausible")
def numbers_are_rounded(mock: Mock) -> None:
    """A number keeps two decimals."""
    put_as(mock, lambda value: round(value, 2) if isinstance(value, float) else value)


@fault("ATT-01-numbers-in-32-bits", rule="ATT-01", subtlety="subtle")
def numbers_in_32_bits(mock: Mock) -> None:
    """A number is stored in single precision."""

    def single(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 3e38:
            return value
        return struct.unpack("f", struct.pack("f", value))[0]

    put_as(mock, single)


@fault("ATT-01-numeric-texts-become-numbers", rule="ATT-01", subtlety="plausible")
def numeric_texts_become_numbers(mock: Mock) -> None:
    """A text of digits is stored as a number."""
    put_as(mock, lambda value: int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,15}", value) else value)


@fault("ATT-01-text-is-trimmed", rule="ATT-01", subtlety="plausible")
def text_is_trimmed(mock: Mock) -> None:
    """A text loses the white space at its ends."""
    put_as(mock, lambda value: value.strip() if isinstance(value, str) else value)


@fault("ATT-01-text-is-normalised", rule="ATT-01", subtlety="subtle")
def text_is_normalised(mock: Mock) -> None:
    """A text is stored in the Unicode form NFC."""
    put_as(mock, lambda value: unicodedata.normalize("NFC", value) if isinstance(value, str) else value)


@fault("ATT-01-text-is-cut-at-255", rule="ATT-01", subtlety="subtle")
def text_is_cut_at_255(mock: Mock) -> None:
    """A text keeps 255 characters."""
    put_as(mock, lambda value: value[:255] if isinstance(value, str) else value)


@fault("ATT-01-emoji-are-lost", rule="ATT-01", subtlety="subtle")
def emoji_are_lost(mock: Mock) -> None:
    """Characters beyond Unicode's first plane are dropped."""
    put_as(mock, lambda value: "".join(c for c in value if ord(c) < 0x10000) if isinstance(value, str) else value)


@fault("ATT-01-list-is-a-set", rule="ATT-01", subtlety="subtle")
def list_is_a_set(mock: Mock) -> None:
    """A list keeps each item once."""
    put_as(mock, lambda value: list(dict.fromkeys(value)) if isinstance(value, list) else value)


@fault("ATT-01-list-is-sorted", rule="ATT-01", subtlety="subtle")
def list_is_sorted(mock: Mock) -> None:
    """A list is stored sorted."""
    put_as(mock, lambda value: sorted(value) if isinstance(value, list) else value)


@fault("ATT-01-nulls-in-objects-are-dropped", rule="ATT-01", subtlety="subtle")
def nulls_in_objects_are_dropped(mock: Mock) -> None:
    """An object loses its fields that are null."""
    put_as(
        mock,
        lambda value: {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value,
    )


@fault("ATT-01-date-gets-a-time", rule="ATT-01", subtlety="plausible")
def date_gets_a_time(mock: Mock) -> None:
    """A date is stored as midnight of that day."""
    put_as(
        mock,
        lambda v: f"{v}T00:00:00.000Z" if isinstance(v, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", v) else v,
    )


@fault("ATT-01-datetime-becomes-utc", rule="ATT-01", subtlety="subtle")
def datetime_becomes_utc(mock: Mock) -> None:
    """A datetime with another zone is written in UTC."""

    def utc(value: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}T[\d:.]+[+-]\d{2}:\d{2}", value):
            return value
        try:
            return datetime.fromisoformat(value).astimezone(UTC).isoformat().replace("+00:00", "Z")
        except (ValueError, OverflowError):
            return value

    put_as(mock, utc)
