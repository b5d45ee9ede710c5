"""`img2prompt interrogate`: the prompt guessed from the pixels."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..interrogator import Interrogator
from .engine_options import add_engine_options, make_interrogator
from .native_options import add_native_options, make_native_options
from .pictures import answer_each
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
    parser.add_argument(
        "--search",
        default="exact",
        choices=["exact", "lazy"],
        help="lazy: mode best scores again only phrases that may win (default: %(default)s)",
    )
    parser.add_argument(
        "--chain-beams",
        type=int,
        default=1,
        metavar="B",
        help="prompts that a search keeps of a step",
    )
    parser.add_argument(
        "--first-pass",
        choices=["bfloat16"],
        help="mode best scores phrases in this first, and only the best exactly",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    add_native_options(parser)
    add_engine_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Interrogates each file; no caption model is loaded where nothing asks for a caption."""
    needs_caption = arguments.caption is None and arguments.mode != "negative"

    def answer(
        engine: Interrogator, image: NDArray[np.uint8], bar: ProgressBar
    ) -> tuple[dict[str, Any], str]:
        result = engine.interrogate(
            image,
            mode=arguments.mode,
            caption=arguments.caption,
            min_flavors=arguments.min_flavors,
            max_flavors=arguments.max_flavors,
            progress=bar,
            native=make_native_options(arguments),
            search=arguments.search,
            chain_beams=arguments.chain_beams,
            first_pass=arguments.first_pass,
        )
        return result.to_dict(), result.prompt

    return answer_each(
        arguments, lambda: make_interrogator(arguments, needs_caption, arguments.selection), answer
    )
