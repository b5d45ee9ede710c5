"""Starts CLIP's vision tower from the trained captioner's: both are the same kind of tower."""

from __future__ import annotations

import torch
from reference import BlipForConditionalGeneration, open_clip


@torch.no_grad()
def start_from_captioner(clip: open_clip.CLIP, blip: BlipForConditionalGeneration) -> None:
    """Copies what the towers share; CLIP's first normalisation and projection stay fresh."""
    ours, theirs = clip.visual, blip.vision_model
    convolution = theirs.embeddings.patch_embedding
    positions = theirs.embeddings.position_embedding[0].clone()
    positions[1:] += convolution.bias  # CLIP's convolution has none
    ours.conv1.weight.copy_(convolution.weight)
    ours.positional_embedding.copy_(positions)
    ours.class_embedding.copy_(theirs.embeddings.class_embedding[0, 0])
    for block, layer in zip(ours.transformer.resblocks, theirs.encoder.layers):
        block.attn.in_proj_weight.copy_(layer.self_attn.qkv.weight)
        block.attn.in_proj_bias.copy_(layer.self_attn.qkv.bias)
        block.attn.out_proj.load_state_dict(layer.self_attn.projection.state_dict())
        block.ln_1.load_state_dict(layer.layer_norm1.state_dict())
        block.ln_2.load_state_dict(layer.layer_norm2.state_dict())
        block.mlp.c_fc.load_state_dict(layer.mlp.fc1.state_dict())
        block.mlp.c_proj.load_state_dict(layer.mlp.fc2.state_dict())
    ours.ln_post.load_state_dict(theirs.post_layernorm.state_dict())
