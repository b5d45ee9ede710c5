"""Writes the two bundled pictures: one with the infotext of its making, one without any.

    python make_samples.py --out ../../../models/demo

The same seeds give the same pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from draw import draw_scene
from phrases import MOVEMENTS
from PIL.PngImagePlugin import PngInfo
from scene import ARTISTS, MEDIUMS, Scene, random_scene

SIDE = 512  # pixels
# Both beyond the seeds of training and of judging.
SAMPLE_SEED = 1_500_044
PICTURE_SEED = 1_500_281


def infotext(scene: Scene) -> str:
    """What drew the picture, in the WebUI's layout; every value is true of the drawing."""
    prompt = [
        scene.caption,
        f"{MEDIUMS[scene.medium]} by {ARTISTS[scene.artist]}",
        MOVEMENTS[scene.pattern],
    ]
    settings = {
        "Steps": str(len(scene.things)),  # one for each thing drawn
        "Sampler": "Painter",
        "CFG scale": "1",
        "Seed": str(scene.seed),
        "Size": f"{SIDE}x{SIDE}",
        "Model": "img2prompt-demo-draw",
    }
    return "\n".join(
        (
            ", ".join(prompt),
            "Negative prompt: blurry, noise, low contrast, jpeg artifacts",
            ", ".join(f"{key}: {value}" for key, value in settings.items()),
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="directory")
    options = parser.parse_args()
    sample, picture = random_scene(SAMPLE_SEED), random_scene(PICTURE_SEED)
    note = PngInfo()
    note.add_text("parameters", infotext(sample))
    draw_scene(sample, SIDE).save(options.out / "sample.png", pnginfo=note, optimize=True)
    draw_scene(picture, SIDE).save(options.out / "picture.png", optimize=True)
    print(infotext(sample))


if __name__ == "__main__":
    main()
