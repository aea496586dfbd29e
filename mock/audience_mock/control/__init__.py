"""What steers the mock, under /__mock__. It is no part of the contract."""

from audience_mock.control import state, times

CALLS = (*state.CALLS, *times.CALLS)
"""Every operation of the control API."""
