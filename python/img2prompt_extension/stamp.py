"""Whether the core that is there was made from these sources, told in milliseconds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

_NAME = "img2prompt-sources.txt"
_SOURCES = ("CMakeLists.txt", "pyproject.toml", "cmake", "cpp", "models", "python")


def is_current(root: Path, target: Path) -> bool:
    """Whether `target` holds a finished core of the sources in `root`."""
    try:
        return (target / _NAME).read_text(encoding="ascii") == _digest(root)
    except (OSError, UnicodeDecodeError):
        return False


def write_stamp(root: Path, target: Path) -> None:
    """Marks `target` as made from the sources in `root`."""
    (target / _NAME).write_text(_digest(root), encoding="ascii")


def _digest(root: Path) -> str:
    """Of every source's name, size and time: to read them all would take too long at each start."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        for path, status in sorted(_files(str(root / name))):
            line = f"{os.path.relpath(path, root)} {status.st_size} {status.st_mtime_ns}\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _files(place: str) -> Iterator[tuple[str, os.stat_result]]:
    if os.path.isfile(place):
        yield place, os.stat(place)
        return
    if not os.path.isdir(place):
        return
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            else:
                yield entry.path, entry.stat()
