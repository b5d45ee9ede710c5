"""The WebUI's busy flags, set while we work and as they were afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from modules import shared


@contextmanager
def busy_state(job: str) -> Iterator[None]:
    """Marks the WebUI as busy with `job` until the block is left, however it is left."""
    shared.state.begin(job=job)
    shared.state.job_count = 1
    try:
        yield
    finally:
        shared.state.end()
        shared.state.skipped = shared.state.interrupted = False
        # Not in every fork; where it is missing, setting it harms nothing.
        shared.state.stopping_generation = False
        shared.state.sampling_step = shared.state.sampling_steps = 0
        shared.state.textinfo = None
