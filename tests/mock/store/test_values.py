"""A value fits its definition or not: types, and every validation."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audience_mock.store.values import TYPES, VALIDATIONS, expected_value

quick = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
DATES = st.dates().map(date.isoformat)
DATETIMES = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text() | DATES | DATETIMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FITTING: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(),
    "number": NUMBERS,
    "boolean": st.booleans(),
    "date": DATES,
    "datetime": DATETIMES,
    "list": st.lists(st.text()),
    "object": st.dictionaries(st.text(), JSON, max_size=3),
}
KINDS: dict[str, set[type]] = {
    "string": {str},
    "number": {int, float},
    "boolean": {bool},
    "date": {str},
    "datetime": {str},
    "list": {list},
    "object": {dict},
}


def fits(kind: str, value: Any, *validations: tuple[str, Any]) -> bool:
    listed = [{"type": name, "value": bound} for name, bound in validations]
    return expected_value({"type": kind, "validations": listed}, value) is None


def test_every_type_has_values_here() -> None:
    assert set(FITTING) == set(KINDS) == set(TYPES)


@pytest.mark.parametrize("kind", TYPES)
@quick
@given(data=st.data())
def test_a_value_of_the_type_fits(kind: str, data: st.DataObject) -> None:
    assert fits(kind, data.draw(FITTING[kind]))


@pytest.mark.parametrize("kind", TYPES)
@quick
@given(value=JSON)
@example(value=True)
@example(value=0)
@example(value=None)
def test_a_value_of_another_json_type_does_not_fit(kind: str, value: Any) -> None:
    if type(value) not in KINDS[kind]:
        assert not fits(kind, value)


TIMES = ("", "09", "09:30", "0930", "9:30:00", "24:00:00", "23:60:00", "23:59:61", "09:30:00.", "09:30:00,5")
ZONES = ("", "CET", "+05", "+0530", "+5:30", "+24:00", "-00:60", "+05:60", "Z+00:00", " Z")
NO_DAYS = ("2023-02-29", "1900-02-29", "2024-02-30", "2024-04-31", "2024-13-01", "2024-00-10", "2024-01-00")
ARABIC_DIGITS = {ord("0") + digit: 0x0660 + digit for digit in range(10)}
VALID: dict[str, list[Any]] = {
    "boolean": [True, False],
    "date": ["2024-02-29", "2000-02-29"],
    "datetime": [
        *(
            f"2024-05-01{between}09:30:00{decimals}{zone}"
            for between in "Tt"
            for decimals in ("", ".5", ".000", ".123456", ".123456789")
            for zone in ("Z", "z", "+00:00", "-00:00", "+05:30", "-23:59", "+23:59")
        ),
        *(f"2016-12-31T23:59:60{decimals}{zone}" for decimals in ("", ".25") for zone in ("Z", "+00:00", "+05:45")),
    ],
}
INVALID: dict[str, list[Any]] = {
    "number": [True, False, "1", "", "NaN", [1], {"value": 1}],
    "boolean": [0, 1, 0.0, 1.0, "true", "false", ""],
    "list": [["a", item] for item in (1, True, None, ["a"], {"a": "b"})],
    "date": [
        *("2024-5-1", "20240501", "2024-W18-3", "2024-122", "24-05-01", " 2024-05-01", "2024-05-01\n", "2024/05/01"),
        *("", "2024-05-01".translate(ARABIC_DIGITS), *NO_DAYS),
    ],
    "datetime": [
        *(f"{day}T00:00:00Z" for day in NO_DAYS),
        *(f"2024-05-01T09:30:00{zone}" for zone in ZONES),
        *(f"2024-05-01T{time}Z" for time in TIMES),
        *("2024-05-01 09:30:00Z", "2024-05-01T09:30:00Z".translate(ARABIC_DIGITS)),
    ],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in VALID.items() for value in values])
def test_a_valid_value_fits(kind: str, value: Any) -> None:
    """Leap days and RFC 3339 in all its forms, leap seconds too."""
    assert fits(kind, value)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in INVALID.items() for value in values])
def test_an_invalid_value_does_not_fit(kind: str, value: Any) -> None:
    """Lookalikes, days and times that do not exist, other ways to write a date, digits of other scripts."""
    assert not fits(kind, value)


def test_a_huge_number_is_compared_exactly() -> None:
    assert fits("number", 10**4000)
    assert fits("number", -(10**4000), ("max", 1.5))
    assert not fits("number", 10**4000, ("max", 1e308))


@pytest.mark.parametrize("kind", ["date", "datetime"])
@quick
@given(value=DATES | DATETIMES)
def test_a_date_is_no_datetime(kind: str, value: str) -> None:
    assert fits(kind, value) == (("T" in value) == (kind == "datetime"))


@quick
@given(value=NUMBERS, bound=NUMBERS)
@example(value=2**53, bound=float(2**53))
@example(value=2**53 + 1, bound=float(2**53))
@example(value=-1, bound=0)
def test_min_and_max_hold_numbers(value: float, bound: float) -> None:
    assert fits("number", value, ("min", bound)) == (value >= bound)
    assert fits("number", value, ("max", bound)) == (value <= bound)


@quick
@given(value=DATES, bound=DATES)
def test_min_and_max_hold_dates(value: str, bound: str) -> None:
    assert fits("date", value, ("min", bound)) == (value >= bound)
    assert fits("date", value, ("max", bound)) == (value <= bound)


@quick
@given(moments=st.tuples(*[st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.timezones())] * 2))  # noqa: DTZ001
def test_min_and_max_hold_moments_whatever_their_zone(moments: tuple[datetime, datetime]) -> None:
    texts = [moment.isoformat() for moment in moments]
    if all(fits("datetime", text) for text in texts):  # old zones have offsets with seconds: no RFC 3339
        value, bound = map(datetime.fromisoformat, texts)
        assert fits("datetime", texts[0], ("min", texts[1])) == (value >= bound)
        assert fits("datetime", texts[0], ("max", texts[1])) == (value <= bound)


@pytest.mark.parametrize("kind", ["string", "list"])
@quick
@given(data=st.data(), bound=st.integers(0, 6))
def test_lengths_count_characters_and_items(kind: str, data: st.DataObject, bound: int) -> None:
    value = data.draw(FITTING[kind])
    assert fits(kind, value, ("min_length", bound)) == (len(value) >= bound)
    assert fits(kind, value, ("max_length", bound)) == (len(value) <= bound)


@quick
@given(value=JSON, options=st.lists(JSON, max_size=4))
def test_one_of_keeps_what_is_among_the_options(value: Any, options: list[Any]) -> None:
    kind = next((kind for kind in ("string", "number", "boolean", "object") if fits(kind, value)), None)
    if kind:
        assert fits(kind, value, ("one_of", [*options, value]))
        assert fits(kind, value, ("one_of", options)) == (same(value) in map(same, options))


def same(value: Any) -> Any:
    """What two values share exactly when they are equal as JSON: true is not 1, and 1 is 1.0."""
    if isinstance(value, dict):
        return {key: same(item) for key, item in value.items()}
    if isinstance(value, list):
        return [same(item) for item in value]
    return ("boolean", value) if isinstance(value, bool) else value


TIERS = ("one_of", ["gold", "silver"])
PAIRS = ("one_of", [["a", "b"], ["c"]])


@pytest.mark.parametrize(
    ("is_valid", "kind", "value", "validation"),
    [
        # A character outside the basic plane counts once.
        (True, "string", "👟東é", ("min_length", 3)),
        (True, "string", "👟東é", ("max_length", 3)),
        # A regex is searched for anywhere, in every item of a list, and its dialect is ECMA-262.
        (True, "string", "size 42", ("regex", "[0-9]+")),
        (False, "string", "size 42", ("regex", "^[0-9]+$")),
        (False, "string", "", ("regex", ".")),
        (True, "list", ["a1", "b2"], ("regex", "[0-9]$")),
        (False, "list", ["a1", "b"], ("regex", "[0-9]$")),
        (True, "list", [], ("regex", "[0-9]$")),
        (True, "string", "Қостанай", ("regex", r"^\p{L}+$")),
        (False, "string", "Reykjavík", ("regex", "^[a-zA-Z]+$")),
        # one_of holds for every item of a list, and may name whole lists.
        (True, "list", ["gold", "gold"], TIERS),
        (True, "list", [], TIERS),
        (False, "list", ["gold", "tin"], TIERS),
        (True, "list", ["a", "b"], PAIRS),
        (False, "list", ["b", "a"], PAIRS),
        (False, "list", ["a"], PAIRS),
        # 1 equals 1.0, but true does not equal 1, also deep in an object.
        (True, "number", 1.0, ("one_of", [1])),
        (False, "number", 1, ("one_of", [True])),
        (False, "boolean", True, ("one_of", [1])),
        (False, "number", 0, ("one_of", [False])),
        (False, "boolean", False, ("one_of", [0])),
        (False, "number", 0.0, ("one_of", [False])),
        (True, "object", {"deep": [True]}, ("one_of", [{"deep": [True]}])),
        (False, "object", {"deep": [True]}, ("one_of", [{"deep": [1]}])),
        # The same moment in two zones is equal.
        (True, "datetime", "2024-05-01T14:30:00+05:30", ("min", "2024-05-01T09:00:00z")),
        (True, "datetime", "2024-05-01T14:30:00+05:30", ("max", "2024-05-01T09:00:00z")),
        (False, "datetime", "2024-05-01T14:30:00+05:31", ("min", "2024-05-01T09:00:00z")),
        (False, "datetime", "2024-05-01T14:30:00.001+05:30", ("max", "2024-05-01T09:00:00z")),
        # A date is compared with a datetime as its midnight.
        (True, "datetime", "2024-05-01T00:00:00Z", ("min", "2024-05-01")),
        (False, "datetime", "2024-04-30T23:59:59Z", ("min", "2024-05-01")),
        (True, "date", "2024-05-02", ("min", "2024-05-01T12:00:00Z")),
        (False, "date", "2024-05-01", ("min", "2024-05-01T12:00:00Z")),
    ],
)
def test_a_validation_compares_as_documented(
    is_valid: bool, kind: str, value: Any, validation: tuple[str, Any]
) -> None:
    assert fits(kind, value, validation) is is_valid


IDLE: dict[str, list[tuple[str, Any]]] = {
    "number": [
        ("min_length", 99),
        ("max_length", -1),
        ("regex", "a^"),
        ("min", "2999-01-01"),
        ("max", "1000-01-01"),
    ],
    "list": [("min", 10**9), ("max", -(10**9)), ("min", "2999-01-01"), ("max", "1000-01-01")],
    "date": [("min", 10**9), ("max", -(10**9))],
    "string": [("min", 10**9), ("max", -(10**9))],
}
IDLE["object"] = IDLE["boolean"] = [*IDLE["number"], *IDLE["list"]]
IDLE["datetime"] = IDLE["string"]


@pytest.mark.parametrize("kind", TYPES)
@quick
@given(data=st.data())
def test_a_validation_that_does_not_apply_passes(kind: str, data: st.DataObject) -> None:
    assert fits(kind, data.draw(FITTING[kind]), *IDLE[kind])


@pytest.mark.parametrize("name", VALIDATIONS)
@quick
@given(bound=JSON, value=JSON)
@example(bound="a{99999999999999}", value="a")
@example(bound=True, value="a")
def test_a_validation_handles_any_value_or_is_refused_with_the_seed(name: str, bound: Any, value: Any) -> None:
    if VALIDATIONS[name].accepts(bound):
        assert [fits(kind, value, (name, bound)) for kind in TYPES]


def test_all_validations_must_pass_and_the_message_names_the_one_that_does_not() -> None:
    both: dict[str, Any] = {
        "type": "number",
        "validations": [{"type": "min", "value": 15}, {"type": "max", "value": 55}],
    }
    assert expected_value(both, 41) is None
    assert expected_value(both, 14) == "no less than 15"
    assert expected_value(both, 56) == "no more than 55"
    assert expected_value(both, "41") == "a number"
