"""Compares the exact selection with clip-interrogator's on held-out pictures of the small model.

    python scripts/dev/compare_selection.py --count 50

For each mode: the mean similarity of prompt and picture by either selection (of "negative" the
lower is the better), on how many pictures the exact one's prompt is nearer or farther, and how many
texts were compared with a picture. Chunk and pool are small because the bundled lists are: at the
default 2048 all labels are in one chunk and in the pool, and the selections agree.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

import img2prompt as i2p
from img2prompt.assets import DEMO_DIRECTORY

sys.path.insert(0, str(Path(__file__).resolve().parent / "demo_model"))

SELECTIONS = ("exact", "clip-interrogator")
MODES = ("best", "fast", "classic", "negative")
SAME = 1e-6  # similarities nearer than this count as equal


def held_out(count: int) -> Iterator[np.ndarray]:
    """Pictures that the small model was not trained on, uint8 [H, W, 3]."""
    from draw import HELD_OUT_SEED, draw

    for seed in range(HELD_OUT_SEED, HELD_OUT_SEED + count):
        yield np.asarray(draw(seed)[0].convert("RGB"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=50, help="pictures")
    parser.add_argument("--chunk", type=int, default=64, help="rows of a chunk")
    parser.add_argument("--pool", type=int, default=64, help="phrases a chain chooses from")
    options = parser.parse_args()

    torch.set_num_threads(1)  # products this small only lose by being shared out
    clip, captioner = i2p.Clip("demo", device="cpu"), i2p.Captioner("demo", device="cpu")
    engines = {
        selection: i2p.Interrogator(
            clip=clip,
            labels=DEMO_DIRECTORY / "labels",
            cache_dir="",
            pool_size=options.pool,
            chunk_size=options.chunk,
            selection=selection,
        )
        for selection in SELECTIONS
    }
    rows: dict[str, list[list[i2p.Interrogation]]] = {mode: [] for mode in MODES}
    for picture in held_out(options.count):
        caption = captioner.caption(picture)
        for mode in MODES:
            rows[mode].append(
                [engines[s].interrogate(picture, mode=mode, caption=caption) for s in SELECTIONS]
            )

    print(f"{options.count} held-out pictures, chunks of {options.chunk}, pool of {options.pool}")
    print(f"{'':10}{'similarity':^28}{'exact is':^18}{'texts compared':^28}")
    print(
        f"{'mode':10}{'exact':>14}{'chunked':>14}{'nearer':>10}{'farther':>8}{'exact':>14}{'chunked':>14}"
    )
    for mode, pairs in rows.items():
        score = np.array([[result.score for result in pair] for pair in pairs])
        texts = np.array([[result.evaluations for result in pair] for pair in pairs]).mean(0)
        gain = score[:, 0] - score[:, 1]
        nearer, farther = (gain > SAME).sum(), (gain < -SAME).sum()
        mean = score.mean(0)
        print(
            f"{mode:10}{mean[0]:14.4f}{mean[1]:14.4f}{nearer:10}{farther:8}"
            f"{texts[0]:14.1f}{texts[1]:14.1f}"
        )


if __name__ == "__main__":
    main()
