"""Times captions at full size against transformers', in turn in one process, from the same weights.

    python scripts/dev/bench/captions.py [--model blip-large] [--tokens 32] [--runs 3] [--threads 2]

The weights are seeded random numbers, and the end is held back, so that both write the same number
of tokens. Whole captions from pixels to text, greedy and by 3 beams, seconds; the step of one token
alone, milliseconds, from the difference of a long and a short caption, and that for 4 pictures at
once. The limit of a caption is the image encoder's products at the machine's own rate and the
reading of the decoder's weights once for each token; of a step that reading alone, keys and values
of the picture included.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import measuring
import numpy as np
import torch
from measuring import Row
from models import blip_image_flops, blip_pair, vit_tokens
from transformers import BlipConfig, BlipForConditionalGeneration

import img2prompt as i2p

SHORT = 8


def step_bytes(config: BlipConfig) -> float:
    """What a token reads: every weight of the decoder but the pictures' keys' and values', and
    those keys and values."""
    text, vision = config.text_config, config.vision_config
    width, tokens = text.hidden_size, vit_tokens(vision.image_size, vision.patch_size)
    layer = 6 * width * width + 2 * width * text.intermediate_size + 2 * tokens * width
    return 4.0 * (text.num_hidden_layers * layer + width * width + text.vocab_size * width)


def caption_limit(config: BlipConfig, tokens: int) -> float:
    """Seconds."""
    vision, text = config.vision_config, config.text_config
    count = vit_tokens(vision.image_size, vision.patch_size)
    keys = 4.0 * count * vision.hidden_size * text.hidden_size * text.num_hidden_layers
    reading = tokens * step_bytes(config) / measuring.memory_rate()
    return (blip_image_flops(config) + keys) / measuring.gemm_rate() + reading


def compare(ours: i2p.Captioner, theirs: BlipForConditionalGeneration, asked) -> None:
    side = theirs.config.vision_config.image_size
    shown = [np.random.default_rng(i).integers(0, 256, (side, side, 3), np.uint8) for i in range(4)]
    pixels = torch.stack([torch.from_numpy(ours._core.preprocess(p)) for p in shown])

    def writes(count: int, beams: int, tokens: int):
        options = {"max_new_tokens": tokens, "min_length": tokens + 1, "num_beams": beams}
        return (
            lambda: ours.caption(shown[:count], **options),
            lambda: theirs.generate(pixels[:count], **options),
        )

    for name, beams, target in (("greedy", 1, 1.2), ("3 beams", 3, 1.5)):
        mine, their = measuring.in_turn(writes(1, beams, asked.tokens), asked.runs)
        limit = caption_limit(theirs.config, asked.tokens)
        measuring.told(
            Row(f"caption, {asked.tokens} tokens, {name}", "s", mine, their, limit, target)
        )
    for name, count, beams in (("greedy", 1, 1), ("3 beams", 1, 3), ("4 pictures", 4, 1)):
        (long, their_long), (short, their_short) = (
            writes(count, beams, tokens) for tokens in (asked.tokens + SHORT, SHORT)
        )
        times = measuring.in_turn([long, short, their_long, their_short], asked.runs)
        per = 1e3 / asked.tokens
        reading = step_bytes(theirs.config) / measuring.memory_rate()
        measuring.told(
            Row(
                f"step of a caption, {name}",
                "ms",
                (times[0] - times[1]) * per,
                (times[2] - times[3]) * per,
                1e3 * reading,
                target=1,
                limit_target=1 / 1.5 if count == beams else 0,
            )
        )


def main() -> None:
    asked = measuring.arguments(
        __doc__,
        model={"default": "blip-large", "choices": ["blip-base", "blip-large"]},
        tokens={"type": int, "default": 32},
    )
    print(f"{asked.model}, {asked.threads} threads, medians of {asked.runs} in turn")
    print(measuring.HEADER)
    with tempfile.TemporaryDirectory() as folder:
        compare(*blip_pair(asked.model, Path(folder)), asked)


if __name__ == "__main__":
    main()
