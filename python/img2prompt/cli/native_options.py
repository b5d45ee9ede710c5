"""Options of mode native, shared by the commands that write prompts."""

from __future__ import annotations

import argparse

from ..native import NativeOptions


def add_native_options(parser: argparse.ArgumentParser) -> None:
    """Adds --num-beams, --min-length, --dict-limit and their kin."""
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


def make_native_options(arguments: argparse.Namespace) -> NativeOptions:
    """What those options say."""
    return NativeOptions(
        num_beams=arguments.num_beams,
        min_length=arguments.min_length,
        max_length=arguments.max_length,
        dict_limit=arguments.dict_limit,
        skip_categories=tuple(arguments.skip_categories),
        return_ranks=arguments.return_ranks,
    )
