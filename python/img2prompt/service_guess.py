"""What gives each picture of a batch its prompt, for the tab and the API."""

from __future__ import annotations

from typing import Any

from .batch import TAGS, Guess
from .jobs import Job
from .service import EngineChoice, Service
from .tag_options import TagOptions


def make_guess(
    service: Service, job: Job, mode: str, choice: EngineChoice | None, tags: TagOptions
) -> Guess:
    """mode: one of batch_modes(); choice: the engine's, None in mode tags alone.

    Models are asked for with the first picture: where all prompts are there, none is loaded.
    """
    if mode == TAGS:
        return lambda image: tags.format(service.tagger(), image, cancel=job.cancelled)
    assert choice is not None

    def guess(image: Any) -> str:
        engine = service.engine(choice, with_captioner=mode != "negative")
        return engine.interrogate(
            image, mode, cancel=job.cancelled, native=service.native_options()
        ).prompt

    return guess
