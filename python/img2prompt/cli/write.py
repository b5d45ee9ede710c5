"""`img2prompt write`: a copy of the file with an infotext."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..errors import Error
from ..metadata_edit import write_metadata
from . import copies
from .outcome import Outcome


def add_parser(commands: Any) -> None:
    """Adds `write FILE --infotext TEXT | --infotext-file F [-o OUT | --in-place] [--keep-time]`."""
    parser = commands.add_parser(
        "write", help="a copy with an infotext where the WebUI puts it; pixels untouched"
    )
    parser.add_argument("file", metavar="FILE")
    text = parser.add_mutually_exclusive_group(required=True)
    text.add_argument("--infotext", metavar="TEXT")
    text.add_argument("--infotext-file", metavar="F", help="UTF-8; - for standard input")
    copies.add_options(parser, "-infotext")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the one copy."""
    outcome = Outcome(arguments.json)
    try:
        text = _text(arguments)
        target = copies.output_path(arguments.file, arguments)
        copies.save(
            write_metadata(arguments.file, text), target, arguments.file, arguments.keep_time
        )
    except (Error, OSError) as error:
        outcome.failed(arguments.file, error)
        return outcome.status
    outcome.done({"file": arguments.file, "output": str(target)}, f"{arguments.file} -> {target}")
    return outcome.status


def _text(arguments: argparse.Namespace) -> str:
    """The infotext; of a file without its last line break."""
    if arguments.infotext is not None:
        return str(arguments.infotext)
    name = arguments.infotext_file
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise Error(f"{name}: not UTF-8 at byte {error.start}") from None
