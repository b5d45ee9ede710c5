"""Times image encoders at full size against open_clip's and transformers', from the same weights.

    python scripts/dev/bench/vision.py [--runs 3] [--threads 2] [--batch 4] [--quick]

ViT-L-14 (224 pixels) beside open_clip and BLIP-large's encoder (384 pixels) beside transformers, of
seeded random numbers; RN50 beside open_clip. Milliseconds a picture, one alone and --batch at once,
from pixels to features; ours includes its preprocessing of pictures that have the model's size. The
limit is the layers' products at the machine's own rate, measured in the same run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import measuring
import numpy as np
import torch
from measuring import Row
from models import blip_image_flops, blip_pair, clip_image_flops, clip_pair


def pictures(count: int, side: int) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (side, side, 3), np.uint8) for _ in range(count)]


def compare(
    name: str,
    ours: Callable[[list[np.ndarray]], np.ndarray],
    theirs: Callable[[torch.Tensor], torch.Tensor],
    preprocess: Callable[[np.ndarray], np.ndarray],
    side: int,
    flops: float | None,
    asked,
) -> None:
    for count in (1, asked.batch):
        shown = pictures(count, side)
        pixels = torch.stack([torch.from_numpy(preprocess(picture)) for picture in shown])
        off = np.abs(ours(shown) - theirs(pixels).numpy()).max()
        if off > 1e-3:
            raise SystemExit(f"{name}: answers differ by {off}")
        calls = [lambda shown=shown: ours(shown), lambda pixels=pixels: theirs(pixels)]
        mine, their = measuring.in_turn(calls, asked.runs)
        per = 1e3 / count
        measuring.told(
            Row(
                f"{name}, {'one picture' if count == 1 else f'{count} at once'}",
                "ms",
                mine * per,
                their * per,
                1e3 * flops / measuring.gemm_rate() if flops else None,
                target=1,
                limit_target=0.85 if flops else 0,
            )
        )


def compare_clip(arch: str, folder: Path, asked) -> None:
    ours, theirs, config = clip_pair(arch, folder)
    compare(
        f"{arch} image",
        ours.encode_image,
        lambda pixels: theirs.encode_image(pixels, normalize=True),
        ours._core.preprocess,
        config["vision_cfg"]["image_size"],
        clip_image_flops(config),
        asked,
    )


def compare_blip(folder: Path, asked) -> None:
    ours, theirs = blip_pair("blip-large", folder)
    compare(
        "BLIP-large image",
        ours.encode_image,
        lambda pixels: theirs.vision_model(pixels)[0],
        ours._core.preprocess,
        theirs.config.vision_config.image_size,
        blip_image_flops(theirs.config),
        asked,
    )


def main() -> None:
    asked = measuring.arguments(__doc__, batch={"type": int, "default": 4})
    print(f"{asked.threads} threads, medians of {asked.runs} in turn, milliseconds a picture")
    print(measuring.HEADER)
    for part in (
        lambda folder: compare_clip("ViT-L-14", folder, asked),
        lambda folder: compare_blip(folder, asked),
        lambda folder: compare_clip("RN50", folder, asked),
    ):
        with tempfile.TemporaryDirectory() as folder:
            part(Path(folder))


if __name__ == "__main__":
    main()
