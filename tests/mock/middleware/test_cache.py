"""A cache of the request path is bounded."""

from audience_mock.middleware import cache as bounds
from audience_mock.middleware.cache import store


def test_a_cache_holds_a_limited_number_of_keys_and_no_long_ones() -> None:
    cache: dict[str, int] = {}
    store(cache, "x" * (bounds.MAX_LENGTH + 1), 1)
    assert cache == {}
    for number in range(3 * bounds.MAX_ENTRIES):
        store(cache, str(number), number)
        assert len(cache) <= bounds.MAX_ENTRIES
        assert cache[str(number)] == number
