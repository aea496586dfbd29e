"""Kinds of fault in requests and responses."""

from collections.abc import Callable
from typing import Any

from tests.faults.patching import Exchange, Hook, Mock, Record
from tests.faults.registry import Change, operator

FLAGS = ("customer_editable", "encrypted", "pinned", "is_locked")
TYPES = ("string", "number", "boolean", "date", "datetime", "list", "object")
Condition = Callable[[Exchange], object]

request = operator(Mock.request)
answer = operator(Mock.answer)
records = operator(Mock.records)
wrap = operator(Mock.wrap)
operation = operator(Mock.operation)
item = operator(Mock.item)


def error_bodies(change: Hook, status: int | None = None) -> Change:
    """Change errors."""
    return answer(lambda x: change(x) if x.status >= 400 else None, status=status)


def _always(_: object) -> bool:
    return True


def status_is(new: int, *operation_ids: str, instead_of: int, where: Condition = _always) -> Change:
    """Respond with another status, where something holds."""
    return answer(lambda x: setattr(x, "status", new) if where(x) else None, *operation_ids, status=instead_of)


def refused(new: int, *operation_ids: str, instead_of: int, where: Condition = _always) -> Change:
    """Respond with this error, where something holds."""
    return answer(lambda x: x.refuse(new) if where(x) else None, *operation_ids, status=instead_of)


def refuse_if(where: Condition, *operation_ids: str, status: int = 400) -> Change:
    """Refuse what should succeed, where something holds."""
    return answer(lambda x: x.refuse(status) if x.status < 300 and where(x) else None, *operation_ids)


def crash_if(where: Condition, *operation_ids: str, status: int | None = None) -> Change:
    """Respond with 500, where something holds."""
    return answer(lambda x: x.refuse(500, "Internal Server Error") if where(x) else None, *operation_ids, status=status)


def saying(text: str) -> Condition:
    """The condition that an error's message has this text in it."""
    return lambda x: text in x.json["message"]


def fields(*operation_ids: str, status: int, **values: Any) -> Change:
    """Set fields of a response."""
    return answer(lambda x: x.json.update(values), *operation_ids, status=status)


def no_field(name: str, *operation_ids: str, status: int) -> Change:
    """Leave a field out of a response."""
    return answer(lambda x: x.json.pop(name), *operation_ids, status=status)


def served_as(content_type: str, *operation_ids: str, status: int | None = None, where: Condition = _always) -> Change:
    """Change the Content-Type of responses, where something holds."""
    return answer(
        lambda x: x.answer_headers.update({"content-type": content_type}) if where(x) else None,
        *operation_ids,
        status=status,
    )


def mend(change: Callable[[Record], Record | None], *operation_ids: str) -> Change:
    """Change the body of invalid requests so that validation lets them through; None leaves it."""

    def hook(exchange: Exchange) -> None:
        if isinstance(exchange.body, dict) and (changed := change(exchange.body)) is not None:
            exchange.body = changed

    return request(hook, *operation_ids)


def parameter(
    change: Callable[[str], str | None], names: str, *operation_ids: str, where: Condition = _always
) -> Change:
    """Change query parameters where they are sent, as in `pinned` or `pinned=false`; None removes one."""

    def hook(exchange: Exchange) -> None:
        for part in names.split() if where(exchange) else ():
            name, _, only = part.partition("=")
            text = exchange.query.get(name)
            if text is not None and only in {"", text}:
                value = change(text)
                if value is None:
                    del exchange.query[name]
                else:
                    exchange.query[name] = value

    return request(hook, *operation_ids)


def ignored(names: str, *operation_ids: str, where: Condition = _always) -> Change:
    """Ignore query parameters, where something holds."""
    return parameter(lambda _: None, names, *operation_ids, where=where)


def ignored_beside(name: str, other: str, *operation_ids: str) -> Change:
    """Ignore a query parameter beside another one, as in `status` or `pinned=false`."""
    other_name, _, value = other.partition("=")
    return ignored(name, *operation_ids, where=lambda x: other_name in x.query and value in {"", x.query[other_name]})


def default(name: str, value: str, *operation_ids: str, where: Condition = _always) -> Change:
    """Change the default of a query parameter."""
    return request(lambda x: x.query.setdefault(name, value) if where(x) else None, *operation_ids)
