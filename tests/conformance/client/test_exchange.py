"""A response: how deep its JSON may be."""

from audience_conformance.client.exchange import MAX_DEPTH, Answer


def answered(text: str) -> object:
    return Answer(200, {}, text.encode()).json


def test_json_has_a_limit_of_depth() -> None:
    assert answered("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    assert answered('{"a":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH) is not None
    assert answered("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) is None
    assert answered("[" * 20_000 + "]" * 20_000) is None
    assert answered("[" * 20_000) is None


def test_brackets_in_strings_are_no_depth() -> None:
    texts = ["[" * 1000, '\\"{' * 1000, "]}" * 1000]
    assert answered("[" + ",".join(f'"{text}"' for text in texts) + "]") is not None
    assert answered("[" + ",".join(['{"a":[{}]}'] * 1000) + "]") is not None
