"""Faults of what a bulk update reads from its file, and what it writes (BLK-04)."""

from collections.abc import Callable
from typing import Any

from tests.faults import operations as ops
from tests.faults.operators.http import wrap
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.operations import attributes
from audience_mock.session import user_files


def _values(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    """Write `change(values)`."""
    return wrap(lambda write, at, file_url, values: write(at, file_url, change(values)), attributes, "_write")


def _users(change: Callable[[list[str]], list[str]]) -> Change:
    """Write to the users `change(users of the file)`."""

    async def write(original: Any, at: Any, file_url: str, values: Any) -> None:
        listed = "\n".join(["user_id", *change(list(await at.files.read(file_url)))])
        await original(at, f"data:text/csv,{listed}", values)

    return wrap(write, attributes, "_write")


def _text(change: Callable[[str], str]) -> Change:
    """Read `change(text of the file)`."""
    return wrap(lambda parse, content: parse(change(content.decode()).encode()), user_files, "parse")


faults(
    "BLK-04",
    nothing_is_written=_values(lambda values: {}),
    first_attribute_only=_values(lambda values: dict(list(values.items())[:1])),
    first_ten_attributes=_values(lambda values: dict(list(values.items())[:10])),
    falsy_values_are_skipped=_values(lambda values: {key: value for key, value in values.items() if value}),
    last_user_is_skipped=_users(lambda users: users[:-1]),
    at_most_ten_users=_users(lambda users: users[:10]),
    hundred_users_at_most=_text(lambda text: "".join(text.splitlines(keepends=True)[:101])),
    last_line_without_newline=_text(lambda text: text[: text.rfind("\n") + 1]),
    quotes_stay=_text(lambda text: text.replace('"', "")),
    ids_in_small_letters=_text(str.lower),
)


@fault("BLK-04", wrap, attributes, "_write")
async def held_values_stay(original: Any, at: Any, file_url: str, values: Any) -> None:
    held = at.tenant.attributes
    old = {(user, d): v for user, own in held._by_user.items() for d, v in own.items() if d in values}
    await original(at, file_url, values)
    for (user_id, definition_id), value in old.items():
        if definition_id in held._by_user.get(user_id, {}):
            held._by_user[user_id][definition_id] = value


@fault("BLK-04", wrap, user_files, "parse")
def first_column_of_the_file(original: Any, content: bytes) -> Any:
    head, _, rest = content.partition(b"\n")
    names = [name.strip() for name in head.split(b",")]
    if b"user_id" not in names:
        return original(content)
    return original(b",".join([b"user_id", *[b"x%d" % n for n in range(1, len(names))]]) + b"\n" + rest)


@fault("BLK-04")
def put_before_makes_two(mock: Mock) -> None:
    old: dict[tuple[str, str], Record] = {}

    async def write(original: Any, at: Any, file_url: str, values: Any) -> None:
        held = at.tenant.attributes
        for user_id in await at.files.read(file_url):
            for definition_id in held._by_user.get(user_id, {}).keys() & values.keys():
                if definition_id in at.tenant.definitions:
                    record = held.get(user_id, at.tenant.definitions.get(definition_id))
                    old.setdefault((user_id, definition_id), {**record, "_id": f"{record['_id'][:-1]}x"})
        await original(at, file_url, values)

    def hook(exchange: Exchange) -> None:
        exchange.json["items"] += [record for (user, _), record in old.items() if user == exchange.ids["user_id"]]

    mock.wrap(write, attributes, "_write")
    mock.answer(hook, ops.LIST_ATTRIBUTES, status=200)


@fault("BLK-04")
def users_of_earlier_files_too(mock: Mock) -> None:
    """All jobs share one list of users."""
    every: dict[str, None] = {}

    async def write(original: Any, at: Any, file_url: str, values: Any) -> None:
        every.update(dict.fromkeys(await at.files.read(file_url)))
        for user_id in every:
            for definition_id, value in values.items():
                if definition_id in at.tenant.definitions:
                    at.tenant.attributes.put(user_id, at.tenant.definitions.get(definition_id), value)

    mock.wrap(write, attributes, "_write")


@fault("BLK-04")
def values_of_earlier_jobs_too(mock: Mock) -> None:
    """All jobs share one object of values."""
    every: dict[str, Any] = {}
    _values(lambda values: every.update(values) or dict(every))(mock)
