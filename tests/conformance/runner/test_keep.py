"""--keep leaves what the checks with a finding have made, and says what stays."""

import re

import httpx
from tests.conformance.cli_runner import conformance


def test_keep_leaves_what_a_finding_is_about_and_says_how_to_delete_it(url: str) -> None:
    done = conformance("run", "--url", url, "--rules", "DEF-02,DEF-03", "--keep")
    kept = re.findall(r"kept: (http\S+)", done.out)
    try:
        assert done.code == 1
        assert len(kept) == 1
        assert httpx.get(kept[0]).json()["slug"].startswith("acs-")
        assert re.search(r"deletes later: audience-conformance sweep .*--run [0-9a-f]{6}\b", done.out)
    finally:
        for one in kept:
            httpx.delete(one)


def test_keep_says_that_nothing_stays(url: str) -> None:
    done = conformance("run", "--url", url, "--rules", "DEF-02", "--keep")
    assert done.code == 0
    assert "--keep: nothing stays" in done.out
