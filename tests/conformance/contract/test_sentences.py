"""Every sentence of openapi.yaml that tells behaviour has a check that fails where it is false."""

from tests.conformance.cli_runner import conformance

from audience_conformance.checks.registry import all_checks
from audience_conformance.contract.document import contract, operations
from audience_conformance.contract.rules import catalogue
from audience_conformance.contract.sentences import SECTIONS, checked_sentences, described, meanings, split, unchecked


def test_every_sentence_is_in_the_table() -> None:
    assert described().keys() - checked_sentences().keys() - unchecked().keys() - meanings() == set()
    assert any(place in operations() for places in described().values() for place in places)
    schemas = contract()["components"]["schemas"].keys()
    assert any(place.partition(".")[0] in schemas for places in described().values() for place in places)


def test_the_table_has_no_other_sentence_and_none_twice() -> None:
    assert checked_sentences().keys() - described().keys() == set()
    assert (meanings() | unchecked().keys()) - described().keys() == set()
    assert checked_sentences().keys() & (meanings() | unchecked().keys()) == set()


def test_every_check_of_the_table_exists_and_every_sentence_has_one() -> None:
    names = {check.name for check in all_checks()}
    for sentence, checks in checked_sentences().items():
        assert checks, sentence
        assert set(checks) <= names, sentence


def test_the_parts_of_the_introduction_are_there() -> None:
    places = {place for places in described().values() for place in places}
    assert set(SECTIONS) <= places


def test_a_text_is_split_into_sentences_on_one_line() -> None:
    assert split("One `a`:\n  two. Three. `x`: four, 404.") == ["One `a`: two.", "Three.", "`x`: four, 404."]


def test_rules_lists_all_sentences_with_their_checks() -> None:
    shown = conformance("rules", "--sentences", samples=False).out.split("\n\n")
    assert len(shown) == len(unchecked()) + len(catalogue()) + len(checked_sentences())
    assert ["  none   " in entry for entry in shown].count(True) == len(unchecked())
    assert all("  check  " in entry or "  none   " in entry for entry in shown)
    assert any(
        entry.startswith("A slug that is taken is refused with 400\n  at     DEF-13\n  check  a taken slug")
        for entry in shown
    )


def test_sentences_of_some_rules_are_refused() -> None:
    done = conformance("rules", "DEF-05", "--sentences")
    assert (done.code, "leave the rules out" in done.err) == (2, True)
