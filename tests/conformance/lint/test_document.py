import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conformance.lint.linting import CLEAN

from audience_conformance.lint import document

OPENAPI = 'openapi: "3.0.3"\n'

UNREADABLE = {
    "": "the file is empty",
    "# nothing but a comment": "the file is empty",
    "null": "1: the top level is null",
    "- openapi": "1: the top level is a list",
    "\nhello": "2: the top level is a string",
    "3": "1: the top level is an integer",
    "-0.5": "1: the top level is a number",
    "on": "1: the top level is true or false",
    "a: b": "1: there is no openapi field",
    "swagger: '2.0'": "1: there is no openapi field",
    "a: b\nopenapi: 3.1.0": '2: openapi is "3.1.0"; this linter reads OpenAPI 3.0',
    "openapi: 3.0": "1: openapi is 3.0; this linter reads OpenAPI 3.0",
    "openapi: 3.0.3\n---\nopenapi: 3.0.3": "2: not YAML: but found another document",
    "openapi: 3.0.3\ninfo: a: b": "2: not YAML: mapping values are not allowed here",
    "openapi: 3.0.3\nx-a: *nobody": "2: not YAML: found undefined alias 'nobody'",
    "openapi: 3.0.3\nx-a: \x00": "2: not YAML: character 0x0000 is not allowed",
    'openapi: 3.0.3\nx-a: "\\ud800"': "2: half of a surrogate pair",
    'openapi: 3.0.3\n"\\udc00": a': "2: half of a surrogate pair",
    "openapi: 3.0.3\nx-a: &a [*a]": "2: an alias contains itself",
    "openapi: 3.0.3\n? [a]\n: b": "2: a key must be a plain word",
    "openapi: 3.0.3\nx-a: !!python/name:os.system": "2: ",
    "openapi: 3.0.3\nx-a: !!python/object/apply:os.getcwd ''": '2: "" is not a tag:yaml.org,2002:python',
    "openapi: 3.0.3\nx-a: !!int ''": '2: "" is not a tag:yaml.org,2002:int',
    "openapi: 3.0.3\nx-a: !!bool perhaps": '2: "perhaps" is not a tag:yaml.org,2002:bool',
    "openapi: 3.0.3\nx-a: !!binary aGk=": "2: a value with the tag tag:yaml.org,2002:binary cannot be JSON",
    "openapi: 3.0.3\nx-a: !!timestamp 2024-01-01": "2: a value with the tag tag:yaml.org,2002:timestamp",
    "openapi: 3.0.3\nx-a:\n  <<: 1": "3: a merge key << takes a mapping, not an integer",
    "openapi: 3.0.3\nx-a: 0x1" + "0" * 2000: "2: a number of more than 4096 bits",
    "openapi: 3.0.3\nx-a: 1" + "0" * 5000: "2: ",
    "openapi: 3.0.3\nx-a: " + "[" * 120 + "]" * 120: "nested deeper than 100 levels",
    "openapi: 3.0.3\nx-a: " + "{a: " * 100000: "2: nested deeper than 100 levels",
    "openapi: 3.0.3\nx-a:\n  " + "- " * 100000 + "a": "3: nested deeper than 100 levels",
    "openapi: 3.0.3\nx-a: " + "{allOf: [" * 100000: "2: nested deeper than 100 levels",
    "openapi: 3.0.3\nx-a: &a b\nx-c: &a d": "3: not YAML: the anchor a is already used",
    "openapi: 3.0.3\nx-a:\t[b]\n\tx-c: d": "found character '\\t' that cannot start any token",
    "openapi: 3.0.3\nx-a: " + "[" * 100000: "nested deeper than 100 levels",
    '{"openapi": "3.0.3", "a": ' + "[" * 100000: "nested deeper than 100 levels",
    "openapi: 3.0.3\nx-0: &x0 [1]\n" + "".join(f"x-{n + 1}: &x{n + 1} [*x{n}]\n" for n in range(120)): "nested deeper",
    "openapi: 3.0.3\nx-0: &x0 [1]\n"
    + "".join(f"x-{n + 1}: &x{n + 1} [*x{n}, *x{n}, *x{n}]\n" for n in range(30)): "more than 1000000 values",
}


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: text[:40])
def test_a_text_that_is_not_an_openapi_document_says_why(text: str) -> None:
    with pytest.raises(document.UnreadableError) as raised:
        document.parse(text)
    assert UNREADABLE[text] in (f"{raised.value.line}: {raised.value}" if raised.value.line else str(raised.value))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2024-05-06", "2024-05-06"),
        ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z"),
        ("=", "="),
        ("1", 1),
        ("1.5", 1.5),
        ("yes", True),
        ("~", None),
        ("'1'", "1"),
        (r'"\ud83d\ude00"', "\N{GRINNING FACE}"),
        ("|\n  a\n  b\n", "a\nb\n"),
        ("{200: a, on: b, null: c}", {"200": "a", "on": "b", "null": "c"}),
        ("{<<: {a: 1, b: 2}, a: 3}", {"b": 2, "a": 3}),
        ("{<<: [{a: 1}, {a: 2, b: 2}]}", {"a": 1, "b": 2}),
    ],
)
def test_a_value_is_the_json_that_it_stands_for(written: str, value: Any) -> None:
    assert document.parse(f"{OPENAPI}x-a: {written}").data["x-a"] == value


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_reads_as_itself(indent: int | str | None) -> None:
    data = document.parse(CLEAN).data | {"x-numbers": [1e3, -0.5, 1], "x-text": "\N{GRINNING FACE}\t/"}
    text = json.dumps(data, indent=indent)
    assert document.parse(text.replace("/", r"\/")).data == data
    assert document.parse(text.replace("1000.0", "1e3")).data == data


