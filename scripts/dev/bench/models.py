"""The full-size models that the benchmarks time: ours and the reference's of equal random numbers.

Seeded; also what one picture takes of an image encoder at the machine's own rate.
"""

from __future__ import annotations

import json
from pathlib import Path

import measuring  # noqa: F401 - before open_clip and transformers
import open_clip
import torch
from safetensors.torch import save_file
from transformers import BlipConfig, BlipForConditionalGeneration

import img2prompt as i2p

SEED = 1
CLIP_CARD, CLIP_WEIGHTS = "clip.json", "clip.safetensors"
BLIP_WEIGHTS = "model.safetensors"  # save_pretrained's name


def clip_pair(arch: str, folder: Path, **more: object) -> tuple[i2p.Clip, torch.nn.Module, dict]:
    """Ours and open_clip's, with their config: open_clip's own and `more`.

    Card and weights stay in `folder` under CLIP_CARD and CLIP_WEIGHTS.
    """
    torch.manual_seed(SEED)
    config = {**open_clip.get_model_config(arch), **more}
    theirs = open_clip.CLIP(**config).eval()
    card, weights = folder / CLIP_CARD, folder / CLIP_WEIGHTS
    card.write_text(json.dumps(config))
    state = {n: t.contiguous() for n, t in theirs.state_dict().items() if n != "attn_mask"}
    save_file(state, weights)
    return i2p.Clip(card, weights=weights, device="cpu"), theirs, config


def blip_pair(name: str, folder: Path) -> tuple[i2p.Captioner, BlipForConditionalGeneration]:
    """Ours and transformers' of the card with that name.

    `folder` is then one that from_pretrained() reads, with the weights under BLIP_WEIGHTS.
    """
    torch.manual_seed(SEED)
    card = json.loads((i2p.assets.MODELS_DIRECTORY / "blip" / f"{name}.json").read_text())
    parts = {part: card["config"][part] for part in ("text_config", "vision_config")}
    parts["vision_config"]["initializer_range"] = 0.02
    theirs = BlipForConditionalGeneration(BlipConfig(**parts)).eval()
    theirs.save_pretrained(folder)
    return i2p.Captioner(name, weights=folder / BLIP_WEIGHTS, device="cpu"), theirs


def vit_tokens(side: int, patch: int) -> int:
    """Patches of a square picture, and the class token."""
    return (side // patch) ** 2 + 1


def vit_flops(width: int, mlp: int, layers: int, side: int, patch: int, out: int = 0) -> float:
    """Operations of one picture: projections, attention's two products, MLP, patches."""
    tokens = vit_tokens(side, patch)
    layer = tokens * (4 * width * width + 2 * width * mlp) + 2 * tokens * tokens * width
    return 2.0 * (layers * layer + (tokens - 1) * width * 3 * patch * patch + width * out)


def clip_image_flops(config: dict) -> float | None:
    """Of open_clip's config; None = its image encoder is no transformer."""
    vision = config["vision_cfg"]
    if isinstance(vision["layers"], list):
        return None
    width, side, patch = vision["width"], vision["image_size"], vision["patch_size"]
    return vit_flops(width, 4 * width, vision["layers"], side, patch, config["embed_dim"])


def blip_image_flops(config: BlipConfig) -> float:
    vision = config.vision_config
    return vit_flops(
        vision.hidden_size,
        vision.intermediate_size,
        vision.num_hidden_layers,
        vision.image_size,
        vision.patch_size,
    )
