from collections.abc import Iterator

import pytest
from tests.conformance import mock_in_process


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A mock with the seed of a run without --url, shared by the tests of a file."""
    mock = mock_in_process.start()
    yield mock.url
    mock.stop()
