"""A run is split over machines: every check is in one shard, and the shards send about as many requests."""

from pathlib import Path

import click
import pytest
from tests.conformance.cli_runner import conformance

from audience_conformance.runner.estimate import estimate
from audience_conformance.runner.shards import of_shard
from audience_conformance.settings.parse import read_settings


@pytest.mark.parametrize(("of", "rules"), [(1, "*"), (2, "*"), (5, "*"), (3, "DEF-*,PAG-02")])
def test_every_check_is_in_one_shard_in_the_order_of_the_run(of: int, rules: str) -> None:
    whole = read_settings({"rules": rules, "profile": "smoke"}).items()
    shards = [
        of_shard(read_settings({"rules": rules, "profile": "smoke", "shard": f"{n}/{of}"})) for n in range(1, of + 1)
    ]
    assert sorted(map(repr, whole)) == sorted(repr(item) for shard in shards for item in shard)
    for shard in shards:
        places = [whole.index(item) for item in shard]
        assert places == sorted(places)


@pytest.mark.parametrize("profile", ["smoke", "standard"])
def test_the_shards_of_a_run_send_about_as_many_requests(profile: str) -> None:
    shards = [of_shard(read_settings({"profile": profile, "shard": f"{n}/5"})) for n in range(1, 6)]
    requests = [estimate(shard, profile)[0].requests for shard in shards]
    assert max(requests) < 1.25 * min(requests)


def test_a_run_without_shards_has_all_checks() -> None:
    settings = read_settings({"profile": "smoke"})
    assert of_shard(settings) == settings.items()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0/5", "'0/5': the shards are 1/5 to 5/5"),
        ("6/5", "'6/5': the shards are 1/5 to 5/5"),
        ("1/0", "'1/0' is not NUMBER/OF, like 2/5"),
        ("2", "'2' is not NUMBER/OF"),
        ("2/x", "'2/x' is not NUMBER/OF"),
        ("-1/5", "'-1/5' is not NUMBER/OF"),
    ],
)
def test_a_shard_that_cannot_be_is_refused(text: str, why: str) -> None:
    with pytest.raises(click.BadParameter, match=why):
        read_settings({"shard": text})


def test_a_shard_writes_a_json_report_with_its_own_name(tmp_path: Path) -> None:
    done = conformance("run", "--shard", "2/3", "--report-dir", tmp_path, "--report", "badge")
    assert {path.name for path in tmp_path.iterdir()} >= {"badge.json", "report-2-of-3.json"}
    assert "shard 2/3" in done.out


def test_dry_run_tells_of_the_shard_only() -> None:
    whole, part = (conformance("run", "--dry-run", *shard, samples=False).out for shard in ((), ("--shard", "1/4")))
    assert 0 < len(part.splitlines()) < len(whole.splitlines())
