import io
import re

import pytest
from rich.console import Console

from audience_conformance.contract.document import operations
from audience_conformance.reports.table import print_table
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary


def shown(summary: Summary, width: int = 80, *, terminal: bool = False) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)
    print_table(summary, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert isinstance(text, str)
    return text


def test_each_level_has_a_table_of_operations_by_groups(clean: Summary) -> None:
    lines = shown(clean, 100).splitlines()
    assert lines[0].split() == ["MUST", "FMT", "DEF", "ATT", "BLK", "GRP", "MEM", "PAG", "CON", "GET"]
    assert lines[22].split() == ["SHOULD", "FMT", "ERR", "DEF", "ATT", "BLK", "GRP", "MEM", "PAG", "TEN", "CON"]
    assert [line.split()[0] for line in lines[1:21]] == list(operations())
    assert [line.split()[0] for line in lines[23:43]] == list(operations())


def test_only_operations_at_which_a_rule_is_broken_have_a_row_if_there_are_any(every: Summary) -> None:
    must, should, _ = shown(every).partition("target ")[0].split("\n\n", 2)
    names = [line.split()[0] for line in must.splitlines()]
    assert "updateUserAttributeDefinition" in names
    assert "deleteUserGroup" not in names
    assert f"and {20 - len(names[1:-1])} operations at which none is broken" in must
    assert should.startswith("SHOULD")
    every.results = [one for one in every.results if one.level == "MUST"]
    assert "SHOULD: no rule is broken\n" in shown(every)


def test_a_cell_tells_how_many_hold_and_the_worst(every: Summary, clean: Summary) -> None:
    line = next(line for line in shown(every).splitlines() if line.startswith("updateUserAttributeDefinition"))
    assert line.split()[1:3] == ["-", "1/4F"]
    assert re.search(r"^createUserAttributeDefinition +6/6 +4/4 +1/1 *$", shown(clean), re.MULTILINE)


def test_the_tables_fit_a_narrow_terminal(every: Summary) -> None:
    head = shown(every, terminal=True).split("passed/all")[0]
    assert max(map(len, head.splitlines())) <= 80
    assert "…" not in head


@pytest.mark.parametrize("terminal", [True, False])
def test_40_columns_keep_the_matrix_readable(every: Summary, terminal: bool) -> None:
    head = shown(every, 40, terminal=terminal).split("target ")[0]
    lines = head.splitlines()
    assert max(map(len, lines)) <= 40 or not terminal
    assert "…" not in head
    at = lines.index("updateUserAttributeDefinition")
    assert " ".join(lines[at + 1].split()) == "FMT - DEF 1/4F"
    assert "MUST   2 passed  2 failed  1 error" in lines


def test_counts_and_circumstances_are_told(every: Summary) -> None:
    text = shown(every)
    assert re.search(r"^rules +passed +failed +known +errors +not judged +skipped +not run *$", text, re.MULTILINE)
    assert re.search(r"^MUST +2 +2 +0 +1 +0 +0 +54 *$", text, re.MULTILINE)
    assert "14,213 requests in 48.3 s, profile standard, seed 7, started 2026-01-15T09:30:00Z" in text
    assert "skipped   TEN-01, TEN-02: needs a second application (--other-application)" in text
    assert "reading rules only" in text
    assert "(could not be deleted)" in text
    assert "Does not conform: 2 MUST rules are broken" in text


def test_a_finding_is_told_once_with_requirement_expected_actual_curl_and_replay(every: Summary) -> None:
    text = shown(every)
    assert text.count("DEF-05 MUST failed  An update leaves the fields that it does not name") == 1
    assert text.count("  replay    ") == 1
    assert "  expected  a status below 500" in text
    assert "  request   curl -sS 'http://t/x?page_no=1&page_size=10'" in text
    assert "more requests: see the other reports" in text
    assert "y" * 700 not in text


def test_long_lines_are_not_folded_where_nobody_set_a_width(every: Summary) -> None:
    every.results[6].curl = ["curl " + "a" * 3_000]
    assert "curl " + "a" * 3_000 in shown(every)


def test_no_line_begins_with_what_the_target_sent_nor_acts_on_a_terminal(every: Summary) -> None:
    text = shown(every)
    assert "::error::not a command" in text
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)


def test_markup_of_rich_in_an_answer_is_text(clean: Summary) -> None:
    clean.results.append(Result("DEF-05", "check", "", "failed", expected="[bold]x[/]", actual="[/nonsense] :smile:"))
    assert "[/nonsense] :smile:" in shown(clean)


def test_an_empty_run_is_told(empty: Summary) -> None:
    assert "Not judged: nothing was checked" in shown(empty)
