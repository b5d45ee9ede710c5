"""One line of progress on a terminal's stderr; nothing where stderr is not a terminal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_BAR_WIDTH = 24
_REDRAW_SECONDS = 0.1
_SHOW_AFTER_SECONDS = 0.3


class ProgressBar:
    """Callable as the engine's `progress(stage, done, total)`; `clear()` wipes the line."""

    def __init__(self, stream: TextIO | None = None, label: str = "") -> None:
        self._stream = stream or sys.stderr
        self._enabled = self._stream.isatty()
        self.label = label
        self._stage = ""
        self._started = self._drawn = 0.0
        self._width = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._started = stage, now
        if not self._enabled or now - self._drawn < _REDRAW_SECONDS:
            return
        if now - self._started < _SHOW_AFTER_SECONDS and done < total:
            return
        self._drawn = now
        self._write(self._line(done, total, now - self._started))

    def _line(self, done: int, total: int, seconds: float) -> str:
        share = done / total if total else 0.0
        filled = int(_BAR_WIDTH * share)
        left = f", {_duration(seconds / done * (total - done))} left" if 0 < done < total else ""
        bar = "#" * filled + "-" * (_BAR_WIDTH - filled)
        return f"{self.label}{self._stage} [{bar}] {done}/{total}{left}"

    def _write(self, line: str) -> None:
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = len(line)

    def clear(self) -> None:
        """Wipes the line, so that results are printed on a clean one."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
