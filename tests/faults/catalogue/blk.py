"""Faults of BLK: bulk updates."""

import hashlib
from typing import Any

from tests.faults.patching import BULK, Exchange, Mock, Record
from tests.faults.registry import fault

from audience_mock.operations import attributes
from audience_mock.session import user_files as files

# --- BLK-01 -------------------------------------------------------------------------------------------


@fault("BLK-01-answers-200", rule="BLK-01", subtlety="obvious")
def answers_200(mock: Mock) -> None:
    """A bulk update answers 200."""
    mock.answer(lambda x: setattr(x, "status", 200), BULK, status=202)


@fault("BLK-01-status-code-is-200", rule="BLK-01", subtlety="plausible")
def status_code_is_200(mock: Mock) -> None:
    """status_code in the body is 200."""
    mock.answer(lambda x: x.json.update(status_code=200), BULK, status=202)


@fault("BLK-01-no-job-id", rule="BLK-01", subtlety="plausible")
def no_job_id(mock: Mock) -> None:
    """The answer has no job_id."""
    mock.answer(lambda x: x.json.pop("job_id"), BULK, status=202)


@fault("BLK-01-processing-type-is-sync", rule="BLK-01", subtlety="subtle")
def processing_type_is_sync(mock: Mock) -> None:
    """processing_type is sync where one attribute is set."""
    mock.answer(
        lambda x: x.json.update(processing_type="sync") if len(x.fields["attributes"]) == 1 else None, BULK, status=202
    )


@fault("BLK-01-success-is-false", rule="BLK-01", subtlety="plausible")
def success_is_false(mock: Mock) -> None:
    """`success` is false: nothing has been done yet."""
    mock.answer(lambda x: x.json.update(success=False), BULK, status=202)


# --- BLK-02 -------------------------------------------------------------------------------------------


def _mended(mock: Mock, change: Any) -> None:
    """A refused bulk update is sent again as `change(body)` has it, and taken if that is right."""

    def hook(exchange: Exchange) -> None:
        body = exchange.fields
        if (mended := change(body)) is not None:
            exchange.body = mended

    mock.request(hook, BULK)


def _complete(item: Any) -> bool:
    return not isinstance(item, dict) or ("key" in item and "value" in item)


@fault("BLK-02-no-file-url-is-taken", rule="BLK-02", subtlety="obvious")
def no_file_url_is_taken(mock: Mock) -> None:
    """A bulk update without file_url is taken."""
    _mended(mock, lambda b: None if "file_url" in b else {"file_url": "data:text/csv,user_id", **b})


@fault("BLK-02-no-attributes-is-taken", rule="BLK-02", subtlety="obvious")
def no_attributes_is_taken(mock: Mock) -> None:
    """A bulk update without attributes is taken."""

    def hook(exchange: Exchange) -> None:
        if "file_url" in exchange.fields and "attributes" not in exchange.fields:
            body = {"success": True, "message": "Queued.", "processing_type": "async", "status_code": 202}
            exchange.answer(202, {**body, "job_id": mock.backend.world.new_id()})

    mock.answer(hook, BULK, status=400)


@fault("BLK-02-incomplete-items-are-dropped", rule="BLK-02", subtlety="plausible")
def incomplete_items_are_dropped(mock: Mock) -> None:
    """An item without key or value is dropped where there are others."""

    def change(body: Record) -> Record | None:
        items = body.get("attributes")
        kept = [item for item in items if _complete(item)] if isinstance(items, list) else []
        return {**body, "attributes": kept} if kept else None

    _mended(mock, change)


@fault("BLK-02-item-without-value-is-taken", rule="BLK-02", subtlety="subtle")
def item_without_value_is_taken(mock: Mock) -> None:
    """An item without value is taken, wherever it stands."""

    def hook(exchange: Exchange) -> None:
        items = exchange.fields.get("attributes")
        keyed = isinstance(items, list) and all(isinstance(i, dict) and isinstance(i.get("key"), str) for i in items)
        if "file_url" in exchange.fields and keyed and any("value" not in item for item in items or []):
            body = {"success": True, "message": "Queued.", "processing_type": "async", "status_code": 202}
            exchange.answer(202, {**body, "job_id": mock.backend.world.new_id()})

    mock.answer(hook, BULK, status=400)


# --- BLK-03 -------------------------------------------------------------------------------------------


@fault("BLK-03-job-id-is-constant", rule="BLK-03", subtlety="obvious")
def job_id_is_constant(mock: Mock) -> None:
    """Every bulk update has the same job_id."""
    mock.answer(lambda x: x.json.update(job_id="bulk_update"), BULK, status=202)


@fault("BLK-03-job-id-of-the-file", rule="BLK-03", subtlety="plausible")
def job_id_of_the_file(mock: Mock) -> None:
    """The job_id is made from file_url."""
    mock.answer(lambda x: x.json.update(job_id=_digest(x.fields["file_url"])), BULK, status=202)


@fault("BLK-03-job-id-of-the-body", rule="BLK-03", subtlety="subtle")
def job_id_of_the_body(mock: Mock) -> None:
    """The job_id is made from the body: two equal calls have the same."""
    mock.answer(lambda x: x.json.update(job_id=_digest(str(x.fields))), BULK, status=202)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


# --- BLK-04 -------------------------------------------------------------------------------------------


def _writing(mock: Mock, change: Any) -> None:
    """The values that are written are those of `change(values)`."""
    mock.wrap(attributes, "_write", lambda write, at, file_url, values: write(at, file_url, change(values)))


def _reading(mock: Mock, change: Any) -> None:
    """The users that a bulk update reads from a file are those of `change(user id -> place)`."""

    async def write(original: Any, at: Any, file_url: str, values: Any) -> None:
        users = await at.files.read(file_url)
        listed = "\n".join(["user_id", *change(list(users))])
        await original(at, f"data:text/csv,{listed}", values)

    mock.wrap(attributes, "_write", write)


