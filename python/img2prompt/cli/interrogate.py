"""`img2prompt interrogate`: the prompt guessed from the pixels."""

from __future__ import annotations

import argparse
from typing import Any

from .. import _core
from ..errors import Cancelled, Error
from ..images import load_image
from ..interrogator import Interrogator
from .engine_options import add_engine_options, make_interrogator
from .outcome import Outcome
from .progress_bar import ProgressBar


def add_parser(commands: Any) -> None:
    """Adds `interrogate FILE... [--mode M] ...`."""
    parser = commands.add_parser("interrogate", help="guess the prompt from the picture itself")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--mode", default="best", choices=[name for name, _ in _core.modes()])
    parser.add_argument("--caption", metavar="TEXT", help="start from this text, no caption model")
    parser.add_argument("--min-flavors", type=int, default=8, metavar="N")
    parser.add_argument("--max-flavors", type=int, default=32, metavar="N")
    parser.add_argument(
        "--selection",
        default="exact",
        choices=["exact", "clip-interrogator"],
        help="how candidates are preselected (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    add_engine_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Interrogates each file; the models are loaded for the first picture that can be decoded."""
    outcome = Outcome(arguments.json)
    bar = ProgressBar()
    engine: Interrogator | None = None
    needs_caption = arguments.caption is None and arguments.mode != "negative"
    for file in arguments.files:
        try:
            image = load_image(file)
        except Error as error:
            outcome.failed(file, error)
            continue
        if engine is None:
            engine = make_interrogator(arguments, needs_caption, arguments.selection)
        if len(arguments.files) > 1:
            bar.label = f"{file}: "
        try:
            result = engine.interrogate(
                image,
                mode=arguments.mode,
                caption=arguments.caption,
                min_flavors=arguments.min_flavors,
                max_flavors=arguments.max_flavors,
                progress=bar,
            )
        except Cancelled:
            bar.clear()
            raise
        except Error as error:
            bar.clear()
            outcome.failed(file, error)
            continue
        bar.clear()
        prefix = f"{file}: " if len(arguments.files) > 1 else ""
        outcome.done({"file": file, **result.to_dict()}, prefix + result.prompt)
    return outcome.status
