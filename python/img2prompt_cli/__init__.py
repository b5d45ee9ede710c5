"""Entry of the `img2prompt` command.

Its own package, because importing img2prompt fails on purpose where the core does not fit the
installed torch, and `img2prompt doctor` has to say so.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command line; returns the exit status."""
    if sys.argv[1:2] == ["doctor"]:
        from .doctor import run

        return run(sys.argv[2:])
    try:
        from img2prompt.cli import main as run_command
    except ImportError as error:
        print(f"img2prompt: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return run_command()
