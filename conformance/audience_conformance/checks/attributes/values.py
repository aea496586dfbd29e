"""Valid values of every type, and values of other types that it rejects."""

import json
from typing import Any

from audience_conformance.results.finding import equal


def _nested(depth: int) -> Any:
    return {"a": _nested(depth - 1), "b": [0]} if depth else 1


FITS: dict[str, list[Any]] = {
    "string": [
        "teal",
        "",
        " padded ",
        "0",
        "false",
        "null",
        "12.50",
        "2024-05-01",
        '["a"]',
        '{"a": 1}',
        "two\nlines\tand a tab\r\n",
        "Zoë 東京 Қостанай القاهرة Łódź 👟👩‍👩‍👧",
        "decomposed e\u0301, composed é, \u200b\ufeff\u2028",
        '"quoted" \\ \\u0041 <b>&amp;</b> {{x}} %20 ${y}',
        "x" * 256,
        "ü" * 5000,
    ],
    "number": [
        *(1250, 0, -1, 0.5, -0.0, 0.1, 1.005, 1e-7, -273.15, 123456789.123456789, 2**31, -(2**31) - 1, 2**32 + 0.5),
        *(2**53 - 1, -(2**53) + 1, 1e21, 1.7976931348623157e308, 5e-324, 10.0),
    ],
    "boolean": [True, False],
    "date": ["2024-05-01", "2024-02-29", "1969-12-31", "1900-01-01", "9999-12-31"],
    "datetime": [
        *("2024-05-01T09:30:00.000Z", "2024-05-01T09:30:00Z", "1969-12-31T23:59:59Z", "2024-02-29T00:00:00.123Z"),
        *("2024-05-01T09:30:00+05:30", "2024-05-01T09:30:00.123456-08:00"),
    ],
    "list": [
        ["a", "b"],
        [],
        [""],
        ["a", "a"],
        ["b", "a", "c"],
        ["0", "false", "null", " "],
        ["a,b", '"', "東京", "👟"],
        [str(number) for number in range(200)],
    ],
    "object": [
        {"a": 1},
        {},
        {"": "", "b": None, "a": False, "0": 0, "list": [], "object": {}},
        {"a.b": "dots", "ключ": "значение", "a b": "blank", "Case": 1, "case": 2},
        {"deep": {"deeper": {"deepest": [1, "1", True, None, {"x": [[]]}]}}},
        {"value": "value", "_id": "x", "key": None, "type": "string"},
        {f"k{number}": "x" * 50 for number in range(60)},
    ],
}
"""A definition's type -> values that it accepts, falsy, long and misleading ones among them."""

EXTREME: dict[str, list[Any]] = {
    "string": [
        *("2024-05-01T09:30:00Z", "true", "1e5", "00123", "NaN", "\t", "x" * 65_535 + "yz"),
        "a control character \u0001, an unpaired <b>, a \\ at the end \\",
    ],
    "number": [2**53, 2**53 + 1, -(2**53) - 1, 2**63, -(2**63) - 1, 2**64 - 1, 10**20, 1e15, 0.1 + 0.2, 100],
    "date": ["2000-02-29", "2024-12-31", "2024-01-01"],
    "datetime": [
        *("2024-05-01T09:30:00+00:00", "2024-05-01T09:30:00.120Z", "2024-05-01T09:30:00.5Z"),
        *("2024-12-31T23:59:59.999999Z", "2024-05-01T00:30:00+14:00"),
    ],
    "list": [["2024-05-01T09:30:00Z", "12", ""], ["x" * 300, "y" * 5000], [" a", "b "], ["a", "A", "á", "a\u0301"]],
    "object": [
        {"$set": {"a": 1}, "$": "dollar", "__proto__": {"a": 1}, "constructor": "x", "length": 0, "toJSON": "x"},
        {"at": "2024-05-01T09:30:00Z", "n": "12", "user_id": "x", "1": "one", "01": "two"},
        _nested(30),
        {"numbers": [2**53 + 1, -(2**63), 1.0, 1e21, 0.1], "booleans": [True, False], "empty": [{}, [], "", None]},
    ],
}
"""More values that a type accepts, put by two checks only.

Numbers are doubles (RFC 8259, section 6): a larger integer may be returned as the nearest double, but as no other.
"""

ALIKE: dict[str, tuple[tuple[Any, ...], ...]] = {
    "object": (({"a": 1}, {"a": True}, {"a": "1"}), ({"a": False}, {"a": 0}, {"a": None}, {}), ({"a": []}, {"a": {}})),
    "list": ((["a", "b"], ["b", "a"]), (["a"], ["a", "a"]), (["a"], ["A"]), (["1"], ["1 "])),
    "string": (("1", "1 ", "1.0"), ("a", "A"), ("\u00e9", "e\u0301"), ("", " ")),
}
"""Values of a type that some language or database takes for equal, one after the other."""

WITH_NUL: dict[str, Any] = {"string": "a\0b", "list": ["a\0b", "\0"], "object": {"a": "a\0b"}}
"""Values with U+0000, which some databases cannot keep."""

MISFITS: dict[str, list[Any]] = {
    "string": [1, 0, 1.5, True, False, [], ["a"], {}, {"a": "b"}],
    "number": ["12", "", "many", "1e3", "NaN", True, False, [], ["1"], [1], {}, {"a": 1}],
    "boolean": ["true", "false", "", "yes", 0, 1, [], ["true"], {}, {"a": True}],
    "date": [
        *("", "tomorrow", "2024-02-30", "2024-13-01", "2024-00-10", "2023-02-29", "2024-5-1", "01/02/2024", "20240501"),
        *("2024-05-01\n", "1900-02-29", "2024-04-31", "\uff12\uff10\uff12\uff14-05-01", "24-05-01", "2024-05-1"),
        *("2024-05-01T09:30:00Z", "2024-05-01 ", 20240501, 0, True, False, [], ["2024-05-01"], {}, {"a": "2024-05-01"}),
    ],
    "datetime": [
        *("", "now", "2024-05-01", "2024-05-01T09:30:00", "2024-02-30T09:30:00Z", "2024-05-01T25:00:00Z", "09:30:00Z"),
        *("2024-05-01T09:61:00Z", "1714555800", 1714555800, 0, True, False, [], ["2024-05-01T09:30:00Z"], {}),
        *("2024-05-01T09:30:00Z\n", "2024-05-01T09:30Z", "2024-05-01T09:30:00+0530", "1900-02-29T00:00:00Z"),
        {"a": "2024-05-01T09:30:00Z"},
    ],
    "list": [
        "a",
        "",
        "a,b",
        '["a"]',
        1,
        0,
        True,
        False,
        {},
        {"0": "a"},
        [1],
        ["a", 1],
        ["a", None],
        [True],
        [["a"]],
        [*"abcdefghijklmn", 5],
    ],
    "object": ["a", "", '{"a": 1}', 1, 0, True, False, [], ["a"], [{}]],
}
"""A definition's type -> values that it rejects; null has its own rule (ATT-14)."""


def equal_value(one: Any, other: Any) -> bool:
    """Equality of JSON values whose numbers are doubles: 1e21 may be returned as 1000000000000000000000."""
    return equal(*(json.loads(json.dumps(value), parse_int=float) for value in (one, other)))


def another(type_: str, value: Any) -> Any:
    """A different value of the type."""
    return next(one for one in FITS[type_] if not equal_value(one, value))
