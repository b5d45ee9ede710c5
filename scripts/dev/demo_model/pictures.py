"""The training pictures at the models' own size, drawn once and kept in a file.

    python pictures.py --count 60000 --out training.npy

Both trainings read the file; picture i is the picture of seed i.
"""

from __future__ import annotations

import argparse
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from draw import draw
from PIL import Image

SIDE = 96  # pixels, what both models look at
# Sizes the pictures are drawn at before they are scaled down, as users' pictures are larger.
_DRAWN_SIDES = (128, 128, 128, 192, 128, 256)
MEAN = (0.48145466, 0.4578275, 0.40821073)  # of CLIP and BLIP alike
STD = (0.26862954, 0.26130258, 0.27577711)


def model_pixels(picture: Image.Image) -> np.ndarray:
    """uint8 [SIDE, SIDE, 3]: the square picture as both models' preprocessing scales it."""
    return np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def training_pixels(seed: int) -> np.ndarray:
    """uint8 [SIDE, SIDE, 3] of a training seed."""
    picture, _ = draw(seed, _DRAWN_SIDES[seed % len(_DRAWN_SIDES)])
    return model_pixels(picture)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60_000)
    parser.add_argument("--out", type=Path, required=True, help=".npy file, 27 kB a picture")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    options = parser.parse_args()
    shape = (options.count, SIDE, SIDE, 3)
    table = np.lib.format.open_memmap(options.out, mode="w+", dtype=np.uint8, shape=shape)
    with Pool(options.jobs) as pool:
        drawn = pool.imap(training_pixels, range(options.count), chunksize=100)
        for seed, pixels in enumerate(drawn):
            table[seed] = pixels
            if (seed + 1) % 5000 == 0:
                print(f"{seed + 1} of {options.count} drawn", flush=True)
    table.flush()


if __name__ == "__main__":
    main()
