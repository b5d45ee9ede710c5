"""Imports of the reference libraries, and loading of the finished files through them.

Needs torch, transformers and open_clip_torch; versions are recorded in models/demo/README.md.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from pictures import MEAN, STD

# transformers and open_clip import torchvision, whose compiled operators may be missing beside a
# CPU build of torch; none of them is used here, so declaring their names is enough.
_operators = torch.library.Library("torchvision", "FRAGMENT")
for _name in ("nms", "qnms"):
    if not hasattr(torch.ops.torchvision, _name):
        _operators.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import open_clip  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from transformers import BlipForConditionalGeneration, BlipProcessor  # noqa: E402, F401

SEED = 20240


def normalise(pixels: np.ndarray) -> torch.Tensor:
    """uint8 [N, S, S, 3] -> float32 [N, 3, S, S] with CLIP's mean and deviation."""
    scaled = torch.from_numpy(np.ascontiguousarray(pixels)).float() / 255.0
    scaled = (scaled - torch.tensor(MEAN)) / torch.tensor(STD)
    return scaled.permute(0, 3, 1, 2).contiguous()


def build_clip(card: dict) -> open_clip.CLIP:
    """A CLIP with fresh weights from a model card."""
    return open_clip.CLIP(
        embed_dim=card["embed_dim"],
        vision_cfg=card["vision_cfg"],
        text_cfg=card["text_cfg"],
        quick_gelu=card["quick_gelu"],
    )


def load_clip(directory: Path) -> open_clip.CLIP:
    """The finished CLIP, widened to float32."""
    model = build_clip(json.loads((directory / "clip.json").read_text()))
    weights = load_file(directory / "clip.safetensors")
    model.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    return model.eval()


def schedule(step: int, steps: int, warmup: int = 100) -> float:
    """The share of the peak learning rate at a step: linear warm-up, then a half cosine to 1%."""
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    return 0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * progress)))


def decayed_groups(model: torch.nn.Module, decay: float) -> list[dict]:
    """Optimiser groups: weight decay on matrices of the layers, none on the rest."""
    decayed, free = [], []
    for name, parameter in model.named_parameters():
        is_layer = parameter.ndim >= 2 and "embed" not in name
        (decayed if is_layer else free).append(parameter)
    return [{"params": decayed, "weight_decay": decay}, {"params": free, "weight_decay": 0.0}]
