"""How far the engine's work has got, on a terminal's stderr."""

from __future__ import annotations

from typing import TextIO

from ..status_line import StatusLine, bar, duration


class ProgressBar(StatusLine):
    """Callable as the engine's `progress(stage, done, total)`; label comes before each stage."""

    def __init__(self, stream: TextIO | None = None, label: str = "") -> None:
        super().__init__(stream)
        self.label = label

    def __call__(self, stage: str, done: int, total: int) -> None:
        seconds = self._seconds_to_show(stage, done >= total)
        if seconds is None:
            return
        left = f", {duration(seconds / done * (total - done))} left" if 0 < done < total else ""
        self._write(f"{self.label}{stage} {bar(done, total)} {done}/{total}{left}")
