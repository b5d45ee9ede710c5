"""Where the commands that change a picture's file put the copy, and how it gets there whole."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from ..errors import Error


def add_options(parser: argparse.ArgumentParser, ending: str) -> None:
    """Adds -o, --in-place and --keep-time; `ending` names the copy when neither is given."""
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help=f"a file or a folder (default: NAME{ending} beside it)",
    )
    place.add_argument("--in-place", action="store_true", help="put the copy in the file's place")
    parser.add_argument(
        "--keep-time", action="store_true", help="the copy gets the file's modification time"
    )
    parser.set_defaults(ending=ending)


def check_output(arguments: argparse.Namespace, files: list[str]) -> None:
    """Raises Error where one output file is named for several inputs."""
    if arguments.output and len(files) > 1 and not os.path.isdir(arguments.output):
        raise Error(f"{arguments.output}: no folder; for several files -o names one that is there")


def output_path(file: str, arguments: argparse.Namespace) -> Path:
    """Where the copy of `file` goes. Raises Error where the default name is taken."""
    path = Path(file)
    if arguments.in_place:
        return Path(os.path.realpath(path))
    if arguments.output:
        output = Path(arguments.output)
        return output / path.name if output.is_dir() else output
    beside = path.with_name(path.stem + arguments.ending + path.suffix)
    if beside.exists():
        raise Error(f"{beside}: is there already; name another with -o, or use --in-place")
    return beside


def save(content: bytes, target: Path, source: str, keep_time: bool) -> None:
    """Writes beside the target and renames, so that it is the old file or the whole new one.

    The copy has the source's permissions. Raises Error with the path and the system's reason.
    """
    times = os.stat(source)
    temporary = ""
    try:
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name}.", suffix=".part", delete=False
        ) as file:
            temporary = file.name
            file.write(content)
        shutil.copymode(source, temporary)
        if keep_time:
            os.utime(temporary, ns=(times.st_atime_ns, times.st_mtime_ns))
        os.replace(temporary, target)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise Error(f"{target}: cannot be written: {error.strerror}") from None
