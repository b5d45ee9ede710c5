"""`img2prompt analyze`: the labels of each table that are most like the picture."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..interrogator import Interrogator
from .engine_options import add_engine_options, make_interrogator
from .pictures import answer_each
from .progress_bar import ProgressBar


def add_parser(commands: Any) -> None:
    """Adds `analyze FILE... [--top 5] [--json]`."""
    parser = commands.add_parser("analyze", help="which artists, mediums, styles a picture is like")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--top", type=int, default=5, metavar="N", help="labels of each table")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    add_engine_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Analyzes each file."""

    def answer(
        engine: Interrogator, image: NDArray[np.uint8], bar: ProgressBar
    ) -> tuple[dict[str, Any], str]:
        tables = engine.analyze(image, top=arguments.top, progress=bar)
        return {"tables": tables}, describe(tables)

    return answer_each(
        arguments, lambda: make_interrogator(arguments, with_captioner=False), answer
    )


def describe(tables: dict[str, list[tuple[str, float]]]) -> str:
    """Tables of labels with their similarity, several lines."""
    lines = []
    for name, rows in tables.items():
        lines.append(f"\n  {name}")
        lines += [f"    {similarity:6.3f}  {label}" for label, similarity in rows]
    return "\n".join(lines)
