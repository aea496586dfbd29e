"""Reads YAML, and openapi.yaml once a process, with libyaml: ten times as fast as yaml.safe_load."""

import functools
from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str) -> Any:
    return yaml.load(text, _LOADER)


@functools.cache
def contract() -> dict[str, Any]:
    """openapi.yaml, for tests that do not change it."""
    document: dict[str, Any] = read_yaml((Path(__file__).parents[1] / "openapi.yaml").read_text("utf-8"))
    return document
