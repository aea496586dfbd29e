from collections.abc import Iterator

import pytest

from audience_conformance.runner import local_mock


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A mock with the seed of a run without --url, shared by the tests of a file."""
    mock = local_mock.start()
    yield mock.url
    mock.stop()
