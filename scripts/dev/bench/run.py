"""Runs every benchmark of this folder in turn, and sums them up.

    python scripts/dev/bench/run.py [NAME ...] [--quick] [--threads N] [--json build/bench.json]

Each is a program of its own that measures ours and theirs in turn and prints its own table. First
the machine's own rates are measured; at the end stands one table of all rows that have a reference
or a limit, with what is short of its target, and the same goes into the JSON file. --quick: one run
of the benchmarks that take models, and less of the others. --threads 1: processor time of one core,
for a machine that others work on. How the cost grows is drawn by growth, asked for by name.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import measuring
import torch

FOLDER = Path(__file__).resolve().parent
HELPERS = ("run", "measuring", "models")
WITH_MODELS = (
    "captions",
    "clip_texts",
    "first_pass",
    "growth",
    "native",
    "search",
    "start",
    "tables",
    "tags",
    "vision",
)


def machine(threads: int) -> dict[str, object]:
    measuring.set_threads(threads)
    rates: dict[str, object] = {
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "gemm_gflops": round(measuring.gemm_rate() / 1e9, 1),
        "memory_gb_per_s": round(measuring.memory_rate() / 1e9, 1),
    }
    print(
        f"{rates['threads']} threads, torch {rates['torch']}: {rates['gemm_gflops']} GFLOP/s in "
        f"float32 products, {rates['memory_gb_per_s']} GB/s of reading",
        flush=True,
    )
    return rates


def main() -> int:
    """Returns the number of benchmarks that failed to run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"))
    asked = parser.parse_args()
    here = {p.stem: p for p in sorted(FOLDER.glob("*.py")) if p.stem not in HELPERS}
    names = asked.names or [name for name in here if name != "growth"]
    unknown = [name for name in names if name not in here]
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}; there are: {', '.join(here)}")
        return 2
    rates = machine(asked.threads)
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    rows = asked.json.with_suffix(".rows")
    rows.unlink(missing_ok=True)
    environment = {**os.environ, measuring.RESULTS: str(rows.resolve())}
    failed = 0
    for name in names:
        print(f"== {name}", flush=True)
        command = [sys.executable, str(here[name])]
        if name in WITH_MODELS:
            command += ["--threads", str(asked.threads), *(["--quick"] if asked.quick else [])]
        begun = time.perf_counter()
        failed += subprocess.run(command, env=environment).returncode != 0
        print(f"({time.perf_counter() - begun:.0f} s)", flush=True)
    told = [json.loads(text) for text in rows.read_text().splitlines()] if rows.exists() else []
    rows.unlink(missing_ok=True)
    print(f"\n{measuring.HEADER}")
    for row in told:
        print(measuring.line(measuring.row_of(row)))
    asked.json.write_text(json.dumps({"machine": rates, "rows": told}, indent=1) + "\n")
    print(f"written to {asked.json}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
