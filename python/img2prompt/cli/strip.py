"""`img2prompt strip`: a copy of the file without any record."""

from __future__ import annotations

import argparse
import os
from typing import Any

from ..errors import Error
from ..metadata_edit import strip_metadata
from . import copies
from .outcome import Outcome


def add_parser(commands: Any) -> None:
    """Adds `strip FILE... [-o OUT | --in-place] [--keep-time] [--json]`."""
    parser = commands.add_parser(
        "strip", help="a copy without prompt, EXIF or any other record, hidden ones included"
    )
    parser.add_argument("files", nargs="+", metavar="FILE")
    copies.add_options(parser, "-stripped")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Copies each file; one that cannot be followed to its end never ends the others."""
    copies.check_output(arguments, arguments.files)
    outcome = Outcome(arguments.json)
    for file in arguments.files:
        try:
            target = copies.output_path(file, arguments)
            before = os.path.getsize(file)
            content = strip_metadata(file)
            copies.save(content, target, file, arguments.keep_time)
        except (Error, OSError) as error:
            outcome.failed(file, error)
            continue
        outcome.done(
            {"file": file, "output": str(target), "removed_bytes": before - len(content)},
            f"{file} -> {target}: {before - len(content)} bytes left out",
        )
    return outcome.status
