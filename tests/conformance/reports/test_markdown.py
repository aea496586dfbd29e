import re

from audience_conformance.contract.rules import catalogue
from audience_conformance.reports import markdown
from audience_conformance.reports.markdown import code, escaped, fence
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary


def outside_of_fences(text: str) -> str:
    """What Markdown reads as Markdown: all but fenced blocks (as CommonMark has them) and code spans."""
    kept, end = [], None
    for line in text.split("\n"):
        run = re.match(r"`{3,}", line)
        if end is None:
            if run and "`" not in line[run.end() :]:
                end = run[0]
            else:
                kept.append(line)
        elif run and len(run[0]) >= len(end) and not line.strip("` "):
            end = None
    assert end is None, "every fence is closed"
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", "\n".join(kept))


def test_the_verdict_comes_first(every: Summary, clean: Summary, empty: Summary) -> None:
    assert markdown.report(every).startswith("## ❌ Audience contract: Does not conform: 2 MUST rules are broken\n")
    assert markdown.report(clean).startswith("## ✅ Audience contract: Conforms: all 121 rules hold\n")
    assert markdown.report(empty).startswith("## ❔ Audience contract: Not judged: nothing was checked\n")


def test_broken_rules_stand_in_a_table_what_fails_first(every: Summary) -> None:
    rows = re.findall(r"^\| \*\*([A-Z]{3}-\d\d)\*\* \| (\w+) \| .* \| (.*) \|$", markdown.report(every), re.MULTILINE)
    assert rows == [
        ("FMT-04", "MUST", "failed"),
        ("DEF-05", "MUST", "failed"),
        ("GRP-22", "SHOULD", "failed"),
        ("MEM-01", "MUST", "error"),
        ("PAG-09", "SHOULD", "known: `` AUD-7 \\| `unsorted` ``"),
    ]


def test_nothing_of_the_target_is_read_as_markdown(every: Summary) -> None:
    shown = outside_of_fences(markdown.report(every))
    assert "script" not in shown
    assert "onerror" not in shown
    assert "::error" not in shown
    assert shown.count("<details>") == shown.count("</details>") == 5
    assert not re.search(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", markdown.report(every))


def test_details_hold_requests_and_the_replay_line(every: Summary) -> None:
    text = markdown.report(every)
    assert "curl -sS 'http://t/x?page_no=1&page_size=10'" in text
    assert "--rules DEF-05 --seed 7 --profile standard" in text
    assert "It may still happen" in text


def test_what_was_skipped_says_what_it_needs(every: Summary) -> None:
    assert "- TEN-01, TEN-02: needs `a second application (--other-application)`" in markdown.report(every)


def test_a_run_without_findings_has_no_details(clean: Summary) -> None:
    assert "<details>" not in markdown.report(clean)
    assert "| **MUST** | 59 | 0 | 0 | 0 | 0 | 0 |" in markdown.report(clean)


def test_it_stays_below_what_github_takes_and_names_what_it_leaves_out(clean: Summary) -> None:
    for rule_id in catalogue():
        clean.results += [
            Result(
                rule_id, "check", str(case), "failed", actual=f"{case} {'ä' * 9_000}", curl=["curl " + "é" * 900] * 9
            )
            for case in range(5)
        ]
    text = markdown.report(clean)
    assert len(text.encode()) < 1024 * 1024
    assert "Too long to show here: " in text
    assert "GET-01; see the other reports." in text


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert fence("a") == "```\na\n```"
    assert fence("````\n</details>") == "`````\n````\n</details>\n`````"


def test_a_code_span_cannot_be_left() -> None:
    assert code("a ``b` <i>\nc") == "``` a ``b` <i> c ```"
    assert code("a|b", cell=True) == "`a\\|b`"


def test_markdown_in_a_sentence_is_shown_as_it_is() -> None:
    assert escaped("*a* <b> [c](d)") == r"\*a\* \<b\> \[c\](d)"