@fault("BLK-04-nothing-is-written", rule="BLK-04", subtlety="obvious")
def nothing_is_written(mock: Mock) -> None:
    """A bulk update writes nothing."""
    _writing(mock, lambda values: {})


@fault("BLK-04-first-attribute-only", rule="BLK-04", subtlety="plausible")
def first_attribute_only(mock: Mock) -> None:
    """Of several attributes the first is written."""
    _writing(mock, lambda values: dict(list(values.items())[:1]))


@fault("BLK-04-falsy-values-are-skipped", rule="BLK-04", subtlety="subtle")
def falsy_values_are_skipped(mock: Mock) -> None:
    """false, 0 and what is empty are not written."""
    _writing(mock, lambda values: {key: value for key, value in values.items() if value})


@fault("BLK-04-last-user-is-skipped", rule="BLK-04", subtlety="plausible")
def last_user_is_skipped(mock: Mock) -> None:
    """The last user of the file is passed over."""
    _reading(mock, lambda users: users[:-1])


@fault("BLK-04-at-most-ten-users", rule="BLK-04", subtlety="subtle")
def at_most_ten_users(mock: Mock) -> None:
    """The first ten users of the file get the values."""
    _reading(mock, lambda users: users[:10])


@fault("BLK-04-held-values-stay", rule="BLK-04", subtlety="subtle")
def held_values_stay(mock: Mock) -> None:
    """A user who holds a value keeps the old one."""

    async def write(original: Any, at: Any, file_url: str, values: Any) -> None:
        held = at.tenant.attributes
        old = {(user, d): v for user, own in held._by_user.items() for d, v in own.items() if d in values}
        await original(at, file_url, values)
        for (user_id, definition_id), value in old.items():
            if user_id in held._by_user and definition_id in held._by_user[user_id]:
                held._by_user[user_id][definition_id] = value

    mock.wrap(attributes, "_write", write)


@fault("BLK-04-first-column-of-the-file", rule="BLK-04", subtlety="subtle")
def first_column_of_the_file(mock: Mock) -> None:
    """The users are read from the first column, whatever its name."""

    def parse(original: Any, content: bytes) -> Any:
        head, _, rest = content.partition(b"\n")
        names = [name.strip() for name in head.split(b",")]
        if b"user_id" not in names:
            return original(content)
        return original(b",".join([b"user_id", *[b"x%d" % n for n in range(1, len(names))]]) + b"\n" + rest)

    mock.wrap(files, "parse", parse)


# --- BLK-05 -------------------------------------------------------------------------------------------


def _unknown_keys(mock: Mock, exchange: Exchange) -> list[Any]:
    items = exchange.fields.get("attributes")
    definitions = mock.tenant_of(exchange).definitions
    named = (
        [i for i in items if isinstance(i, dict) and isinstance(i.get("key"), str)] if isinstance(items, list) else []
    )
    return [item for item in named if definitions.by_slug(item["key"]) is None]


@fault("BLK-05-unknown-key-is-ignored", rule="BLK-05", subtlety="obvious")
def unknown_key_is_ignored(mock: Mock) -> None:
    """An unknown key is dropped where there are others."""

    def hook(exchange: Exchange) -> None:
        unknown = _unknown_keys(mock, exchange)
        if unknown and len(unknown) < len(exchange.fields["attributes"]):
            kept = [item for item in exchange.fields["attributes"] if item not in unknown]
            exchange.body = {**exchange.fields, "attributes": kept}

    mock.request(hook, BULK)


@fault("BLK-05-unknown-key-alone-is-202", rule="BLK-05", subtlety="plausible")
def unknown_key_alone_is_202(mock: Mock) -> None:
    """An unknown key is found out in the job only: the call is 202."""

    def hook(exchange: Exchange) -> None:
        if "is not the slug of any definition" in exchange.json["message"]:
            body = {"success": True, "message": "Queued.", "processing_type": "async", "status_code": 202}
            exchange.answer(202, {**body, "job_id": mock.backend.world.new_id()})

    mock.answer(hook, BULK, status=400)


@fault("BLK-05-writes-half-before-refusing", rule="BLK-05", subtlety="subtle")
def writes_half_before_refusing(mock: Mock) -> None:
    """The items before an unknown key are written, then the call is refused."""

    async def bulk(original: Any, at: Any, body: Record) -> Any:
        known: list[Record] = []
        for item in body["attributes"]:
            if at.tenant.definitions.by_slug(item["key"]) is None:
                break
            known.append(item)
        if 0 < len(known) < len(body["attributes"]):
            await original(at, body={**body, "attributes": known})
        return await original(at, body=body)

    mock.operation(bulk, BULK)


@fault("BLK-05-unknown-key-is-404", rule="BLK-05", subtlety="plausible")
def unknown_key_is_404(mock: Mock) -> None:
    """An unknown key is 404."""
    mock.answer(
        lambda x: x.refuse(404) if "is not the slug of any definition" in x.json["message"] else None, BULK, status=400
    )


@fault("BLK-05-unknown-key-becomes-a-definition", rule="BLK-05", subtlety="plausible")
def unknown_key_becomes_a_definition(mock: Mock) -> None:
    """An unknown key is made a definition of type string, on the fly."""

    def hook(exchange: Exchange) -> None:
        for item in _unknown_keys(mock, exchange):
            if isinstance(item.get("value"), str) and "file_url" in exchange.fields:
                body = {"name": item["key"], "slug": item["key"], "description": "-", "type": "string"}
                mock.tenant_of(exchange).definitions.create(body)

    mock.request(hook, BULK)
