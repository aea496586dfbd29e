"""Hostile calls: requests that no well-meaning client sends. Any response below 500 is right."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from audience_conformance.checks.protocol.requests import spec
from audience_conformance.checks.protocol.requests.call import JSON, Call
from audience_conformance.checks.protocol.requests.resources import Resources
from audience_conformance.checks.protocol.requests.schema_violations import marked_body
from audience_conformance.client.api import Api

IDS = (
    *("žluťoučký-漢字-🦊", "\0", "a/b", "../..", "'\"; --", "%00%25", "{}", "\r\n", "a b", "*", "?#", "\\", "\u202e"),
    *("x" * 2000, "[$ne]", "null", "."),
)
"""Appended to a unique id."""
STRAY = ("0", "-1", "null", "undefined", "f" * 24, "00000000-0000-4000-8000-000000000000", "%00", "'", "x" * 3000)
"""Ids for GET operations only: they may exist."""
TEXTS = (
    *("", "\0", "[(*", "\\", "%", "'\"; --", "🦊" * 50, "x" * 3000, "99999999999999999999", "-1", "1e309", "NaN"),
    *(",,,", "{}", "null", "\u202e", "\r\n", "1.5", "0"),
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
    ),
    *('"data:text/csv;base64,@@@"', '"data:text/csv,%zz%ff%00"'),
)
"""JSON or almost JSON, in place of each part of a body."""
HEADERS = (
    ("Accept", "text/html"),
    ("Accept", "nonsense"),
    ("Accept-Language", "*;q=x"),
    ("If-Match", '"x"'),
    ("If-Modified-Since", "never"),
    ("Range", "bytes=0-1"),
    ("Cookie", "a=; ;=;"),
    ("X-HTTP-Method-Override", "GET"),
)


def hostile_calls(api: Api, resources: Resources, operation_id: str) -> list[Call]:
    """Hostile ids, queries, headers and bodies; they can change only resources of the check."""
    body = marked_body(api, resources, operation_id)
    # A server may ignore what is hostile: a DELETE must find nothing.
    ids = resources.unknown(operation_id) if spec.method(operation_id) == "DELETE" else resources.ids(operation_id)
    plain = Call(operation_id, ids=ids, body=body)
    return [*_with_nul(plain), *_of_ids(api, plain), *_of_query(plain), *_of_headers(plain), *_of_body(plain)]


FREE_TEXTS = ("name", "description", "value")
"""Properties of bodies that may be any text."""


def _with_nul(plain: Call) -> Iterator[Call]:
    """U+0000, which some databases cannot keep, in all texts at once: the call that most often gets a 5xx."""
    if plain.body is not ...:
        yield replace(plain, about="U+0000 in all texts", body=_with_nul_in_texts(plain.body))
    elif names := [parameter["name"] for parameter in spec.query_parameters(plain.operation)]:
        yield replace(plain, about="U+0000 in all query parameters", query=tuple((name, "\0'") for name in names))


def _with_nul_in_texts(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_nul_in_texts(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        name: f"{part}\0" if name in FREE_TEXTS and isinstance(part, str) else _with_nul_in_texts(part)
        for name, part in node.items()
    }


def _of_ids(api: Api, plain: Call) -> Iterator[Call]:
    for name in spec.path_parameters(plain.operation):
        for text in IDS:
            yield replace(plain, about=f"a hostile {name}", ids={**plain.ids, name: f"{api.unique('odd')}-{text}"})
        for text in STRAY if spec.is_read(plain.operation) else ():
            yield replace(plain, about=f"a hostile {name}", ids={**plain.ids, name: text})


def _of_query(plain: Call) -> Iterator[Call]:
    for text in QUERIES:
        yield replace(plain, about=f"the query {text}", query=text)
    names = [parameter["name"] for parameter in spec.query_parameters(plain.operation)]
    for name in names:
        for text in TEXTS:
            yield replace(plain, about=f"a hostile {name}", query=((name, text),))
        yield replace(plain, about=f"{name} twice", query=((name, "1"), (name, "2")))
        for query in (name, f"{name}[]=1", f"{name}[$ne]=1", f"{name}=%ff"):
            yield replace(plain, about=f"the query {query}", query=query)


def _of_headers(plain: Call) -> Iterator[Call]:
    for header in HEADERS:
        yield replace(plain, about=": ".join(header), headers=(header,))
    if spec.method(plain.operation) in {"GET", "DELETE"}:
        yield replace(plain, about="a body that the operation does not take", body={"a": 1})
        yield replace(plain, about="half a body that the operation does not take", content=b'{"a"', headers=JSON)


def _of_body(plain: Call) -> Iterator[Call]:
    if plain.body is ...:
        return
    bare = replace(plain, body=...)
    for about, content in CONTENTS:
        yield replace(bare, about=about, content=content, headers=JSON)
    whole = json.dumps(plain.body).encode()
    for media_type in MEDIA_TYPES:
        yield replace(bare, about=media_type, content=whole, headers=(("Content-Type", media_type),))
    yield replace(bare, about="no content type", content=whole)
    yield replace(bare, about="not gzip", content=whole, headers=(*JSON, ("Content-Encoding", "gzip")))
    for path in _paths(plain.body):
        for text in VALUES:
            about = f"{'.'.join(map(str, path))} is {text[:20]}"
            yield replace(bare, about=about, content=_with_text(plain.body, path, text), headers=JSON)


def _paths(node: Any) -> Iterator[tuple[str | int, ...]]:
    """The paths of all parts of a body."""
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, part in parts:
        yield (name,)
        yield from ((name, *rest) for rest in _paths(part))


def _with_text(body: Any, path: tuple[str | int, ...], text: str) -> bytes:
    """The body as JSON with one part replaced by a text, which need not be JSON."""
    changed = json.loads(json.dumps(body))
    node = changed
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = "@here@"
    return json.dumps(changed).replace('"@here@"', text).encode()
