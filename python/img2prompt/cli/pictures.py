"""One picture after another through an engine that is made when the first one can be decoded."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import Cancelled, Error
from ..images import load_image
from .outcome import Outcome
from .progress_bar import ProgressBar

Engine = TypeVar("Engine")
Answer = Callable[[Engine, NDArray[np.uint8], ProgressBar], "tuple[dict[str, Any], str]"]


def answer_each(
    arguments: argparse.Namespace, make_engine: Callable[[], Engine], answer: Answer[Engine]
) -> int:
    """Prints what `answer` says of each of `arguments.files`; returns the exit status.

    answer: (engine, picture uint8 [H, W, 3], progress) -> (record for JSON, text for people). A
    file that fails gets its line and never ends the others; Cancelled and a faulty model do.
    """
    outcome, bar = Outcome(arguments.json), ProgressBar()
    engine: Engine | None = None
    several = len(arguments.files) > 1
    for file in arguments.files:
        try:
            image = load_image(file)
        except Error as error:
            outcome.failed(file, error)
            continue
        if engine is None:
            engine = make_engine()
        bar.label = f"{file}: " if several else ""
        try:
            record, text = answer(engine, image, bar)
        except Cancelled:
            raise
        except Error as error:
            bar.clear()
            outcome.failed(file, error)
            continue
        finally:
            bar.clear()
        outcome.done({"file": file, **record}, f"{file}: {text}" if several else text)
    return outcome.status
