"""The sha256 of a file, and whether it is the one that was published."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from ..errors import Cancelled

_BLOCK = 1 << 20

Progress = Callable[[str, int, int], None]


def sha256_of(
    path: Path, progress: Progress | None = None, cancel: Callable[[], bool] | None = None
) -> str:
    """In hexadecimal. progress("check NAME", bytes, bytes of all). Raises OSError, Cancelled."""
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            done += len(block)
            if progress is not None:
                progress(f"check {path.name}", done, total)
            if cancel is not None and cancel():
                raise Cancelled("cancelled")
    return digest.hexdigest()


def is_published(sha256: str, published: str) -> bool:
    """published: all 64 digits, or the first ones."""
    return bool(published) and sha256.startswith(published)
