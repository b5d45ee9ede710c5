"""What the benchmarks of this folder share: a clock, turns, the machine's own rates, memory, rows.

A rate is what nothing on this machine can exceed: `gemm_rate` of float32 matrix products through
oneDNN, torch's faster way here, `memory_rate` of reading once. Both are measured beside the models,
since a shared machine differs from hour to hour. With one thread times are processor time, so that
other work on the machine counts less.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

RESULTS = "IMG2PROMPT_BENCH_RESULTS"  # names the file that run.py collects rows from

clock = time.perf_counter

# open_clip and transformers import torchvision, whose compiled part may be built for another torch.
_torchvision = torch.library.Library("torchvision", "DEF")
_torchvision.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
_torchvision.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


@dataclass(frozen=True)
class Row:
    """One line of the table.

    limit: what `ours` would be at the machine's own rate, in the same unit; None = not known.
    target: of ours over theirs, 0 = none; limit_target: of limit over ours. sample: what of theirs
    was timed where the whole takes hours, "" = everything.
    """

    name: str
    unit: str
    ours: float
    theirs: float | None = None
    limit: float | None = None
    target: float = 0
    limit_target: float = 0
    sample: str = ""

    @property
    def ratio(self) -> float | None:
        return self.theirs / self.ours if self.theirs is not None else None

    @property
    def share(self) -> float | None:
        return self.limit / self.ours if self.limit is not None else None

    @property
    def met(self) -> bool:
        return (self.ratio or 0) >= self.target and (self.share or 0) >= self.limit_target

    def to_dict(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio, "share": self.share, "met": self.met}


def row_of(fields: dict) -> Row:
    """The row of which to_dict() made `fields`."""
    return Row(**{name: fields[name] for name in Row.__dataclass_fields__})


HEADER = f"{'':44}{'unit':>5}{'ours':>10}{'theirs':>10}{'ratio':>8}{'limit':>10}{'share':>7}"


def line(row: Row) -> str:
    def number(value: float | None, width: int) -> str:
        if value is None:
            return " " * width
        return f"{value:{width}.3g}" if value < 100 else f"{value:{width}.0f}"

    text = f"{row.name:44}{row.unit:>5}{number(row.ours, 10)}{number(row.theirs, 10)}"
    text += f"{row.ratio:8.2f}" if row.ratio is not None else " " * 8
    text += number(row.limit, 10)
    text += f"{100 * row.share:6.0f}%" if row.share is not None else " " * 7
    targets = []
    if row.target:
        targets.append(f"{row.target:g}x")
    if row.limit_target:
        targets.append(f"{100 * row.limit_target:.0f}%")
    if targets:
        text += f"  {'ok' if row.met else 'SHORT OF'} {' and '.join(targets)}"
    return text + (f"  ({row.sample})" if row.sample else "")


def told(row: Row) -> Row:
    """Prints the row, and keeps it for run.py."""
    print(line(row), flush=True)
    if os.environ.get(RESULTS):
        with Path(os.environ[RESULTS]).open("a") as file:
            file.write(json.dumps(row.to_dict()) + "\n")
    return row


def arguments(doc: str, runs: int = 3, **more: dict) -> argparse.Namespace:
    """--runs, --threads, --quick and `more`, name to add_argument()'s; sets threads and clock."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--runs", type=int, default=runs)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--quick", action="store_true", help="one run of less")
    for name, options in more.items():
        parser.add_argument(f"--{name}", **options)
    asked = parser.parse_args()
    if asked.quick:
        asked.runs = 1
    set_threads(asked.threads)
    return asked


def set_threads(threads: int) -> None:
    global clock
    clock = time.process_time if threads == 1 else time.perf_counter
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)


def seconds(work: Callable[[], object]) -> float:
    start = clock()
    work()
    return clock() - start


def best_seconds(work: Callable[[], object], repetitions: int = 6) -> float:
    """The shortest of some, the first of which warms the caches."""
    return min(seconds(work) for _ in range(repetitions))


def in_turn(calls: list[Callable[[], object]], runs: int) -> list[float]:
    """The median of each call in seconds; they take turns, so that all meet the same load."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(runs):
        for call, taken in zip(calls, times):
            taken.append(seconds(call))
    return [statistics.median(taken) for taken in times]


def gemm_rate(rows: int = 2048, width: int = 1024, repetitions: int = 6) -> float:
    """Floating-point operations a second of a transformer's products, the best of some.

    Of both products of the MLP, and of fewer rows too: oneDNN is up to a fifth slower on some
    shapes, and the slowest is no limit.
    """
    best = 0.0
    for count in (rows, 576):
        for into, out in ((width, 4 * width), (4 * width, width)):
            x, weight, bias = torch.randn(count, into), torch.randn(out, into), torch.randn(out)
            product = torch.ops.mkldnn._linear_pointwise
            taken = best_seconds(
                lambda: product(x, weight, bias, "none", [], ""),  # noqa: B023
                repetitions,
            )
            best = max(best, 2.0 * count * into * out / taken)
    return best


def memory_rate(mebibytes: int = 512, repetitions: int = 6) -> float:
    """Bytes a second of reading memory that no cache holds, by a sum over it; the best of some."""
    numbers = torch.ones(mebibytes * 2**18)
    return 4.0 * numbers.numel() / best_seconds(lambda: numbers.sum(), repetitions)


def resident(which: str) -> int:
    """Bytes; which: VmRSS = now, VmHWM = the most since the last reset.

    Not getrusage's, which on Linux starts with what the parent process had.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{which}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/status has no {which}: this measurement needs Linux")
