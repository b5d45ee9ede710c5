"""What encoding a label table takes beside the weights, and that it goes on where it was stopped.

    python scripts/dev/bench/tables.py [--labels 8192] [--threads 2] [--quick]

ViT-L-14 of seeded random numbers; clip-interrogator's flavors. The weights are read first, then a
table is encoded until a third of it is done, cancelled, and encoded again to its end. Prints the
growth of the process's largest resident set over both, the bytes of the table, seconds of both
parts, and how much of the first part was done again. The bar: 500 MB beyond weights and table.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import measuring
import numpy as np
from clip_texts import phrases
from measuring import Row
from models import clip_pair

import img2prompt as i2p

BAR = 500.0  # MB


def reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def main() -> None:
    asked = measuring.arguments(__doc__, labels={"type": int, "default": 8192})
    count = asked.labels // 2 if asked.quick else asked.labels
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = clip_pair("ViT-L-14", folder)[0]
        picture = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
        clip.encode_image(picture)
        clip.encode_text(["every weight is read", "twice"] * 32)
        engine = i2p.Interrogator(
            clip, labels={"flavors": phrases(count)}, cache_dir=folder / "cache"
        )
        told: list[int] = []

        def stopped(done: int) -> bool:
            return bool(told) and told[-1] >= done

        def watch(stage: str, done: int, total: int) -> None:
            if stage.startswith("labels"):
                told.append(done)

        reset_peak()
        before = measuring.resident("VmRSS")

        def first() -> None:
            try:
                engine.rank(picture, "flavors", progress=watch, cancel=lambda: stopped(count // 3))
            except i2p.Cancelled:
                return
            raise SystemExit("was not cancelled")

        one = measuring.seconds(first)
        reached = told[-1]
        told.clear()
        two = measuring.seconds(lambda: engine.rank(picture, "flavors", progress=watch))
        grown = (measuring.resident("VmHWM") - before) / 1e6
        table = engine.memory()[-1].bytes / 1e6
    print(f"{count} labels, {one + two:.1f} s; stopped at {reached}, went on from {told[0]}")
    print(measuring.HEADER)
    measuring.told(
        Row("memory of a table beside weights and result", "MB", grown - table, None, BAR, 0, 1)
    )


if __name__ == "__main__":
    main()