def test_every_place_has_the_line_it_is_written_on() -> None:
    read = document.parse(
        """# a comment
openapi: 3.0.3
info:
  title: a
tags:
- name: b
-
  name: c
x-shared: &shared
  d: e
x-again: *shared
x-merged:
  <<: *shared
  f: g
200: {h: i}
"""
    )
    lines = {
        (): 2,
        ("openapi",): 2,
        ("info", "title"): 4,
        ("info", "version"): 3,
        ("nothing", "at", "all"): 2,
        ("tags", 0): 6,
        ("tags", 1, "name"): 8,
        ("tags", 2): 5,
        ("x-shared", "d"): 10,
        ("x-again",): 11,
        ("x-again", "d"): 10,
        ("x-merged", "d"): 10,
        ("x-merged", "f"): 14,
        (200, "h"): 15,
    }
    assert {pointer: read.line(pointer) for pointer in lines} == lines


@pytest.mark.parametrize(
    "text", ["openapi: 3.0.3\nx-a:\n  - {b: c}\n", '{"openapi": "3.0.3",\n"x-a":\n  [{ "b":\t1}]}']
)
def test_a_line_has_its_column(text: str) -> None:
    lines = [document.parse(text).line(pointer) for pointer in (("x-a",), ("x-a", 0), ("x-a", 0, "b"))]
    expected = [(2, 1), (3, 5), (3, 6)] if "- " in text else [(2, 1), (3, 4), (3, 6)]
    assert [(line, line.column) for line in lines] == expected


def test_the_later_of_two_equal_keys_counts_as_for_pyyaml() -> None:
    read = document.parse(f"{OPENAPI}x-a: 1\nx-a: 2\n")
    assert read.data["x-a"] == 2
    assert [line for line, _ in read.repeated_keys] == [3]


def test_a_pyyaml_without_its_c_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    read = document.parse(CLEAN)
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert document.parse(CLEAN).data == read.data


def test_a_byte_order_mark_is_not_part_of_the_document(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_bytes(b"\xef\xbb\xbfopenapi: 3.0.3\n")
    assert document.read(path).data == {"openapi": "3.0.3"}


def test_a_file_that_is_not_utf_8_says_where(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_bytes(b"openapi: 3.0.3\n# caf\xe9\n")
    with pytest.raises(document.UnreadableError, match="byte 0xe9 is not UTF-8") as raised:
        document.read(path)
    assert raised.value.line == 2
