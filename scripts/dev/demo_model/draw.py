"""Draws the pictures the bundled small model is trained and judged on.

    python draw.py --seed 7 --count 4 --side 512 --out pictures/

Training uses seeds below HELD_OUT_SEED, judging those from it on.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from finish import finish, spoil
from mediums import DRAWERS, prepare, to_bytes
from PIL import Image
from scene import Scene, random_scene
from shapes import outlines

HELD_OUT_SEED = 1_000_000  # the first seed no training picture has


def draw_scene(scene: Scene, side: int) -> Image.Image:
    """The scene as an RGB picture of side x side pixels."""
    rng = np.random.default_rng([scene.seed, 3])
    canvas = prepare(scene, side, [outlines(thing) for thing in scene.things])
    picture = DRAWERS[scene.medium](canvas)
    picture = finish(picture, scene.artist, rng)
    return Image.fromarray(to_bytes(spoil(picture, scene.damage, rng)))


def draw(seed: int, side: int = 192) -> tuple[Image.Image, Scene]:
    """The picture of a seed and what it shows."""
    scene = random_scene(seed)
    return draw_scene(scene, side), scene


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=HELD_OUT_SEED)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--side", type=int, default=512, help="pixels")
    parser.add_argument("--out", type=Path, required=True, help="directory")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for seed in range(options.seed, options.seed + options.count):
        picture, scene = draw(seed, options.side)
        picture.save(options.out / f"{seed}.png")
        print(f"{seed}.png: {scene.caption}, {scene.medium}, {scene.artist}, {scene.damage}")


if __name__ == "__main__":
    main()
