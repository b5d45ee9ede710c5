"""The part of a download that is on disk, and what is known of it, so that it can go on later.

FILE.part holds the bytes from the start on; FILE.part.json says of which file they are. Bytes whose
origin is not noted, or noted otherwise, are not built upon.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

_MAX_NOTE_BYTES = 1 << 14


class PartialFile:
    """FILE.part, open for writing at its end. A context manager.

    origin: what the bytes are of: bytes of another origin are dropped. validator: what the server
    calls this version of the file (its ETag or date), "" when it says nothing of use.
    """

    def __init__(self, target: Path, origin: dict[str, str]) -> None:
        self.path = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.json")
        self._target, self._origin = target, origin
        self.validator = ""
        self._file = open(self.path, "ab", buffering=0)
        self.size = os.fstat(self._file.fileno()).st_size
        note = self._read_note()
        if note is None:
            self.clear()
        else:
            self.validator = note

    def __enter__(self) -> PartialFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if not self.size:
            for path in (self.path, self._note):
                with contextlib.suppress(OSError):
                    os.unlink(path)

    def write(self, block: bytes) -> None:
        """Appends. Raises OSError, the disk being full; what was written stays."""
        view = memoryview(block)
        while view:
            written = self._file.write(view)
            self.size += written or 0
            view = view[written:]

    def note(self, validator: str) -> None:
        """Says of which version the bytes are that come now."""
        self.validator = validator
        other = self._note.with_name(self._note.name + ".new")
        other.write_text(json.dumps({**self._origin, "validator": validator}), encoding="utf-8")
        os.replace(other, self._note)

    def clear(self) -> None:
        """Starts over."""
        self._file.truncate(0)
        self.size = 0
        self.validator = ""

    def finish(self) -> None:
        """Puts the file in its place, whole and on the disk."""
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self.path, self._target)
        self.size = 0
        with contextlib.suppress(OSError):
            os.unlink(self._note)

    def _read_note(self) -> str | None:
        """The validator that was noted for these bytes, None when they are of something else."""
        try:
            with open(self._note, encoding="utf-8") as file:
                note = json.loads(file.read(_MAX_NOTE_BYTES))
        except (OSError, ValueError, RecursionError):
            return None
        validator = note.pop("validator", None) if isinstance(note, dict) else None
        return validator if isinstance(validator, str) and note == self._origin else None
