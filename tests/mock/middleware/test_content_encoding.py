"""Request bodies with Content-Encoding."""

import gzip
import json
import zlib
from collections.abc import Callable

import httpx
import pytest
from tests.mock.conftest import Api
from tests.mock.helpers import DEFINITIONS, a_definition, created, refused

BODY = json.dumps(a_definition()).encode()


def raw_deflate(content: bytes) -> bytes:
    encoder = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return encoder.compress(content) + encoder.flush()


def members(content: bytes) -> bytes:
    return gzip.compress(content[:20]) + gzip.compress(content[20:])


def post(api: Api, content: bytes, encoding: str, path: str = DEFINITIONS) -> httpx.Response:
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    return api.request("POST", path, content=content, headers=headers)


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("gzip", gzip.compress),
        ("GZip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("gzip", members),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("deflate, gzip", lambda content: gzip.compress(zlib.compress(content))),
        ("identity", bytes),
        ("", bytes),
        ("gzip, identity", gzip.compress),
    ],
)
def test_an_encoded_body_is_decoded(api: Api, encoding: str, encode: Callable[[bytes], bytes]) -> None:
    assert created(post(api, encode(BODY), encoding))["slug"] == "hat-size"


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "aes128gcm", "gzip, br", "nonsense", "gzip," * 4])
def test_another_encoding_is_415_and_named(api: Api, encoding: str) -> None:
    answer = post(api, BODY, encoding)
    assert refused(answer, 415) == []
    assert encoding.rpartition(", ")[2] in answer.json()["message"]
    assert answer.headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("damage", [lambda _: BODY, lambda c: c[:-5], lambda c: c + b"x", lambda c: c[:5]])
def test_a_body_that_is_not_so_encoded_is_400(api: Api, encoding: str, damage: Callable[[bytes], bytes]) -> None:
    encoded = gzip.compress(BODY) if encoding == "gzip" else zlib.compress(BODY)
    assert refused(post(api, damage(encoded), encoding)) == ["body"]


def test_a_small_body_that_becomes_a_huge_one_is_413(api: Api) -> None:
    bomb = gzip.compress(b" " * (65 * 2**20))
    assert len(bomb) < 100_000
    refused(post(api, bomb, "gzip"), 413)
    refused(post(api, gzip.compress(bomb), "gzip, gzip"), 413)


def test_an_encoded_body_of_nothing_is_missing(api: Api) -> None:
    assert refused(post(api, b"", "gzip")) == ["body"]
    assert refused(post(api, gzip.compress(b""), "gzip")) == ["body"]


def test_the_control_api_decodes_too(api: Api) -> None:
    answer = post(api, gzip.compress(b'{"freeze": true}'), "gzip", "//__mock__/clock")
    assert answer.json()["frozen"] is True
    refused(post(api, b"{}", "br", "//__mock__/clock"), 415)
