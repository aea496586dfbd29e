"""The requests to every server, and what all parts of the bench share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache" / "bench"
"""Where everything is written that a run makes."""
CANNED = FOLDER / "canned.json"
"""What ours answered to each scenario; the others answer the same, byte for byte where they can."""

BASE = "/service/platform/user/v1.0"
API = f"{BASE}/company/559/application/64b000000000000000000001"
DEFINITIONS = f"{API}/user_attribute/definition"
DEFINITION_ID = "64f666666666666666666666"
CONNECTIONS = 16


class Invalid(Exception):
    """A measurement that measured something else; the message says what, and what to do."""


@dataclass(frozen=True)
class Scenario:
    """One kind of request.

    Args:
        name: in the tables.
        title: what it does.
        method: of its requests.
        path: with the query.
        status: that answers it.
    """

    name: str
    title: str
    method: str
    path: str
    status: int


SCENARIOS = (
    Scenario("read", "read a definition by its id", "GET", f"{DEFINITIONS}/{DEFINITION_ID}", 200),
    Scenario("list", "list a page of 10 definitions", "GET", f"{DEFINITIONS}?page_no=1&page_size=10", 200),
    Scenario("create", "create a definition", "POST", DEFINITIONS, 201),
)


def new_definition(slug: str) -> dict[str, Any]:
    """The body of a create; wrk.lua writes the same."""
    return {"name": "Shirt size", "slug": slug, "description": "S to XL", "type": "string"}
