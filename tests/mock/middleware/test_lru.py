"""What is remembered of good texts is bounded."""

from audience_mock.middleware import lru as remembering
from audience_mock.middleware.lru import remember


def test_a_memory_holds_so_many_texts_and_no_long_ones() -> None:
    memory: dict[str, int] = {}
    remember(memory, "x" * (remembering.LONGEST + 1), 1)
    assert memory == {}
    for number in range(3 * remembering.MOST):
        remember(memory, str(number), number)
        assert len(memory) <= remembering.MOST
        assert memory[str(number)] == number
