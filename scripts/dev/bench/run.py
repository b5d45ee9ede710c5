"""Runs every benchmark of this folder in turn. Usage: python scripts/dev/bench/run.py [NAME ...]

Each is a program of its own that measures ours and theirs in turn and prints its own table.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main(names: list[str]) -> int:
    """Returns the number of benchmarks that failed to run."""
    here = {path.stem: path for path in sorted(FOLDER.glob("*.py")) if path.stem != "run"}
    unknown = [name for name in names if name not in here]
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}; there are: {', '.join(here)}")
        return 2
    failed = 0
    for name in names or here:
        print(f"== {name}", flush=True)
        failed += subprocess.run([sys.executable, str(here[name])]).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
