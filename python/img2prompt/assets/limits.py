"""How long a download waits, how often it tries again, and how much it takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes of a download.

    open_seconds: until a server answers. stall_seconds: in each such span least_bytes must come.
    attempts: failures in a row that end it; having got worthwhile_bytes starts the count anew.
    first_wait: before the second attempt, doubled each time; longest_wait: most that a server may
    ask for. margin_bytes: what must stay free on the disk. most_bytes: of a file whose size no card
    states.
    """

    open_seconds: float = 15.0
    stall_seconds: float = 30.0
    least_bytes: int = 1024
    attempts: int = 5
    worthwhile_bytes: int = 1 << 20
    first_wait: float = 1.0
    longest_wait: float = 120.0
    redirects: int = 5
    margin_bytes: int = 256 << 20
    most_bytes: int = 64 << 30
