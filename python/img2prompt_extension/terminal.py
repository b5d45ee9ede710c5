"""Progress where a person can see it: the WebUI shows an installer's output only at its end."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO


class Terminal:
    """Writes to the terminal that the WebUI was started in, if there is one, and to a log file."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._log = log.open("w", encoding="utf-8", errors="replace")
        self._screen = _screen()
        self._width = 0

    def say(self, line: str) -> None:
        """One line that stays."""
        self._write(f"img2prompt: {line}", "\n")

    def update(self, line: str) -> None:
        """One line that the next takes the place of."""
        self._write(f"img2prompt: {line}"[:100], "")

    def record(self, line: str) -> None:
        """For the log alone."""
        self._log.write(line.rstrip("\n") + "\n")
        self._log.flush()

    def tail(self, lines: int) -> list[str]:
        """The log's last lines."""
        self._log.flush()
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return [line for line in text.splitlines() if line.strip()][-lines:]

    def _write(self, line: str, end: str) -> None:
        self.record(line)
        if self._screen is not None:
            self._screen.write("\r" + line.ljust(self._width) + end)
            self._screen.flush()
            self._width = 0 if end else len(line)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *error: object) -> None:
        if self._width:
            self._write("", "\r")
        self._log.close()
        if self._screen is not None and self._screen is not sys.stdout:
            self._screen.close()


def _screen() -> TextIO | None:
    if sys.stdout.isatty():
        return sys.stdout
    try:
        return open("CONOUT$" if os.name == "nt" else "/dev/tty", "w", encoding="utf-8")
    except OSError:
        return None
