"""Small models in files laid out name by name like the published ones."""

from __future__ import annotations

import argparse
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch


class _Tree(torch.nn.Module):
    """A module that holds tensors under given names, as a scripted model does."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def openai_archive(path: Path, state: dict[str, torch.Tensor], sizes: dict[str, int]) -> None:
    """A TorchScript archive as OpenAI's ViT-L-14.pt and RN50.pt: what multiplies in half precision,
    statistics and sizes as buffers, and the causal mask as an attribute of every block of the text
    tower."""
    root = _Tree()
    for name, tensor in state.items():
        *folders, leaf = name.split(".")
        module = root
        for folder in folders:
            if folder not in module._modules:
                module.add_module(folder, _Tree())
            module = module._modules[folder]
        number = tensor.half() if is_half_at_openai(name) else tensor
        if leaf in _STATISTICS:
            module.register_buffer(leaf, number)
        else:
            module.register_parameter(leaf, torch.nn.Parameter(number, requires_grad=False))
    for name, size in sizes.items():
        root.register_buffer(name, torch.tensor(size))
    for block in root.transformer.resblocks._modules.values():
        block.attn_mask = torch.full((sizes["context_length"],) * 2, float("-inf")).triu(1).half()
    torch.jit.save(torch.jit.script(root), path)


def openai_rounded(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The numbers that openai_archive keeps, in single precision."""
    return {n: t.half().float() if is_half_at_openai(n) else t for n, t in state.items()}


_STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def is_half_at_openai(name: str) -> bool:
    """Convolutions, linear layers and projections are; norms, embeddings and scalars are not."""
    whole = ("ln_", ".bn", "downsample.1.", "embedding", "logit_scale")
    return not any(part in name for part in whole)


def training_checkpoint(path: Path, state: dict[str, torch.Tensor]) -> None:
    """What open_clip's training writes: data-parallel names among other things."""
    torch.save(
        {
            "epoch": 32,
            "name": "run",
            "state_dict": OrderedDict((f"module.{n}", t) for n, t in state.items()),
            "optimizer": {"state": {0: {"exp_avg": torch.ones(3)}}, "param_groups": [{"lr": 0.1}]},
            "scaler": {"scale": 65536.0},
        },
        path,
    )


# transformers' names of BLIP's caption model -> Salesforce's (models/vit.py and models/blip.py of
# https://github.com/salesforce/BLIP), the first that fits.
SALESFORCE = (
    ("vision_model.embeddings.class_embedding", "visual_encoder.cls_token"),
    ("vision_model.embeddings.position_embedding", "visual_encoder.pos_embed"),
    ("vision_model.embeddings.patch_embedding.", "visual_encoder.patch_embed.proj."),
    ("vision_model.post_layernorm.", "visual_encoder.norm."),
    ("vision_model.encoder.layers.", "visual_encoder.blocks."),
    ("text_decoder.", "text_decoder."),
)
SALESFORCE_BLOCK = (
    (".layer_norm1.", ".norm1."),
    (".layer_norm2.", ".norm2."),
    (".self_attn.qkv.", ".attn.qkv."),
    (".self_attn.projection.", ".attn.proj."),
)


def salesforce_name(name: str) -> str:
    """The name that a tensor of transformers' BLIP has in Salesforce's files."""
    for theirs, salesforce in SALESFORCE:
        if name.startswith(theirs):
            name = salesforce + name[len(theirs) :]
            break
    else:
        raise KeyError(name)
    if name.startswith("visual_encoder.blocks."):
        for theirs, salesforce in SALESFORCE_BLOCK:
            name = name.replace(theirs, salesforce)
    return name


def salesforce_checkpoint(path: Path, state: dict[str, torch.Tensor]) -> None:
    """As model_base_caption_capfilt_large.pth: Salesforce's names in {"model": ...}, with the
    indices that old releases of transformers stored and what BLIP's training keeps beside it."""
    renamed = OrderedDict((salesforce_name(n), t) for n, t in state.items())
    renamed["text_decoder.bert.embeddings.position_ids"] = torch.arange(512)[None]
    torch.save(
        {
            "model": renamed,
            "optimizer": {"state": {}, "param_groups": [{"lr": 2e-6, "betas": (0.9, 0.999)}]},
            "config": argparse.Namespace(image_size=384, vit="base", lr=np.float64(3e-4)),
            "epoch": np.int64(19),
        },
        path,
    )


def deepdanbooru_checkpoint(path: Path, tags: list[str], half: bool = False) -> dict:
    """As TorchDeepDanbooru's model-resnet_custom_v3.pt: convolutions n_Conv_<i>, and `tags`."""
    torch.manual_seed(0)
    state: dict = {}
    for i, (out, into, side) in enumerate([(8, 3, 7), (4, 8, 1), (len(tags), 4, 1)]):
        weight, bias = torch.randn(out, into, side, side), torch.randn(out)
        state[f"n_Conv_{i}.weight"] = weight.half() if half else weight
        if i < 2:
            state[f"n_Conv_{i}.bias"] = bias.half() if half else bias
    torch.save({**state, "tags": tags}, path)
    return state
