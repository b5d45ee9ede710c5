"""Times DeepDanbooru at full size against the published architecture in torch, from equal weights.

    python scripts/dev/bench/tags.py [--runs 3] [--threads 2]

The reference is the module that the parity tests run, loaded as the WebUI loads it; weights are
seeded random numbers. Prints medians: milliseconds of one picture's probabilities, of its pixels (a
picture of 1920 x 1080, by Pillow there), and of loading the weights. With one thread it is
processor time.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import measuring
import numpy as np
import torch
from measuring import Row
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tests/python/parity"))
import deepdanbooru_models as reference  # noqa: E402

import img2prompt as i2p  # noqa: E402

SIZE = 512


def main() -> None:
    asked = measuring.arguments(__doc__)
    theirs = reference.seeded(reference.FULL, reference.FULL_TAGS, SIZE, seed=0)
    tags = [f"tag_{i}" for i in range(reference.FULL_TAGS)]
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "model-resnet_custom_v3.pt"
        torch.save({**theirs.state_dict(), "tags": tags}, weights)
        compare(theirs, weights, asked.runs, asked.threads)


def compare(theirs: reference.Published, weights: Path, runs: int, threads: int) -> None:
    ours = i2p.Tagger("deepdanbooru", weights=weights, device="cpu")
    picture = np.random.default_rng(1).integers(0, 256, (1080, 1920, 3), np.uint8)
    square = np.ascontiguousarray(picture[:SIZE, :SIZE])
    pixels = torch.from_numpy(square.astype(np.float32)[None] / 255)
    off = np.abs(ours.probabilities(square) - theirs(pixels).numpy()).max()
    print(f"deepdanbooru, {threads} threads, medians of {runs}, largest difference {off:.1e}")
    print(measuring.HEADER)

    def row(name: str, calls: list[Callable[[], object]]) -> None:
        their, our = measuring.in_turn(calls, runs)
        measuring.told(Row(f"tags: {name}", "ms", 1e3 * our, 1e3 * their, target=1))

    def load() -> None:
        state = torch.load(weights, map_location="cpu")
        state.pop("tags")
        theirs.load_state_dict(state)

    shown = Image.fromarray(picture)
    row("probabilities", [lambda: theirs(pixels), lambda: ours.probabilities(square)])
    row(
        "pixels",
        [
            lambda: reference.resized_and_filled(shown, SIZE).astype(np.float32) / 255,
            lambda: ours._core.preprocess(picture),
        ],
    )
    row("loading", [load, lambda: i2p.Tagger("deepdanbooru", weights=weights, device="cpu")])


if __name__ == "__main__":
    main()
