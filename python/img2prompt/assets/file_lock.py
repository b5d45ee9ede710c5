"""A lock that two processes see, so that none fetches what another is fetching."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import Cancelled

_POLL_SECONDS = 0.2

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def file_lock(
    path: Path,
    waiting: Callable[[], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Iterator[None]:
    """Holds the lock; the system lets it go when the process ends, however that ends.

    waiting: called now and then while another has it. Raises Cancelled after cancel() answers
    True, OSError when the file cannot be made. A file system without locks gives none.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            held = _try_to_take(descriptor)
            # Whoever had it may have removed the file: then this one locks out nobody.
            if held and _is_still(path, descriptor):
                break
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if cancel is not None and cancel():
            raise Cancelled("cancelled")
        if not held:
            if waiting is not None:
                waiting()
            time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        if sys.platform == "win32":  # there an open file cannot be removed
            os.close(descriptor)
        with contextlib.suppress(OSError):
            os.unlink(path)
        if sys.platform != "win32":
            os.close(descriptor)


def _try_to_take(descriptor: int) -> bool:
    try:
        _take(descriptor)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        # Some network file systems have no locks; two downloads at once are then possible, each
        # of which is still verified.
        if isinstance(error, InterruptedError):
            return False
    return True


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False
