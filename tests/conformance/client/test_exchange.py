"""A response: how deep its JSON may be."""

import json

from audience_conformance.client.exchange import MAX_CUT, MAX_DEPTH, Answer


def answered(text: str) -> object:
    return Answer(200, {}, text.encode()).json


def lists(depth: int, innermost: str = "") -> str:
    return "[" * depth + innermost + "]" * depth


def test_json_has_a_limit_of_depth() -> None:
    assert answered(lists(MAX_DEPTH)) == json.loads(lists(MAX_DEPTH))
    assert answered('{"a":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH) is not None
    for deeper in (MAX_DEPTH + 1, 20_000):
        assert answered(lists(deeper)) == json.loads(lists(MAX_DEPTH, "null"))
    assert answered("[" * 20_000) is None
    assert answered(lists(20_000, "[}")) is None
    assert answered(lists(MAX_CUT)) is None


def test_what_is_not_too_deep_stays_readable() -> None:
    deep = lists(500, '"]}"')
    text = f'{{"_id": "a", "b": [{deep}, 1, {{"c": {deep}}}], "d": "[{{", "e": {{"f": 2}}}}'
    read = answered(text)
    assert isinstance(read, dict)
    assert (read["_id"], read["d"], read["e"], read["b"][1]) == ("a", "[{", {"f": 2}, 1)
    assert read["b"][0] == json.loads(lists(MAX_DEPTH - 2, "null"))


def test_brackets_in_strings_are_no_depth() -> None:
    texts = ["[" * 1000, '\\"{' * 1000, "]}" * 1000]
    assert answered("[" + ",".join(f'"{text}"' for text in texts) + "]") is not None
    assert answered("[" + ",".join(['{"a":[{}]}'] * 1000) + "]") is not None
