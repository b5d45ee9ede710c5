"""`img2prompt tags`: booru tags of a drawn picture."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tagger import Tagger
from .engine_options import add_device_options, add_download_option
from .pictures import answer_each
from .place_options import add_place_options
from .progress_bar import ProgressBar

DEFAULT_TAGGER_MODEL = "deepdanbooru"


def add_parser(commands: Any) -> None:
    """Adds `tags FILE... [--threshold P] [--sort name|score] ...`."""
    parser = commands.add_parser("tags", help="booru tags of a drawn picture, by DeepDanbooru")
    parser.add_argument("files", nargs="+", metavar="FILE")
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
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    group = parser.add_argument_group("model")
    group.add_argument(
        "--tagger-model",
        default=DEFAULT_TAGGER_MODEL,
        metavar="NAME",
        help="deepdanbooru, or the path of a card (default: %(default)s)",
    )
    group.add_argument("--tagger-weights", metavar="FILE", help="checkpoint of the tagger")
    add_place_options(group)
    add_download_option(group)
    add_device_options(group)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tags each file."""
    return answer_each(arguments, lambda: make_tagger(arguments), lambda *a: answer(arguments, *a))


def make_tagger(arguments: argparse.Namespace) -> Tagger:
    """The tagger that the options name."""
    return Tagger(
        arguments.tagger_model,
        weights=arguments.tagger_weights,
        device=arguments.device,
        dtype=arguments.dtype,
        models_dir=arguments.models_dir,
        device_budget=arguments.device_budget,
        download=not arguments.no_download,
    )


def answer(
    arguments: argparse.Namespace, tagger: Tagger, image: NDArray[np.uint8], bar: ProgressBar
) -> tuple[dict[str, Any], str]:
    """{"tags": [[name, probability], ...], "prompt": text}, and the text."""
    row = tagger.probabilities(image, progress=bar)[0]
    chosen: dict[str, Any] = {
        "threshold": arguments.threshold,
        "sort": arguments.sort,
        "exclude": arguments.exclude,
    }
    prompt = str(
        tagger.format(
            row,
            use_spaces=not arguments.no_spaces,
            escape=not arguments.no_escape,
            scores=arguments.scores,
            **chosen,
        )
    )
    return {"tags": tagger.tags(row, **chosen), "prompt": prompt}, prompt


def _probability(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 to 1")
    return number
