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


def _tower(prefix: str, layers: int, width: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(layers):
        block = f"{prefix}transformer.resblocks.{layer}."
        shapes |= {
            block + "ln_1.weight": (width,),
            block + "ln_1.bias": (width,),
            block + "attn.in_proj_weight": (3 * width, width),
            block + "attn.in_proj_bias": (3 * width,),
            block + "attn.out_proj.weight": (width, width),
            block + "attn.out_proj.bias": (width,),
            block + "ln_2.weight": (width,),
            block + "ln_2.bias": (width,),
            block + "mlp.c_fc.weight": (4 * width, width),
            block + "mlp.c_fc.bias": (4 * width,),
            block + "mlp.c_proj.weight": (width, 4 * width),
            block + "mlp.c_proj.bias": (width,),
        }
    return shapes


def shapes(layers: int = LAYERS, width: int = WIDTH) -> dict[str, tuple[int, ...]]:
    """Every tensor's shape, by open_clip's names."""
    norms = {f"{name}.{part}": (width,) for name in NORMS for part in ("weight", "bias")}
    return {
        "positional_embedding": (77, width),
        "text_projection": (width, EMBED),
        "logit_scale": (),
        "token_embedding.weight": (49408, width),
        "visual.class_embedding": (width,),
        "visual.positional_embedding": (1 + (SIDE // PATCH) ** 2, width),
        "visual.proj": (width, EMBED),
        "visual.conv1.weight": (width, 3, PATCH, PATCH),
        **norms,
        **_tower("visual.", layers, width),
        **_tower("", layers, width),
    }


NORMS = ("visual.ln_pre", "visual.ln_post", "ln_final")


def make(folder: Path, seed: int = 0) -> i2p.Clip:
    """Writes card.json and card.safetensors and loads them."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, shape in shapes().items():
        state[name] = torch.randn(shape, generator=generator) * (0.3 if len(shape) > 1 else 0.1)
        if "ln_" in name and name.endswith("weight"):
            state[name] += 1
    (folder / "card.json").write_text(json.dumps(CARD))
    save_file(state, folder / "card.safetensors")
    return i2p.Clip(folder / "card.json", device="cpu")
