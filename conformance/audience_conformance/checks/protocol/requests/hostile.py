"""Odd calls: whatever a server may get that nobody who means well would send. Any answer below 500 will do."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from audience_conformance.checks.protocol.requests.call import Call, method, template
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.schema_violations import refusable_body
from audience_conformance.checks.protocol.requests.valid import query_parameters
from audience_conformance.client.api import Api

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
IDS = (
    *("žluťoučký-漢字-🦊", "\0", "a/b", "../..", "'\"; --", "%00%25", "{}", "\r\n", "a b", "*", "?#", "\\", "\u202e"),
    *("x" * 2000, "[$ne]", "null", "."),
)
"""What is put behind an id that nothing has."""
STRAY = ("0", "-1", "null", "undefined", "f" * 24, "00000000-0000-4000-8000-000000000000", "%00", "'", "x" * 3000)
"""Ids to read at: they may be anything, for reading changes nothing."""
TEXTS = (
    *(
        "",
        "\0",
        "[(*",
        "\\",
        "%",
        "'\"; --",
        "🦊" * 50,
        "x" * 3000,
        "99999999999999999999",
        "-1",
        "1e309",
        "NaN",
        ",,,",
    ),
    *("{}", "null", "\u202e", "\r\n", "1.5", "0"),
)
QUERIES = (
    "&&&",
    "=",
    "%",
    "%zz=%",
    "=1&=2",
    "%ff%fe=%c3%28",
    "__proto__=1",
    "constructor=1",
    "a[b][c]=1",
    ";",
    "?",
    "+",
)
DEPTH = 2000
CONTENTS: tuple[tuple[str, bytes], ...] = (
    ("nothing", b""),
    ("a blank", b" "),
    ("a brace", b"{"),
    ("half a word", b"nul"),
    ("NaN", b"NaN"),
    ("a lone surrogate", b'"\\ud800"'),
    ("a deep list", b"[" * DEPTH + b"]" * DEPTH),
    ("a deep list, open", b"[" * 50 * DEPTH),
    ("a deep object", b'{"a":' * DEPTH + b"1" + b"}" * DEPTH),
    ("UTF-16", '{"name": "x"}'.encode("utf-16")),
    ("a byte order mark", b"\xef\xbb\xbf{}"),
    ("no UTF-8", b'{"name": "\xff\xfe"}'),
    ("zero bytes", b"\0\0\0\0"),
    ("a number of 5000 digits", b"9" * 5000),
    ("a long list", b"[" + b"0," * 20000 + b"0]"),
    ("names twice", b'{"name": 1, "name": 2, "": 3, "__proto__": {"a": 1}}'),
)
MEDIA_TYPES = (
    *("application/json; charset=utf-16", "application/json; charset=nonsense", "application/json;;;", "json", "/"),
    *("multipart/form-data", "application/x-www-form-urlencoded", "application/xml", 'text/plain; charset="', "*/*"),
)
VALUES: tuple[str, ...] = (
    *("1e400", "-1e400", "9" * 400, "NaN", "Infinity", '"\\ud800"', '"\\u0000"', '{"$ne": 1}', '{"__proto__": {}}'),
    *(
        "[" * 500 + "]" * 500,
        f'"{"x" * 100000}"',
        "1e-400",
        '"\\u202e"',
        "true",
        "null",
        "[[]]",
        '""',
        "-0.0",
        "[null]",
        '"data:text/csv;base64,@@@"',
        '"data:text/csv,%zz%ff%00"',
    ),
)
"""JSON, or nearly, to be put in the place of each field."""
HEADERS = (
    *(("Accept", "text/html"), ("Accept", "nonsense"), ("Accept-Language", "*;q=x"), ("If-Match", '"x"')),
    *(
        ("If-Modified-Since", "never"),
        ("Range", "bytes=0-1"),
        ("Cookie", "a=; ;=;"),
        ("X-HTTP-Method-Override", "GET"),
    ),
)


def hostile_calls(api: Api, resources: Resources, operation_id: str) -> list[Call]:
    """Odd ids, queries, headers and bodies for one operation. What they may change is the check's own."""
    body = refusable_body(api, resources, operation_id)
    plain = Call(operation_id, ids=dict(resources.ids(operation_id)), body=body)
    if method(operation_id) == "DELETE":
        plain = replace(plain, ids=resources.unknown(operation_id))
    return [*_of_ids(api, resources, plain), *_of_query(plain), *_of_headers(plain), *_of_body(plain)]


def _of_ids(api: Api, resources: Resources, plain: Call) -> Iterator[Call]:
    reads = method(plain.operation) == "GET"
    known = dict(resources.ids(plain.operation)) if reads else dict(plain.ids)
    for name in ("definition_id", "group_id", "user_id"):
        if f"{{{name}}}" in template(plain.operation):
            for text in IDS:
                yield replace(plain, about=f"an odd {name}", ids={**known, name: f"{api.fresh('odd')}-{text}"})
            for text in STRAY if reads else ():
                yield replace(plain, about=f"a stray {name}", ids={**known, name: text})


def _of_query(plain: Call) -> Iterator[Call]:
    names = [parameter["name"] for parameter in query_parameters(plain.operation)]
    for text in QUERIES:
        yield replace(plain, about=f"the query {text}", query=text)
    for name in names:
        for text in TEXTS:
            yield replace(plain, about=f"an odd {name}", query=((name, text),))
        yield replace(plain, about=f"{name} twice", query=((name, "1"), (name, "2")))
        yield from (
            replace(plain, about=f"{q}", query=q) for q in (name, f"{name}[]=1", f"{name}[$ne]=1", f"{name}=%ff")
        )
    if names:
        yield replace(plain, about="everything odd", query=tuple((name, "\0'") for name in names))


def _of_headers(plain: Call) -> Iterator[Call]:
    for header in HEADERS:
        yield replace(plain, about=f"{header[0]}: {header[1]}", headers=(header,))
    if method(plain.operation) in {"GET", "DELETE"}:
        yield replace(plain, about="a body that is not asked for", body={"a": 1})
        yield replace(plain, about="half a body that is not asked for", content=b'{"a"', headers=_JSON)


_JSON = (("Content-Type", "application/json"),)


def _of_body(plain: Call) -> Iterator[Call]:
    if plain.body is ...:
        return
    bare = replace(plain, body=...)
    for about, content in CONTENTS:
        yield replace(bare, about=about, content=content, headers=_JSON)
    whole = json.dumps(plain.body).encode()
    for media_type in MEDIA_TYPES:
        yield replace(bare, about=media_type, content=whole, headers=(("Content-Type", media_type),))
    yield replace(bare, about="no content type", content=whole)
    yield replace(bare, about="not gzip", content=whole, headers=(*_JSON, ("Content-Encoding", "gzip")))
    for place in _places(plain.body):
        for text in VALUES:
            about = f"{'.'.join(map(str, place))} is {text[:20]}"
            yield replace(bare, about=about, content=_with(plain.body, place, text), headers=_JSON)


def _places(node: Any) -> Iterator[tuple[str | int, ...]]:
    """The paths of all that a body holds."""
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, below in parts:
        yield (name,)
        yield from ((name, *rest) for rest in _places(below))


def _with(body: Any, place: tuple[str | int, ...], text: str) -> bytes:
    """The body as JSON, with a text in the place of one part; the text need be no JSON."""
    changed = json.loads(json.dumps(body))
    node = changed
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = "@here@"
    return json.dumps(changed).replace('"@here@"', text).encode()
