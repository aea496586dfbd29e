"""Kinds of fault that several rules share: what is stored, how a list filters, how it is cut into pages."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from tests.faults.patching import LIST_ATTRIBUTES, Mock, Record

from audience_mock.errors import Refusal
from audience_mock.operations.context import number_page
from audience_mock.store.collection import Collection

EVERYTHING = 10**9
"""A page size that holds all."""


def changed(record: Record, **changes: Any) -> Record:
    return {**record, **changes}


def stored(mock: Mock, owner: type, change: Callable[[Record], Record]) -> None:
    """What `owner.create` stores is what `change` makes of the body."""
    mock.wrap(owner, "create", lambda create, self, body: create(self, change(body)))


def overwritten(collection: Collection, record_id: str, **changes: Any) -> None:
    """Change a record behind the mock's back, if it is there."""
    with contextlib.suppress(Refusal):
        collection.replace({**collection.get(record_id), **changes})


def refilter(mock: Mock, operation_id: str, name: str, keeps: Callable[[Record, Any], bool]) -> None:
    """Let a list judge one of its filters by `keeps(record, argument)`."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **asked: Any) -> Any:
        argument = asked.pop(name, None)
        if argument is None:
            return await original(at, page_no=page_no, page_size=page_size, **asked)
        every = await original(at, page_no=1, page_size=EVERYTHING, **asked)
        kept = [record for record in every["items"] if keeps(record, argument)]
        start = (page_no - 1) * page_size
        return number_page((kept[start : start + page_size], len(kept)), page_no, page_size)

    mock.operation(faulty, operation_id)


def relist(mock: Mock, keeps: Callable[[Any, Record], bool], *operation_ids: str) -> None:
    """Let lists hold only the records for which `keeps(context, record)`, and count only these."""
    repage(mock, lambda every, page_no, size: every[(page_no - 1) * size : page_no * size], *operation_ids, keeps=keeps)


def repage(
    mock: Mock,
    cut: Callable[[list[Record], int, int], Sequence[Record]],
    *operation_ids: str,
    keeps: Callable[[Any, Record], bool] = lambda _, __: True,
) -> None:
    """Let `cut(all that the filters keep, page_no, page_size)` say what is on a page of these lists."""

    async def faulty(original: Any, at: Any, page_no: int, page_size: int, **asked: Any) -> Any:
        every = (await original(at, page_no=1, page_size=EVERYTHING, **asked))["items"]
        kept = [record for record in every if keeps(at, record)]
        return number_page((list(cut(kept, page_no, page_size)), len(kept)), page_no, page_size)

    mock.operation(faulty, *operation_ids)


def put_as(mock: Mock, store: Callable[[Any], Any]) -> None:
    """What is stored for a value, and answered, is what `store` makes of it."""
    from audience_mock.store.attributes import Attributes  # noqa: PLC0415

    mock.wrap(
        Attributes,
        "put",
        lambda put, self, user, definition, value, **more: put(self, user, definition, store(value), **more),
    )


def listed_as(mock: Mock, change: Callable[[list[Record], Any], list[Record]]) -> None:
    """The list of a user's values holds what `change(all, context and arguments)` makes of them."""

    async def faulty(original: Any, at: Any, user_id: str, page_no: int, page_size: int, **asked: Any) -> Any:
        every = (await original(at, user_id=user_id, page_no=1, page_size=EVERYTHING, **asked))["items"]
        items = change(every, (at, user_id, asked))
        start = (page_no - 1) * page_size
        return number_page((items[start : start + page_size], len(items)), page_no, page_size)

    mock.operation(faulty, LIST_ATTRIBUTES)
