"""The `img2prompt` command: one file per subcommand, this one to choose among them."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from .. import __version__, _core
from ..errors import Cancelled, Error, one_line
from . import analyze, batch, demo, info, interrogate, models, serve, strip, tags, write
from .outcome import ALL_FAILED, DONE, INTERRUPTED, complain

_COMMANDS = (info, strip, write, interrogate, analyze, tags, batch, models, serve, demo)


class _Parser(argparse.ArgumentParser):
    """Answers wrong usage with one line instead of the whole usage text."""

    def error(self, message: str) -> NoReturn:
        complain(f"{message} (see `{self.prog} --help`)")
        sys.exit(ALL_FAILED)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = _Parser(
        prog="img2prompt",
        description="Gets the prompt back from an image: reads what the generator wrote, or looks "
        "at the picture.",
    )
    parser.add_argument("--version", action="version", version=f"img2prompt {__version__}")
    parser.add_argument(
        "--log-level",
        metavar="LEVEL",
        help="trace, debug, info, warning, error or off (default: IMG2PROMPT_LOG, else warning)",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(commands)
    commands.add_parser(
        "doctor", help="versions, devices and models found; what is missing and how to mend it"
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns 0 done, 1 some inputs failed, 2 wrong usage or all failed, 130."""
    arguments = build_parser().parse_args(argv)
    warnings.filterwarnings("ignore", module=r"PIL\.")  # odd tags in files that it reads
    try:
        if arguments.log_level:
            _core.set_log_level(arguments.log_level)
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except (KeyboardInterrupt, Cancelled) as error:
        complain(str(error) or "interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); say nothing more, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Error as error:
        complain(one_line(error))
        return ALL_FAILED
