"""What a first pass in bfloat16 costs and whether it finds the phrase that float32 takes.

    python scripts/dev/bench/first_pass.py [--pictures 200] [--texts 2048] [--threads 2] [--quick]

ViT-L-14 of seeded random numbers, a step of --texts phrases behind a prompt of 30 tokens. For
--pictures directions drawn at random as the pictures' features: how far down the bfloat16 ranking
the float32 winner stands (it is found where that is among the 64 that are scored exactly). "theirs"
is the float32 step.

"""

from __future__ import annotations

import tempfile
from pathlib import Path

import measuring
import numpy as np
import torch
from clip_texts import PROMPT, phrases
from measuring import Row
from models import CLIP_CARD, CLIP_WEIGHTS, clip_pair

import img2prompt as i2p

SCORED_EXACTLY = 64


def main() -> None:
    asked = measuring.arguments(
        __doc__,
        pictures={"type": int, "default": 200},
        texts={"type": int, "default": 2048},
    )
    x, weight = torch.randn(1536, 768), torch.randn(3072, 768)
    narrow, narrow_weight = x.bfloat16(), weight.bfloat16()
    product = torch.nn.functional.linear
    half = measuring.best_seconds(lambda: product(narrow, narrow_weight), 12)
    rate = 2 * x.numel() * len(weight) / half / 1e9
    print(f"bfloat16 products: {rate:.0f} GFLOP/s, float32: {measuring.gemm_rate() / 1e9:.0f}")
    texts = [f"{PROMPT}, {phrase}" for phrase in phrases(asked.texts)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        exact = clip_pair("ViT-L-14", folder)[0]
        files = {"weights": folder / CLIP_WEIGHTS, "device": "cpu"}
        rough = i2p.Clip(folder / CLIP_CARD, dtype="bfloat16", **files)
        features = [clip.encode_text(texts) for clip in (exact, rough)]
        best = texts[:SCORED_EXACTLY]
        mine, their = measuring.in_turn(
            [
                lambda: (rough.encode_text(texts), exact.encode_text(best)),
                lambda: exact.encode_text(texts),
            ],
            asked.runs,
        )
    print(measuring.HEADER)
    per = 1e3 / len(texts)
    measuring.told(
        Row("step in bfloat16, the best exactly; and exact", "ms", mine * per, their * per)
    )
    random = np.random.default_rng(0)
    places = []
    for _ in range(asked.pictures):
        picture = random.standard_normal(features[0].shape[1]).astype(np.float32)
        wide, low = (f @ picture for f in features)
        places.append(int((low > low[wide.argmax()]).sum()))
    found = np.mean(np.array(places) < SCORED_EXACTLY)
    print(f"{asked.pictures} pictures: the winner is found in {100 * found:.1f}%")
    print(
        f"its place in bfloat16 is {max(places)} at worst, 0 in {np.mean(np.equal(places, 0)):.0%}"
    )


if __name__ == "__main__":
    main()
