"""One line on a terminal's stderr that is written over; nothing where stderr is not a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TextIO

_REDRAW_SECONDS = 0.1
_SHOW_AFTER_SECONDS = 0.3
_BAR_WIDTH = 24


class StatusLine:
    """What long work is at. Subclasses say it; `clear()` wipes the line."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._enabled = self._stream.isatty()
        self._stage = ""
        self._started = self._drawn = 0.0
        self._width = 0

    def _seconds_to_show(self, stage: str, is_done: bool) -> float | None:
        """Seconds since the stage began, or None when nothing is to be drawn now."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._started = stage, now
        if not self._enabled or now - self._drawn < _REDRAW_SECONDS:
            return None
        if now - self._started < _SHOW_AFTER_SECONDS and not is_done:
            return None
        self._drawn = now
        return now - self._started

    def _write(self, *lines: str) -> None:
        """Shows the first of the lines that fits, or as much of the last as does."""
        room = shutil.get_terminal_size().columns - 1  # a wrapped line cannot be wiped
        line = next((line for line in lines if len(line) <= room), lines[-1][:room])
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = len(line)

    def clear(self) -> None:
        """Wipes the line, so that results are printed on a clean one."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0


def bar(done: int, total: int) -> str:
    """The share as [####----]."""
    filled = int(_BAR_WIDTH * (done / total if total else 0.0))
    return f"[{'#' * filled}{'-' * (_BAR_WIDTH - filled)}]"


def duration(seconds: float) -> str:
    """Seconds in words: "1 h 5 min", "2 min 3 s", "9 s"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
