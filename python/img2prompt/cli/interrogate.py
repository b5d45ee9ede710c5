"""`img2prompt interrogate`: the prompt guessed from the pixels."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..interrogator import Interrogator
from ..native import NativeOptions
from .engine_options import add_engine_options, make_interrogator
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
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    _add_native_options(parser)
    add_engine_options(parser)
    parser.set_defaults(run=run)


def _add_native_options(parser: argparse.ArgumentParser) -> None:
    usual = NativeOptions()
    group = parser.add_argument_group("mode native", "as the WebUI's settings of these names")

    def add(name: str, text: str) -> None:
        default = getattr(usual, name.replace("-", "_"))
        group.add_argument(
            f"--{name}", type=int, default=default, metavar="N", help=f"{text} (default: {default})"
        )

    add("num-beams", "beams of the caption, 1 = greedy")
    add("min-length", "fewest tokens of the caption")
    add("max-length", "most tokens of the caption")
    add("dict-limit", "lines of each category that count, 0 = all")
    group.add_argument(
        "--skip-categories",
        default=[],
        action="append",
        metavar="NAME",
        help="a file left out, by name without .txt; may be repeated",
    )
    group.add_argument(
        "--return-ranks", action="store_true", help="write (label:0.123) with its probability"
    )


def _native_options(arguments: argparse.Namespace) -> NativeOptions:
    return NativeOptions(
        num_beams=arguments.num_beams,
        min_length=arguments.min_length,
        max_length=arguments.max_length,
        dict_limit=arguments.dict_limit,
        skip_categories=tuple(arguments.skip_categories),
        return_ranks=arguments.return_ranks,
    )


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
            native=_native_options(arguments),
        )
        return result.to_dict(), result.prompt

    return answer_each(
        arguments, lambda: make_interrogator(arguments, needs_caption, arguments.selection), answer
    )
