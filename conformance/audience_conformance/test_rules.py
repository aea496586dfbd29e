"""The module that `pytest --pyargs audience_conformance` collects: an item is a check with one of its cases."""

import pytest

from audience_conformance.checks.registry import Check
from audience_conformance.results.result import item_id
from audience_conformance.runner.front import SETTINGS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    settings = metafunc.config.stash.get(SETTINGS, None)
    items = settings.items() if settings else []
    ids = [item_id(check.name, case, check.rules) for check, case in items]
    metafunc.parametrize(("check", "case"), items, ids=ids)


def test_rule(check: Check, case: str | None) -> None:
    """Stands for a check: the plugin performs it in its own loop."""
    raise NotImplementedError
