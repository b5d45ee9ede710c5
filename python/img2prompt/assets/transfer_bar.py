"""How far a download has got, on a terminal's stderr: bytes, rate and time left."""

from __future__ import annotations

from collections import deque
from typing import TextIO

from ..status_line import StatusLine, bar, duration
from .cards import bytes_text

_RATE_SECONDS = 5.0


class TransferBar(StatusLine):
    """Callable as the `progress(stage, done, total)` of a download, in bytes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__(stream)
        self._seen: deque[tuple[float, int]] = deque()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self._seen.clear()
        seconds = self._seconds_to_show(stage, done >= total)
        if seconds is None:
            return
        if stage.startswith("wait"):
            return self._write(stage)
        amount = self._amount(seconds, done, total)
        self._write(f"{stage} {bar(done, total)} {amount}", f"{stage} {amount}")

    def _amount(self, seconds: float, done: int, total: int) -> str:
        text = f"{bytes_text(done)} of {bytes_text(total)}"
        self._seen.append((seconds, done))
        while seconds - self._seen[0][0] > _RATE_SECONDS:
            self._seen.popleft()
        since, before = self._seen[0]
        if seconds - since < 0.5 or done <= before:
            return text
        rate = (done - before) / (seconds - since)
        left = f", {duration((total - done) / rate)} left" if done < total else ""
        return f"{text}, {bytes_text(round(rate))}/s{left}"
