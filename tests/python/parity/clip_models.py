"""Seeded CLIP models of open_clip and transformers with the files from which ours loads."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import open_clip
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save_file

import img2prompt as i2p

SUBJECTS = [
    "there is a woman with a flower crown on her head",
    "a (photo)",
    "two cats on a bench, sleeping",
    "a drawing of a house f/1",
]
PHRASES = [
    "trending on artstation",
    "by greg rutkowski",
    "by greg",
    "inspired by hokusai",
    "4k",
    "8 k resolution",
    "art nouveau",
    "art deco",
    "depth of field",
    "depth of field, earthy tones",
    "",
    "x" * 300,
    "café naïve ﬁne",
    "日本語",
]


def texts() -> list[str]:
    """Texts that share beginnings, repeat, are empty, or are cut to the context."""
    prompts = [f"{subject}, {phrase}" for subject in SUBJECTS for phrase in PHRASES]
    return [*PHRASES, *prompts, *SUBJECTS, *SUBJECTS, "one, two, three. " * 40]


def pictures(count: int, seed: int) -> list[Image.Image]:
    """Pictures of different shapes with structure at several scales."""
    made = []
    for i in range(count):
        random = np.random.RandomState(seed * 1000 + i)
        width, height = [(200, 200), (320, 213), (90, 241), (97, 96)][i % 4]
        coarse = random.randint(0, 256, (random.randint(2, 7), random.randint(2, 7), 3), np.uint8)
        picture = Image.fromarray(coarse).resize((width, height), Image.BICUBIC)
        draw = ImageDraw.Draw(picture)
        for _ in range(8):
            x, y, side = random.randint(0, width), random.randint(0, height), random.randint(9, 60)
            draw.ellipse([x, y, x + side, y + side], fill=tuple(random.randint(0, 256, 3).tolist()))
        made.append(picture)
    return made


def spread(model: torch.nn.Module, factor: float = 2.5) -> None:
    """Scales seeded weights until features differ from input to input."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1:
                parameter.mul_(factor)
            elif name.endswith("bias"):
                parameter.normal_(0, 0.1)


def spread_resnet(visual: torch.nn.Module) -> None:
    """Gives a ModifiedResNet statistics and weights under which no block is idle."""
    with torch.no_grad():
        for module in visual.modules():
            if isinstance(module, torch.nn.Conv2d):
                module.weight.normal_(0, (2 / module.weight[0].numel()) ** 0.5)
            elif isinstance(module, torch.nn.BatchNorm2d):
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.1)
                module.running_mean.normal_(0, 0.2)
                module.running_var.uniform_(0.5, 2.0)
                module.num_batches_tracked.fill_(7)
            elif isinstance(module, torch.nn.Linear):
                module.weight.normal_(0, 2 * module.in_features**-0.5)
                module.bias.normal_(0, 0.1)


def open_clip_model(config: dict, seed: int, factor: float = 2.5) -> open_clip.CLIP:
    """An open_clip model of a model_config, seeded and spread."""
    torch.manual_seed(seed)
    model = open_clip.CLIP(**config).eval()
    spread(model, factor)
    if isinstance(model.visual, open_clip.modified_resnet.ModifiedResNet):
        spread_resnet(model.visual)
    return model


def state_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """What open_clip saves: its state dict without the mask."""
    state = {name: t.detach().contiguous() for name, t in model.state_dict().items()}
    state.pop("attn_mask", None)
    return state


def save(folder: Path, config: dict, state: dict[str, torch.Tensor]) -> tuple[Path, Path]:
    """Writes card.json and weights.safetensors; returns their paths."""
    card, weights = folder / "card.json", folder / "weights.safetensors"
    card.write_text(json.dumps(config))
    save_file(state, weights)
    return card, weights


def safetensors_header(state: dict[str, torch.Tensor]) -> tuple[bytes, int]:
    """The header of a safetensors file of these tensors, padded as safetensors pads it, and the
    bytes that follow it."""
    kinds = {torch.float32: "F32", torch.int64: "I64"}
    header, end = {}, 0
    for name, tensor in state.items():
        start, end = end, end + tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": kinds[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # so that numbers lie where they can be read in place
    return struct.pack("<Q", len(text)) + text, end


def load(folder: Path, config: dict, state: dict[str, torch.Tensor], **options) -> i2p.Clip:
    """Ours, from the same numbers."""
    card, weights = save(folder, config, state)
    return i2p.Clip(card, weights=weights, **{"device": "cpu", **options})


def unit(features: torch.Tensor) -> np.ndarray:
    """Rows of length 1, as numpy."""
    return (features / features.norm(dim=-1, keepdim=True)).detach().numpy()
