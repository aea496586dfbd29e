"""How a file is replaced that is written again and again: the state file, and the file of `--record`."""

import contextlib
import errno
import logging
import os
import stat
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from audience_mock.session.state_lock import hidden_name


class FileWriter:
    """Replaces the content of a file; what fails may be tried again and again, and is logged once.

    Args:
        path: the file.
        logger: for failures.
        loss: what a failure means, like "the state is not kept".
    """

    def __init__(self, path: Path, logger: logging.Logger, loss: str) -> None:
        self._path = path
        self._logger = logger
        self._loss = loss
        self._problem = ""

    def write(self, pieces: Callable[[], Iterable[bytes]]) -> bool:
        """Replace the content; False if it cannot be written."""
        try:
            replace(self._path, pieces)
        except OSError as error:
            if self._problem != str(error):
                self._logger.error("cannot write %s: %s; %s", self._path, error.strerror, self._loss)  # noqa: TRY400
            self._problem = str(error)
            return False
        self._problem = ""
        return True


_IN_PLACE = {errno.EBUSY, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG}
"""Errors of a replacement that leave a way: a mounted file, a folder that allows no other file."""


def replace(path: Path, pieces: Callable[[], Iterable[bytes]]) -> None:
    """Replace the content of a file at once. A symlink, the file's mode and its owner stay.

    A file is written in place if it is mounted, has a second name, or its folder or owner allows no replacement.

    Raises:
        OSError: it cannot be written; then it is as it was, unless it had to be written in place.
    """
    target = Path(os.path.realpath(path))
    part = target.with_name(f"{hidden_name(target)}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.writelines(pieces())
            may_replace = _as_before(target, file.fileno())
        if may_replace:
            part.replace(target)
            return
    except OSError as error:
        if error.errno not in _IN_PLACE or not target.exists():
            raise
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    with target.open("r+b") as file:
        file.writelines(pieces())
        file.truncate()


def _as_before(target: Path, part: int) -> bool:
    """Give the new file the mode and the owner of the old one; False if that is not possible."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return True
    new = os.fstat(part)
    if old.st_nlink > 1:
        return False
    if sys.platform != "win32":
        if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
            os.fchown(part, old.st_uid, old.st_gid)
        os.fchmod(part, stat.S_IMODE(old.st_mode))
    return True
