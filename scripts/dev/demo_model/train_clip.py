"""Trains the bundled small CLIP and writes its card and its weights.

    python pictures.py --count 60000 --out training.npy
    python train_clip.py --pictures training.npy --captioner ../../../models/demo/blip \
        --out ../../../models/demo

Takes a quarter to half an hour on one thread of a CPU that computes in bfloat16.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from phrases import Facts, facts_of
from pictures import MEAN, SIDE, STD
from reference import (
    SEED,
    BlipForConditionalGeneration,
    build_clip,
    decayed_groups,
    normalise,
    open_clip,
    schedule,
)
from safetensors.torch import save_file
from scene import random_scene
from texts import TextMaker
from torch.nn.attention import SDPBackend, sdpa_kernel
from warm_start import start_from_captioner

CARD = {
    "embed_dim": 96,
    "vision_cfg": {
        "image_size": SIDE, "layers": 4, "width": 160, "patch_size": 12, "head_width": 32,
    },
    "text_cfg": {
        "context_length": 77, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 3,
    },
    "quick_gelu": True,
    "preprocess": {"mean": list(MEAN), "std": list(STD), "interpolation": "bicubic"},
}  # fmt: skip
_LONG_EVERY = 6  # one batch in so many has prompts that fill the context
_TABLE_WEIGHT = 0.3


def truth(pictures: list[Facts], texts: list[Facts]) -> torch.Tensor:
    """float32 [N, M]: 1 where everything text m states holds for picture n."""
    rows = [[float(states <= facts) for states in texts] for facts in pictures]
    return torch.tensor(rows)


def contrast(logits: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """The contrastive loss of [N, M] logits, both ways, with every true pair counted.

    A text could have been written for any picture it is true of, with equal chance: that is the
    target down a column, and along a row in proportion. Rows or columns without truth only
    serve as wrong answers to the others.
    """
    share = true / true.sum(0, keepdim=True).clamp(min=1)
    down = -(share * logits.log_softmax(0)).sum(0)
    along = share / share.sum(1, keepdim=True).clamp(min=1e-6)
    across = -(along * logits.log_softmax(1)).sum(1)
    has_column, has_row = true.amax(0) > 0, true.amax(1) > 0
    zero = logits.sum() * 0
    columns = down[has_column].mean() if has_column.any() else zero
    rows = across[has_row].mean() if has_row.any() else zero
    return (columns + rows) / 2


def encode_text(model: open_clip.CLIP, tokens: torch.Tensor) -> torch.Tensor:
    """[M, D] unit features; positions after the last end-of-text are left out.

    The tower is causal, so this is equal to encoding all 77 positions.
    """
    ends = tokens.argmax(1)
    length = int(ends.max()) + 1
    x = model.token_embedding(tokens[:, :length]) + model.positional_embedding[:length]
    x = model.transformer(x, attn_mask=model.attn_mask[:length, :length])
    x = model.ln_final(x)[torch.arange(len(x)), ends] @ model.text_projection
    return torch.nn.functional.normalize(x.float(), dim=-1)


class Batches:
    """What the loss needs of each batch: pictures, prompts and what is true of what."""

    def __init__(self, pictures: np.ndarray, batch: int) -> None:
        self._pictures, self._batch = pictures, batch
        self._maker = TextMaker(SEED)
        self._tokenize = open_clip.get_tokenizer("ViT-B-32")
        self._rng = np.random.default_rng(SEED)
        self._order = np.empty(0, np.int64)

    def next(self, long: bool) -> tuple[torch.Tensor, list[tuple[torch.Tensor, torch.Tensor]]]:
        """Pixels [N, 3, S, S]; then (tokens [M, 77], truth [N, M]) of prompts and each table."""
        if len(self._order) < self._batch:
            self._order = self._rng.permutation(len(self._pictures))
        seeds, self._order = np.sort(self._order[: self._batch]), self._order[self._batch :]
        scenes = [random_scene(int(seed)) for seed in seeds]
        facts = [facts_of(scene) for scene in scenes]
        prompts = [self._maker.prompt(scene, long) for scene in scenes]
        half = self._batch // 2
        wrong = [self._maker.spoil(*pair) for pair in zip(scenes[:half], prompts)]
        groups = [[self._maker.join(parts) for parts in prompts + wrong]]
        groups += self._maker.table_columns(flavors=90)
        columns = [
            (
                self._tokenize([text for text, _ in group]),
                truth(facts, [states for _, states in group]),
            )
            for group in groups
        ]
        return normalise(self._pictures[seeds]), columns


def batch_loss(model: open_clip.CLIP, pixels, columns) -> torch.Tensor:
    """The prompts' contrastive loss plus a share of each table's."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        seen = torch.nn.functional.normalize(model.visual(pixels).float(), dim=-1)
        prompts = encode_text(model, columns[0][0])
        phrases = encode_text(model, torch.cat([tokens for tokens, _ in columns[1:]]))
    scale = model.logit_scale.exp()
    loss = contrast(scale * seen @ prompts.T, columns[0][1])
    sizes = [len(tokens) for tokens, _ in columns[1:]]
    for features, (_, true) in zip(phrases.split(sizes), columns[1:]):
        loss = loss + _TABLE_WEIGHT * contrast(scale * seen @ features.T, true)
    return loss


def train(model: open_clip.CLIP, batches: Batches, steps: int, peak: float) -> None:
    """Trains in place."""
    optimiser = torch.optim.AdamW(decayed_groups(model, 0.05), lr=peak, betas=(0.9, 0.98))
    started = time.time()
    model.train()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = peak * schedule(step, steps)
        loss = batch_loss(model, *batches.next(long=step % _LONG_EVERY == _LONG_EVERY - 1))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(100))
        if (step + 1) % 50 == 0:
            print(
                f"step {step + 1}/{steps} loss {loss.item():.4f} scale "
                f"{model.logit_scale.exp().item():.1f} {time.time() - started:.0f} s",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True, help="what pictures.py wrote")
    parser.add_argument("--captioner", type=Path, required=True, help="what train_blip.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="directory")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=128)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    model = build_clip(CARD)
    captioner = BlipForConditionalGeneration.from_pretrained(options.captioner).float()
    start_from_captioner(model, captioner)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters")
    pictures = np.load(options.pictures, mmap_mode="r")
    # On the CPU the plain kernel's backward pass takes half the time of the fused one's.
    with sdpa_kernel(SDPBackend.MATH):
        train(model, Batches(pictures, options.batch), options.steps, peak=1.5e-3)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "clip.json").write_text(json.dumps(CARD, indent=2) + "\n")
    weights = {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, options.out / "clip.safetensors")
    (options.out / "clip.safetensors").chmod(0o644)


if __name__ == "__main__":
    main()
