"""A CLIP of seeded random numbers, small enough to be made for each run."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

import img2prompt as i2p

WIDTH, LAYERS, EMBED, PATCH, SIDE = 32, 2, 24, 16, 48
CARD = {
    "embed_dim": EMBED,
    "vision_cfg": {
        "image_size": SIDE,
        "layers": LAYERS,
        "width": WIDTH,
        "head_width": 16,
        "patch_size": PATCH,
    },
    "text_cfg": {
        "context_length": 77,
        "vocab_size": 49408,
        "width": WIDTH,
        "heads": 2,
        "layers": LAYERS,
    },
}


def _tower(prefix: str) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(LAYERS):
        block = f"{prefix}transformer.resblocks.{layer}."
        shapes |= {
            block + "ln_1.weight": (WIDTH,),
            block + "ln_1.bias": (WIDTH,),
            block + "attn.in_proj_weight": (3 * WIDTH, WIDTH),
            block + "attn.in_proj_bias": (3 * WIDTH,),
            block + "attn.out_proj.weight": (WIDTH, WIDTH),
            block + "attn.out_proj.bias": (WIDTH,),
            block + "ln_2.weight": (WIDTH,),
            block + "ln_2.bias": (WIDTH,),
            block + "mlp.c_fc.weight": (4 * WIDTH, WIDTH),
            block + "mlp.c_fc.bias": (4 * WIDTH,),
            block + "mlp.c_proj.weight": (WIDTH, 4 * WIDTH),
            block + "mlp.c_proj.bias": (WIDTH,),
        }
    return shapes


def _shapes() -> dict[str, tuple[int, ...]]:
    norms = {f"{name}.{part}": (WIDTH,) for name in NORMS for part in ("weight", "bias")}
    return {
        "positional_embedding": (77, WIDTH),
        "text_projection": (WIDTH, EMBED),
        "logit_scale": (),
        "token_embedding.weight": (49408, WIDTH),
        "visual.class_embedding": (WIDTH,),
        "visual.positional_embedding": (1 + (SIDE // PATCH) ** 2, WIDTH),
        "visual.proj": (WIDTH, EMBED),
        "visual.conv1.weight": (WIDTH, 3, PATCH, PATCH),
        **norms,
        **_tower("visual."),
        **_tower(""),
    }


NORMS = ("visual.ln_pre", "visual.ln_post", "ln_final")


def make(folder: Path, seed: int = 0) -> i2p.Clip:
    """Writes card.json and card.safetensors and loads them."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, shape in _shapes().items():
        state[name] = torch.randn(shape, generator=generator) * (0.3 if len(shape) > 1 else 0.1)
        if "ln_" in name and name.endswith("weight"):
            state[name] += 1
    (folder / "card.json").write_text(json.dumps(CARD))
    save_file(state, folder / "card.safetensors")
    return i2p.Clip(folder / "card.json", device="cpu")
