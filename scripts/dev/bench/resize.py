"""Times resize() against Pillow's, in turn in one process, on sizes that models ask for.

    python scripts/dev/bench/resize.py [--runs N]

Prints the median of each and how many times as fast ours is, on one thread and as it comes (threads
for large pictures). Pillow uses one thread.
"""

from __future__ import annotations

import argparse
import sys

import measuring
import numpy as np
import PIL
from PIL import Image

from img2prompt import _core

CASES = [
    ((1024, 1024), (224, 224), "bicubic"),
    ((1024, 1024), (224, 224), "lanczos"),
    ((1024, 1024), (224, 224), "bilinear"),
    ((1024, 1024), (224, 224), "box"),
    ((512, 768), (224, 336), "bicubic"),
    ((768, 512), (384, 384), "bicubic"),
    ((1024, 1024), (512, 512), "lanczos"),
    ((4000, 3000), (299, 224), "bicubic"),
    ((224, 224), (512, 512), "bicubic"),
    ((512, 512), (1024, 1024), "lanczos"),
    ((300, 200), (30, 20), "bicubic"),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=31)
    runs = parser.parse_args().runs
    print(f"Pillow {PIL.__version__}, medians of {runs} runs in milliseconds")
    print(f"{'':35}{'Pillow':>9}{'1 thread':>10}{'default':>10}{'ratio 1':>9}{'ratio d':>9}")
    slowest = float("inf")
    for (width, height), (to_width, to_height), name in CASES:
        rng = np.random.default_rng(0)
        array = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        image, kind = Image.fromarray(array), Image.Resampling[name.upper()]

        def ours(threads: int, array=array, size=(to_width, to_height), name=name) -> object:
            return _core.resize(array, *size, name, threads)

        calls = [
            lambda image=image, size=(to_width, to_height), kind=kind: image.resize(size, kind),
            lambda ours=ours: ours(1),
            lambda ours=ours: ours(0),
        ]
        pillow, one, default = (1e3 * median for median in measuring.in_turn(calls, runs))
        slowest = min(slowest, pillow / one, pillow / default)
        label = f"{width}x{height} to {to_width}x{to_height} {name}"
        ratios = f"{pillow / one:9.1f}{pillow / default:9.1f}"
        print(f"{label:35}{pillow:9.2f}{one:10.2f}{default:10.2f}{ratios}")
    print(f"slowest case: {slowest:.1f} times as fast as Pillow")
    return 0 if slowest >= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
