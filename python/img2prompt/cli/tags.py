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
from .tag_options import add_tag_options, add_tagger_options, make_tag_options, make_tagger


def add_parser(commands: Any) -> None:
    """Adds `tags FILE... [--threshold P] [--sort name|score] ...`."""
    parser = commands.add_parser("tags", help="booru tags of a drawn picture, by DeepDanbooru")
    parser.add_argument("files", nargs="+", metavar="FILE")
    add_tag_options(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    group = parser.add_argument_group("model")
    add_tagger_options(group)
    add_place_options(group)
    add_download_option(group)
    add_device_options(group)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tags each file."""
    return answer_each(arguments, lambda: make_tagger(arguments), lambda *a: answer(arguments, *a))


def answer(
    arguments: argparse.Namespace, tagger: Tagger, image: NDArray[np.uint8], bar: ProgressBar
) -> tuple[dict[str, Any], str]:
    """{"tags": [[name, probability], ...], "prompt": text}, and the text."""
    row = tagger.probabilities(image, progress=bar)[0]
    options = make_tag_options(arguments)
    prompt = options.format(tagger, row)
    tags = tagger.tags(row, options.threshold, options.sort, options.exclude)
    return {"tags": tags, "prompt": prompt}, prompt
