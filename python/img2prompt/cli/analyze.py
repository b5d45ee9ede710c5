"""`img2prompt analyze`: the labels of each table that are most like the picture."""

from __future__ import annotations

import argparse
from typing import Any

from ..errors import Error
from ..images import load_image
from ..interrogator import Interrogator
from .engine_options import add_engine_options, make_interrogator
from .outcome import Outcome
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
    """Analyzes each file; one that cannot be read never ends the others."""
    outcome = Outcome(arguments.json)
    bar = ProgressBar()
    engine: Interrogator | None = None
    for file in arguments.files:
        try:
            image = load_image(file)
        except Error as error:
            outcome.failed(file, error)
            continue
        if engine is None:
            engine = make_interrogator(arguments, with_captioner=False)
        try:
            tables = engine.analyze(image, top=arguments.top, progress=bar)
        finally:
            bar.clear()
        outcome.done({"file": file, "tables": tables}, describe(file, tables))
    return outcome.status


def describe(file: str, tables: dict[str, list[tuple[str, float]]]) -> str:
    """Tables of labels with their similarity, several lines."""
    lines = [file]
    for name, rows in tables.items():
        lines.append(f"  {name}")
        lines += [f"    {similarity:6.3f}  {label}" for label, similarity in rows]
    return "\n".join(lines)
