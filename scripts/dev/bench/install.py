#!/usr/bin/env python3
"""How long install.py keeps a WebUI's start waiting once its core is in place.

python scripts/dev/bench/install.py
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))
from img2prompt_extension.core_location import core_directory  # noqa: E402
from img2prompt_extension.stamp import write_stamp  # noqa: E402

RUNS = 15
PARTS = ("install.py", "pyproject.toml", "CMakeLists.txt", "cmake", "cpp", "models", "python")


def median_ms(*command: str) -> str:
    """Passed time, and processor time, which other programs lengthen less."""
    passed, used = [], []
    for _ in range(RUNS):
        begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        passed.append(time.perf_counter() - begun)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    median = statistics.median
    return f"{1000 * median(passed):.0f} ms, {1000 * median(used):.0f} ms of processor time"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "img2prompt"
        root.mkdir()
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, root / part)
            else:
                shutil.copy(ROOT / part, root / part)
        core = core_directory(root)
        if core is None:
            sys.exit("bench: this Python has no torch")
        core.mkdir(parents=True)
        write_stamp(root, core)
        print(f"install.py with its core in place: {median_ms(str(root / 'install.py'))}")
        print(f"python alone: {median_ms('-c', 'pass')} (medians of {RUNS} runs)")


if __name__ == "__main__":
    main()
