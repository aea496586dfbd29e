"""More faults of BLK: what a job reads, and what it writes."""

import asyncio
import itertools
from typing import Any

from tests.faults.patching import (
    BULK,
    LIST_ATTRIBUTES,
    Exchange,
    Mock,
    Record,
)
from tests.faults.registry import fault

from audience_mock.operations import attributes
from audience_mock.operations.context import Context
from audience_mock.session import user_files as files

# --- BLK ------------------------------------------------------------------------------------------------


@fault("BLK-01-message-is-empty-for-many", rule="BLK-01", subtlety="subtle")
def message_is_empty_for_many(mock: Mock) -> None:
    """The message is empty where five attributes or more are set."""
    mock.answer(lambda x: x.json.update(message="") if len(x.fields["attributes"]) >= 5 else None, BULK, status=202)


@fault("BLK-02-first-ten-items-are-judged", rule="BLK-02", subtlety="subtle")
def first_ten_items_are_judged(mock: Mock) -> None:
    """The first ten items are judged, what is behind them is cut off."""

    def hook(exchange: Exchange) -> None:
        items = exchange.fields.get("attributes")
        if isinstance(items, list) and len(items) > 10:
            exchange.body = {**exchange.fields, "attributes": items[:10]}

    mock.request(hook, BULK)


@fault("BLK-03-job-id-of-calls-at-once", rule="BLK-03", subtlety="subtle")
def job_id_of_calls_at_once(mock: Mock) -> None:
    """The number of the next job is read, and written a while later: calls at the same time get one job_id."""
    last = 0

    async def bulk(original: Any, at: Context, body: Record) -> Any:
        nonlocal last
        mine = last + 1
        answer = await original(at, body=body)
        await asyncio.sleep(0.004)
        last = mine
        return {**answer, "job_id": f"job-{mine}"}

    mock.operation(bulk, BULK)


@fault("BLK-04-put-before-makes-two", rule="BLK-04", subtlety="subtle")
def put_before_makes_two(mock: Mock) -> None:
    """A bulk update adds a second attribute beside one that was put before."""
    jobs: dict[tuple[str, str], list[Record]] = {}

    async def write(original: Any, at: Any, file_url: str, values: Any) -> None:
        held = at.tenant.attributes
        for user_id in await at.files.read(file_url):
            for definition_id in values:
                old = held._by_user.get(user_id, {}).get(definition_id)
                if old and (user_id, definition_id) not in jobs and definition_id in at.tenant.definitions:
                    record = held._record(user_id, at.tenant.definitions.get(definition_id), old)
                    jobs[user_id, definition_id] = [{**record, "_id": f"{record['_id'][:-1]}x"}]
        await original(at, file_url, values)

    def hook(exchange: Exchange) -> None:
        for (user_id, _), old in jobs.items():
            if user_id == exchange.ids["user_id"]:
                exchange.json["items"] += old

    mock.wrap(attributes, "_write", write)
    mock.answer(hook, LIST_ATTRIBUTES, status=200)


@fault("BLK-04-users-of-earlier-files-too", rule="BLK-04", subtlety="subtle")
def users_of_earlier_files_too(mock: Mock) -> None:
    """The list of users is one object for all jobs: a later update writes to the users of earlier files too."""
    every: dict[str, None] = {}

    async def write(original: Any, at: Any, file_url: str, values: Any) -> None:
        every.update(dict.fromkeys(await at.files.read(file_url)))
        for user_id in every:
            for definition_id, value in values.items():
                if definition_id in at.tenant.definitions:
                    at.tenant.attributes.put(user_id, at.tenant.definitions.get(definition_id), value)

    mock.wrap(attributes, "_write", write)


@fault("BLK-04-values-of-earlier-jobs-too", rule="BLK-04", subtlety="subtle")
def values_of_earlier_jobs_too(mock: Mock) -> None:
    """The values of a job are one object for all: a later update sets those of earlier ones too."""
    every: dict[str, Any] = {}

    async def write(original: Any, at: Any, file_url: str, values: Any) -> None:
        every.update(values)
        await original(at, file_url, dict(every))

    mock.wrap(attributes, "_write", write)


def _parsed(mock: Mock, change: Any) -> None:
    """A file is read as `change(text)` has it."""
    mock.wrap(files, "parse", lambda parse, content: parse(change(content.decode()).encode()))


@fault("BLK-04-last-line-without-newline", rule="BLK-04", subtlety="subtle")
def last_line_without_newline(mock: Mock) -> None:
    """The last line of a file counts only with a newline behind it."""
    _parsed(mock, lambda text: text[: text.rfind("\n") + 1])


@fault("BLK-04-quotes-stay", rule="BLK-04", subtlety="subtle")
def quotes_stay(mock: Mock) -> None:
    """Lines are split at commas, whatever is quoted."""
    _parsed(mock, lambda text: text.replace('"', ""))


@fault("BLK-04-hundred-users-at-most", rule="BLK-04", subtlety="subtle")
def hundred_users_at_most(mock: Mock) -> None:
    """The first hundred lines of a file are read."""
    _parsed(mock, lambda text: "".join(text.splitlines(keepends=True)[:101]))


@fault("BLK-04-ids-in-small-letters", rule="BLK-04", subtlety="subtle")
def ids_in_small_letters(mock: Mock) -> None:
    """The users of a file are read in small letters."""
    _parsed(mock, str.lower)


@fault("BLK-04-first-ten-attributes", rule="BLK-04", subtlety="subtle")
def first_ten_attributes(mock: Mock) -> None:
    """Of many attributes the first ten are written."""
    mock.wrap(
        attributes,
        "_write",
        lambda write, at, url, values: write(at, url, dict(itertools.islice(values.items(), 10))),
    )


@fault("BLK-05-key-whatever-the-case", rule="BLK-05", subtlety="subtle")
def key_whatever_the_case(mock: Mock) -> None:
    """A key is looked up whatever the case of its letters."""
    _keys(mock, lambda slug, key: slug.lower() == key.lower())


@fault("BLK-05-beginning-of-a-slug-is-enough", rule="BLK-05", subtlety="subtle")
def beginning_of_a_slug_is_enough(mock: Mock) -> None:
    """A key may be the beginning of a slug: the first that begins so is taken."""
    _keys(mock, lambda slug, key: len(key) > 10 and slug.startswith(key))


def _keys(mock: Mock, is_same: Any) -> None:
    def hook(exchange: Exchange) -> None:
        body, slugs = exchange.fields, [r["slug"] for r in mock.tenant_of(exchange).definitions._records]
        for item in body["attributes"] if isinstance(body.get("attributes"), list) else ():
            if isinstance(item, dict) and isinstance(item.get("key"), str) and item["key"] not in slugs:
                same = [slug for slug in slugs if is_same(slug, item["key"])]
                item["key"] = same[0] if same else item["key"]
        exchange.body = body

    mock.request(hook, BULK)
