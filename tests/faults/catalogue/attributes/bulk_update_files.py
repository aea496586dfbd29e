"""Faults of what a bulk update reads from its file, and what it writes (BLK-04, BLK-07)."""

import json
import uuid
from collections.abc import Callable
from itertools import product
from typing import Any
from urllib.parse import unquote

from tests.faults import operations as ops
from tests.faults.operators.http import answer, operation, wrap
from tests.faults.patching import Exchange, Mock, Record
from tests.faults.registry import Change, fault, faults

from audience_mock.errors import FileProblem, Refusal, Violation
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


def _each(change: Callable[[Any], Any]) -> Change:
    """Write `change(value)`."""
    return _values(lambda values: {key: change(value) for key, value in values.items()})


def _parsed(value: Any) -> Any:
    """A text that reads as a number or a boolean as such."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
    return found if isinstance(found, int | float) else value


def _rewrites(move: Callable[[dict[str, Any], str], None]) -> Change:
    """Before a bulk update writes them, do `move(a user's values by definition, definition id)`."""

    async def write(original: Any, at: Any, file_url: str, values: Any) -> None:
        for user_id in await at.files.read(file_url):
            held = at.tenant.attributes._by_user.get(user_id, {})
            for definition_id in [one for one in values if one in held]:
                move(held, definition_id)
        await original(at, file_url, values)

    return wrap(write, attributes, "_write")


def _gets_a_new_id(held: dict[str, Any], definition_id: str) -> None:
    held[definition_id].attribute_id = uuid.uuid4().hex[:24]


faults(
    "BLK-04",
    replaced_ones_get_new_ids=_rewrites(_gets_a_new_id),
    replaced_ones_move_to_the_end=_rewrites(lambda held, one: held.update({one: held.pop(one)})),
    nothing_is_written=_values(lambda values: {}),
    first_attribute_only=_values(lambda values: dict(list(values.items())[:1])),
    first_ten_attributes=_values(lambda values: dict(list(values.items())[:10])),
    falsy_values_are_skipped=_values(lambda values: {key: value for key, value in values.items() if value}),
    last_user_is_skipped=_users(lambda users: users[:-1]),
    at_most_ten_users=_users(lambda users: users[:10]),
    hundred_users_at_most=_text(lambda text: "".join(text.splitlines(keepends=True)[:101])),
    thousand_users_at_most=_users(lambda users: users[:1000]),
    texts_are_cut=_each(lambda value: value[:255] if isinstance(value, str) else value),
    texts_are_trimmed=_each(lambda value: value.strip() if isinstance(value, str) else value),
    texts_are_parsed=_each(_parsed),
    lists_are_sets=_each(lambda value: sorted(set(value)) if isinstance(value, list) else value),
    numbers_are_whole=_each(lambda value: int(value) if isinstance(value, float) else value),
    empty_members_are_dropped=_each(
        lambda value: {key: one for key, one in value.items() if one} if isinstance(value, dict) else value
    ),
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


@fault("BLK-07", operation, ops.BULK)
async def unreadable_file_is_400(original: Any, at: Any, body: Record) -> Any:
    """The file is read before the answer."""
    try:
        await at.files.read(body["file_url"])
    except FileProblem as problem:
        raise Refusal(400, str(problem), [Violation("body.file_url", str(problem))]) from None
    return await original(at, body=body)


@fault("BLK-07", operation, ops.BULK)
async def dead_url_crashes_the_call(original: Any, at: Any, body: Record) -> Any:
    try:
        await at.files.read(body["file_url"])
    except FileProblem:
        if body["file_url"].startswith("http"):
            raise Refusal(500, "Internal Server Error") from None
    return await original(at, body=body)


def _unread(users: Callable[[Any, str, dict[str, Any]], list[str]]) -> Change:
    """Of a file that cannot be read, write to the users `users(context, file_url, values)`."""

    async def write(original: Any, at: Any, file_url: str, values: Any) -> None:
        try:
            await original(at, file_url, values)
        except FileProblem:
            for user_id, definition_id in product(users(at, file_url, values), values):
                if definition_id in at.tenant.definitions:
                    definition = at.tenant.definitions.get(definition_id)
                    at.tenant.attributes.put(user_id, definition, values[definition_id])
            raise

    return wrap(write, attributes, "_write")


def _cells(file_url: str, line: int, cell: int) -> list[str]:
    """A column of a data: file from a line on."""
    rows = [text.split(",") for text in unquote(file_url.partition(",")[2]).splitlines()[line:]]
    return [row[cell] for row in rows if len(row) > cell and row[cell]] if file_url.startswith("data:") else []


faults(
    "BLK-07",
    first_column_without_a_user_id=_unread(lambda at, url, values: _cells(url, 1, 0)),
    column_id_will_do=_unread(lambda at, url, values: _cells(url, 1, 1)),
    file_without_a_header=_unread(lambda at, url, values: _cells(url, 0, 0)),
    everyone_with_values_is_written=_unread(lambda at, url, values: list(at.tenant.attributes._by_user)),
    all_calls_share_a_job=answer(
        lambda x: x.json.update(job_id="failed") if "user_id" not in x.fields["file_url"] else None,
        ops.BULK,
        status=202,
    ),
)


@fault("BLK-07")
def users_of_the_file_before(mock: Mock) -> None:
    """The list of users is only replaced where a file could be read."""
    users: list[str] = []

    async def read(original: Any, at: Any, file_url: str, values: Any) -> None:
        await original(at, file_url, values)
        users[:] = await at.files.read(file_url)

    _unread(lambda at, url, values: users)(mock)
    mock.wrap(read, attributes, "_write")


@fault("BLK-07", wrap, attributes, "_write")
async def values_are_cleared_first(original: Any, at: Any, file_url: str, values: Any) -> None:
    for user_id, own in list(at.tenant.attributes._by_user.items()):
        for definition_id in own.keys() & values.keys():
            at.tenant.attributes.delete(user_id, definition_id)
    await original(at, file_url, values)


@fault("BLK-07")
def an_unreadable_file_ends_the_worker(mock: Mock) -> None:
    """No job runs after one whose file could not be read."""
    ended: set[bool] = set()

    async def write(original: Any, at: Any, file_url: str, values: Any) -> None:
        if not ended:
            try:
                await original(at, file_url, values)
            except FileProblem:
                ended.add(True)

    mock.wrap(write, attributes, "_write")
