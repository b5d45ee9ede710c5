"""Trains the bundled small captioner (BLIP) and writes it in Hugging Face's layout.

    python pictures.py --count 60000 --out training.npy
    python train_blip.py --pictures training.npy --out ../../../models/demo/blip

Takes a quarter to half an hour on one thread of a CPU that computes in bfloat16.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from patch_aid import PatchHeads, grid_positions, patch_targets
from pictures import MEAN, SIDE, STD
from reference import SEED, BlipForConditionalGeneration, decayed_groups, normalise, schedule
from scene import random_scene
from transformers import BertTokenizer, BlipConfig, BlipImageProcessor
from wordlist import encode_words, vocabulary

_LENGTH = 20  # tokens: [DEC], the longest caption (18 words), [SEP]
_PEAK = 1.2e-3  # learning rate


def blip_config(words: list[str]) -> BlipConfig:
    """The real architecture with few and narrow layers."""
    size = len(words)
    vision = {
        "hidden_size": 160, "intermediate_size": 640, "num_hidden_layers": 4,
        "num_attention_heads": 5, "image_size": SIDE, "patch_size": 12, "layer_norm_eps": 1e-5,
        "initializer_range": 0.02,
    }  # fmt: skip
    text = {
        "vocab_size": size + 2, "hidden_size": 128, "encoder_hidden_size": 160,
        "intermediate_size": 512, "num_hidden_layers": 3, "num_attention_heads": 4,
        "max_position_embeddings": 64, "bos_token_id": size,
        "eos_token_id": words.index("[SEP]"), "sep_token_id": words.index("[SEP]"),
        "pad_token_id": words.index("[PAD]"), "label_smoothing": 0.0,
    }  # fmt: skip
    return BlipConfig(
        text_config=text, vision_config=vision, projection_dim=64, image_text_hidden_size=64
    )


def caption_ids(seeds: range, config: BlipConfig, words: list[str]) -> torch.Tensor:
    """int64 [N, _LENGTH]: [DEC], the caption's words, [SEP], padding."""
    ids = {word: index for index, word in enumerate(words)}
    text = config.text_config
    table = torch.full((len(seeds), _LENGTH), text.pad_token_id)
    for row, seed in enumerate(seeds):
        line = encode_words(random_scene(seed).caption, ids)
        line = [text.bos_token_id, *line, text.sep_token_id]
        table[row, : len(line)] = torch.tensor(line)
    return table


def build(words: list[str]) -> BlipForConditionalGeneration:
    """A captioner with fresh weights."""
    model = BlipForConditionalGeneration(blip_config(words))
    vision = model.config.vision_config
    with torch.no_grad():
        start = grid_positions(vision.image_size // vision.patch_size, vision.hidden_size)
        model.vision_model.embeddings.position_embedding.copy_(start[None])
    return model


def batch_loss(model, heads: PatchHeads, pixels, ids, patches) -> tuple[torch.Tensor, ...]:
    """Mean cross entropy of each next token, padding not counted; and the patch aid's loss."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        seen = model.vision_model(pixel_values=pixels).last_hidden_state
        logits = model.text_decoder(input_ids=ids[:, :-1], encoder_hidden_states=seen).logits
    spoken = torch.nn.functional.cross_entropy(
        logits.float().flatten(0, 1),
        ids[:, 1:].flatten(),
        ignore_index=model.config.text_config.pad_token_id,
    )
    return spoken, heads.loss(seen, patches)


def train(model, pictures: np.ndarray, ids: torch.Tensor, steps: int, batch: int) -> None:
    """Trains in place, each picture seen about steps * batch / N times."""
    rng = np.random.default_rng(SEED)
    vision = model.config.vision_config
    heads, grid = PatchHeads(vision.hidden_size), vision.image_size // vision.patch_size
    groups = decayed_groups(torch.nn.ModuleList([model, heads]), 0.05)
    optimiser = torch.optim.AdamW(groups, lr=_PEAK, betas=(0.9, 0.98))
    started, order = time.time(), np.empty(0, np.int64)
    model.train()
    for step in range(steps):
        if len(order) < batch:
            order = rng.permutation(len(pictures))
        rows, order = np.sort(order[:batch]), order[batch:]
        for group in optimiser.param_groups:
            group["lr"] = _PEAK * schedule(step, steps)
        patches = patch_targets([random_scene(int(row)) for row in rows], grid)
        spoken, aid = batch_loss(model, heads, normalise(pictures[rows]), ids[rows], patches)
        optimiser.zero_grad()
        (spoken + 0.5 * aid).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if (step + 1) % 50 == 0:
            figures = f"caption loss {spoken.item():.4f} patch loss {aid.item():.4f}"
            print(f"step {step + 1}/{steps} {figures} {time.time() - started:.0f} s", flush=True)


def save(model, words: list[str], directory: Path) -> None:
    """Writes weights (float16), configuration, vocabulary and preprocessing."""
    directory.mkdir(parents=True, exist_ok=True)
    model.eval().half().save_pretrained(directory)
    (directory / "model.safetensors").chmod(0o644)
    (directory / "vocab.txt").write_text("\n".join(words) + "\n")
    BlipImageProcessor(
        size={"height": SIDE, "width": SIDE}, image_mean=list(MEAN), image_std=list(STD)
    ).save_pretrained(directory)
    tokenizer = BertTokenizer(str(directory / "vocab.txt"), do_lower_case=True, model_max_length=64)
    tokenizer.save_pretrained(directory)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True, help="what pictures.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="directory")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=64)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    words = vocabulary()
    model = build(words)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters")
    pictures = np.load(options.pictures, mmap_mode="r")
    ids = caption_ids(range(len(pictures)), model.config, words)
    train(model, pictures, ids, options.steps, options.batch)
    save(model, words, options.out)


if __name__ == "__main__":
    main()
