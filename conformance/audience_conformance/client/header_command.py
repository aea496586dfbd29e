"""Headers that a command prints, such as a token that expires: it is run again when the target answers 401."""

import subprocess
import threading

SECONDS = 60.0
"""Time that the command has."""


class HeaderCommandError(Exception):
    """The command failed, or printed no headers."""


class HeaderCommand:
    """Runs a command of the shell and keeps the headers that it prints, one a line as `NAME: VALUE`. Thread-safe."""

    def __init__(self, command: str) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._headers: tuple[tuple[str, str], ...] | None = None

    def headers(self, refused: tuple[tuple[str, str], ...] | None = None) -> tuple[tuple[str, str], ...]:
        """The headers; new ones if these were refused and nobody has renewed them since.

        Raises:
            HeaderCommandError: there are none.
        """
        with self._lock:
            if self._headers is None or self._headers == refused:
                self._headers = self._run()
            return self._headers

    def _run(self) -> tuple[tuple[str, str], ...]:
        try:
            done = subprocess.run(  # noqa: S602 (the user's own command)
                self._command, shell=True, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise HeaderCommandError(f"--header-command did not end within {SECONDS:g} s") from None
        if done.returncode:
            said = " ".join(done.stderr.split())[:200] or "it printed nothing on stderr"
            raise HeaderCommandError(f"--header-command failed with exit code {done.returncode}: {said}")
        pairs = [line.partition(":") for line in done.stdout.splitlines() if line.strip()]
        # No message repeats the output: it is secret.
        if not pairs or not all(name.strip() and colon and value.strip() for name, colon, value in pairs):
            raise HeaderCommandError("--header-command printed no headers; it must print lines like NAME: VALUE")
        return tuple((name.strip(), value.strip()) for name, _, value in pairs)
