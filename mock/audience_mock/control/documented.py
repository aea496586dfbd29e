"""The operations of the contract, for what the control API says about them."""

import functools
from typing import NamedTuple

from audience_mock.contract.document import load_contract
from audience_mock.middleware.framework import METHODS


class Documented(NamedTuple):
    """An operation of the contract.

    Args:
        method: of HTTP, in upper case.
        path: the template.
        statuses: of its documented responses.
    """

    method: str
    path: str
    statuses: tuple[int, ...]


@functools.cache
def documented() -> dict[str, Documented]:
    """Every operation by its operationId."""
    return {
        operation["operationId"]: Documented(method.upper(), path, tuple(map(int, operation["responses"])))
        for path, item in load_contract()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }
