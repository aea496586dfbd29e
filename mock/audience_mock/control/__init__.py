"""The control API of the mock, under /__mock__. It is not part of the contract."""

from audience_mock.control import console, faults, health, journal, state, times, users

CALLS = (*health.CALLS, *state.CALLS, *times.CALLS, *faults.CALLS, *journal.CALLS, *users.CALLS, *console.CALLS)
"""Every operation of the control API."""
