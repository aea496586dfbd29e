"""Signals that end a command: the first one interrupts it, and what was made is deleted; no second one stops that."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_HANGUP = getattr(signal, "SIGHUP", None)  # Windows has none
SIGNALS = (signal.SIGINT, signal.SIGTERM, *((_HANGUP,) if _HANGUP else ()))
"""Those that ask a command to end."""
EXIT_BASE = 128
"""The exit code of a command that a signal has ended is this and the number of the signal, as a shell has it."""


def exit_code(interrupt: KeyboardInterrupt) -> int:
    """The exit code of a command that this has ended."""
    return EXIT_BASE + int(interrupt.args[0] if interrupt.args else signal.SIGINT)


class Handlers:
    """Calls a function with the number of each signal that asks a command to end, until `restore`."""

    def __init__(self, on_signal: Callable[[int], object]) -> None:
        self._before: dict[signal.Signals, Any] = {}
        if threading.current_thread() is not threading.main_thread():
            return
        for number in SIGNALS:
            handler = signal.getsignal(number)
            if handler is None or (number == _HANGUP and handler == signal.SIG_IGN):  # as nohup leaves it
                continue
            self._before[number] = handler
            signal.signal(number, lambda received, _: on_signal(received))

    def restore(self) -> None:
        """Give each signal the handler that it had."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise KeyboardInterrupt at the first signal, with its number."""
    received: list[int] = []

    def interrupt(number: int) -> None:
        if not received:
            received.append(number)
            raise KeyboardInterrupt(number)

    handlers = Handlers(interrupt)
    try:
        yield
    finally:
        handlers.restore()
