"""Rate of a float32 linear layer: torch's own way (MKL, OpenBLAS) and oneDNN's, on one core.

    python scripts/dev/bench/linear.py [--rows 250 262]

--rows: oneDNN's alone for every number of rows from one to another, with those on which it is slow.
GFLOP/s by processor time (best of the repetitions), so that other work on the machine counts less.
The core takes oneDNN's where there is enough to do (cpp/nn/onednn_linear.cpp).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import measuring
import torch


def rate(work: Callable[[], object], flops: float) -> float:
    """GFLOP/s."""
    return flops / measuring.best_seconds(work, 7) / 1e9


def every_row_count(first: int, last: int) -> None:
    onednn = torch.ops.mkldnn._linear_pointwise
    weight, bias = torch.randn(4096, 1024), torch.randn(4096)
    for rows in range(first, last + 1):
        x = torch.randn(rows, 1024)
        work = rate(
            lambda x=x: onednn(x, weight, bias, "none", [], ""), 2.0 * rows * weight.numel()
        )
        print(f"{rows:>6}{work:>8.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs=2, metavar=("FIRST", "LAST"))
    asked = parser.parse_args()
    measuring.set_threads(1)
    if asked.rows:
        return every_row_count(*asked.rows)
    onednn = torch.ops.mkldnn._linear_pointwise
    print(f"{'rows':>6}{'in':>6}{'out':>6}{'torch':>8}{'oneDNN':>8}  GFLOP/s")
    for rows in (1, 4, 16, 64, 512, 2048):
        for inside, outside in ((768, 3072), (3072, 768)):
            x, weight, bias = torch.randn(rows, inside), torch.randn(outside, inside), torch.ones(1)
            bias = bias.expand(outside).contiguous()
            times = max(1, 256 // rows)
            flops = 2.0 * rows * inside * outside * times

            def plain(x=x, weight=weight, bias=bias, times=times):
                for _ in range(times):
                    torch.nn.functional.linear(x, weight, bias)

            def fused(x=x, weight=weight, bias=bias, times=times):
                for _ in range(times):
                    onednn(x, weight, bias, "none", [], "")

            ours, theirs = rate(fused, flops), rate(plain, flops)
            print(f"{rows:>6}{inside:>6}{outside:>6}{theirs:>8.0f}{ours:>8.0f}")


if __name__ == "__main__":
    main()
