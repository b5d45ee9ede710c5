"""What an interrupted batch has done, kept in its folder, so that the next run goes on there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import IO

_NAME = ".img2prompt-batch.jsonl"
_BEGUN = "begun"
_LARGEST = 256 << 20  # bytes; more is not read


class Journal:
    """One line for each finished picture. Another batch's journal is not taken for this one's."""

    def __init__(self, folder: Path, key: str) -> None:
        self._path = folder / _NAME
        #: (name, prompt) whose writing had begun when the last run was cut off.
        self.begun: tuple[str, str] | None = None
        self.done: dict[str, str] = self._read(key)
        self.resumed = bool(self.done)
        self._file: IO[str] = self._open(key)

    def begin(self, name: str, prompt: str) -> None:
        """Keeps what is about to be written, so that a run that is killed meanwhile is mended."""
        self._write([name, prompt, _BEGUN])

    def add(self, name: str, prompt: str) -> None:
        """Keeps a finished picture; with the system when this returns."""
        self.done[name] = prompt
        self._write([name, prompt])

    def _write(self, line: list[str]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def close(self, finished: bool) -> None:
        """Removes the journal of a finished batch, keeps that of one to be resumed."""
        self._file.close()
        if finished or not self.done:
            self._path.unlink(missing_ok=True)

    def _read(self, key: str) -> dict[str, str]:
        try:
            if self._path.stat().st_size > _LARGEST:
                return {}
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return {}
        if not lines or lines[0] != key:
            return {}
        done = {}
        for line in lines[1:]:
            try:
                name, prompt, *begun = json.loads(line)
            except (ValueError, TypeError):
                continue  # the line at which the last run was cut off
            if isinstance(name, str) and isinstance(prompt, str):
                self.begun = (name, prompt) if begun else None
                if not begun:
                    done[name] = prompt
        return done

    def _open(self, key: str) -> IO[str]:
        temporary = self._path.with_name(self._path.name + ".new")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(key + "\n")
            for name, prompt in self.done.items():
                file.write(json.dumps([name, prompt]) + "\n")
        os.replace(temporary, self._path)
        return self._path.open("a", encoding="utf-8")
