from tests.faults.choose import cover
from tests.faults.matrix import Row

GENERATING = "a_generated_invalid_request_is_refused"


def row(name: str, *findings: tuple[str, str]) -> Row:
    """The results of a fault of FMT-05, found by these checks with their cases."""
    return Row(f"FMT-05-{name}", [("FMT-05", check, case) for check, case in findings], 0, 1.0, None, 1, {})


def test_every_check_and_case_that_fails_is_chosen_once() -> None:
    rows = [
        row("a", ("plain", "1"), ("plain", "2")),
        row("b", ("plain", "2"), ("plain", "3")),
        row("c", ("plain", "3")),
    ]
    assert cover(rows, {}) == {
        "FMT-05-a": {("plain", "1"), ("plain", "2")},
        "FMT-05-b": {("plain", "3")},
    }


def test_of_a_check_that_generates_examples_one_case_is_chosen() -> None:
    rows = [row("a", (GENERATING, "1"), (GENERATING, "2"), ("plain", "1")), row("b", (GENERATING, "3"))]
    assert cover(rows, {}) == {"FMT-05-a": {(GENERATING, "1"), ("plain", "1")}}
    before = {"FMT-05-a": {(GENERATING, "2")}}
    assert cover(rows, before) == {"FMT-05-a": {(GENERATING, "2"), ("plain", "1")}}
