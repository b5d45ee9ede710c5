"""A folder of pictures, a prompt for each: as text files, one text, csv or jsonl."""

from __future__ import annotations

from .folder import IMAGE_SUFFIXES, find_pictures
from .options import EXISTING, OUTPUTS, TAGS, BatchOptions, batch_modes
from .run import BatchResult, Guess, run_batch

__all__ = [
    "EXISTING",
    "IMAGE_SUFFIXES",
    "OUTPUTS",
    "TAGS",
    "BatchOptions",
    "BatchResult",
    "Guess",
    "batch_modes",
    "find_pictures",
    "run_batch",
]
