"""Options of tags, shared by the commands that write them."""

from __future__ import annotations

import argparse
from typing import Any

from ..tag_options import TagOptions
from ..tagger import Tagger
from .engine_options import model_options

DEFAULT_TAGGER_MODEL = "deepdanbooru"


def add_tag_options(parser: Any) -> None:
    """Adds --threshold, --sort and their kin to a parser or one of its groups."""
    parser.add_argument(
        "--threshold",
        type=_probability,
        default=0.5,
        metavar="P",
        help="least probability of a tag, 0 to 1 (default: %(default)s)",
    )
    parser.add_argument(
        "--sort", default="name", choices=["name", "score"], help="order (default: %(default)s)"
    )
    parser.add_argument("--no-spaces", action="store_true", help="underscores stay in the tags")
    parser.add_argument("--no-escape", action="store_true", help="no backslash before \\ ( and )")
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="TAGS",
        help="tags to leave out, with commas between; may be given again",
    )
    parser.add_argument("--scores", action="store_true", help="(tag:0.987) instead of tag")


def add_tagger_options(parser: Any) -> None:
    """Adds --tagger-model and --tagger-weights."""
    parser.add_argument(
        "--tagger-model",
        default=DEFAULT_TAGGER_MODEL,
        metavar="NAME",
        help="deepdanbooru, or the path of a card (default: %(default)s)",
    )
    parser.add_argument("--tagger-weights", metavar="FILE", help="checkpoint of the tagger")


def make_tag_options(arguments: argparse.Namespace) -> TagOptions:
    """What those options say."""
    return TagOptions(
        threshold=arguments.threshold,
        sort=arguments.sort,
        use_spaces=not arguments.no_spaces,
        escape=not arguments.no_escape,
        exclude=",".join(arguments.exclude),
        scores=arguments.scores,
    )


def make_tagger(arguments: argparse.Namespace) -> Tagger:
    """The tagger that the options name."""
    return Tagger(
        arguments.tagger_model,
        weights=arguments.tagger_weights,
        device_budget=arguments.device_budget,
        **model_options(arguments),
    )


def _probability(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 to 1")
    return number
