"""Opening checkpoints of ViT-L-14's size, and the memory that loading one takes.

    python scripts/dev/bench/checkpoints.py [FOLDER]

Writes seeded random weights into FOLDER (a temporary one unless said; 5 GB are needed): in half
precision as OpenAI's file, 855 MB, and in single precision, 1.7 GB, as open_clip's.
"open" is the time from a path to the table of all tensors, the file in the page cache, best of
many, ours and torch.load(mmap=True) in turn in one process; torch's faster way counts.
"peak" is the largest resident set of a fresh process that loads the model from the file and encodes
one text, beside what the weights take in single precision; pages of the mapped file count.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import measuring
import torch
from safetensors.torch import save_file

import img2prompt as i2p
from img2prompt import _core

CARD = Path(i2p.assets.MODELS_DIRECTORY) / "clip" / "ViT-L-14.json"
ROUNDS = 40
BAR_OPEN = 5.0  # times faster than torch
BAR_PEAK = 0.6  # GB above the weights


def shapes(card: dict) -> dict[str, tuple[int, ...]]:
    """Every tensor of an open_clip CLIP by name."""
    vision, text, dim = card["vision_cfg"], card["text_cfg"], card["embed_dim"]
    grid = vision["image_size"] // vision["patch_size"]
    made: dict[str, tuple[int, ...]] = {
        "positional_embedding": (text["context_length"], text["width"]),
        "text_projection": (text["width"], dim),
        "token_embedding.weight": (text["vocab_size"], text["width"]),
        "logit_scale": (),
        "visual.class_embedding": (vision["width"],),
        "visual.positional_embedding": (grid * grid + 1, vision["width"]),
        "visual.proj": (vision["width"], dim),
        "visual.conv1.weight": (vision["width"], 3, vision["patch_size"], vision["patch_size"]),
    }
    norms = {"ln_final": text["width"]}
    norms |= {"visual.ln_pre": vision["width"], "visual.ln_post": vision["width"]}
    for tower, cfg in (("", text), ("visual.", vision)):
        width = cfg["width"]
        for layer in range(cfg["layers"]):
            at = f"{tower}transformer.resblocks.{layer}."
            norms |= {at + "ln_1": width, at + "ln_2": width}
            for name, out, into in (
                ("attn.in_proj_", 3 * width, width),
                ("attn.out_proj.", width, width),
                ("mlp.c_fc.", 4 * width, width),
                ("mlp.c_proj.", width, 4 * width),
            ):
                made |= {f"{at}{name}weight": (out, into), f"{at}{name}bias": (out,)}
    for name, width in norms.items():
        made |= {f"{name}.weight": (width,), f"{name}.bias": (width,)}
    return made


def write(folder: Path) -> dict[str, Path]:
    """The files, one for each layout."""
    torch.manual_seed(0)
    card = json.loads(CARD.read_text(encoding="utf-8"))
    half = {n: torch.randn(s).mul_(0.02).half() for n, s in shapes(card).items()}
    files = {
        "zip, half": folder / "half.pt",
        "zip": folder / "single.bin",
        "older format": folder / "legacy.pth",
        "safetensors": folder / "model.safetensors",
    }
    torch.save(half, files["zip, half"])
    single = {n: t.float() for n, t in half.items()}
    del half
    torch.save(single, files["zip"])
    torch.save(single, files["older format"], _use_new_zipfile_serialization=False)
    save_file(single, files["safetensors"])
    return files


def compare_opening(path: Path) -> tuple[float, float]:
    """Seconds that ours and torch take to open a file."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(measuring.seconds(lambda: _core.checkpoint_tensors(str(path))))
        for careful in (True, False):
            theirs.append(
                measuring.seconds(lambda c=careful: torch.load(path, mmap=True, weights_only=c))
            )
    return min(ours), min(theirs)


def load_and_encode(path: str) -> None:
    """The measured process: prints its largest resident set before and after."""
    before = measuring.resident("VmHWM")
    clip = i2p.Clip(CARD, weights=path, device="cpu")
    clip.encode_text(["a photo of a cat"])
    after = measuring.resident("VmHWM")
    print(json.dumps([before, after]))


def measure_peak(path: Path) -> tuple[int, int]:
    command = [sys.executable, __file__, "--load", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    before, after = json.loads(run.stdout.splitlines()[-1])
    return before, after


def run(folder: Path) -> bool:
    """Prints the tables; whether both bars are met."""
    files = write(folder)
    met = True
    for name in ("zip, half", "zip"):
        ours, theirs = compare_opening(files[name])
        size = files[name].stat().st_size / 1e6
        met &= theirs / ours >= BAR_OPEN
        print(
            f"open {name} ({size:.0f} MB): ours {ours * 1e3:.2f} ms, torch.load(mmap=True) "
            f"{theirs * 1e3:.1f} ms: {theirs / ours:.1f}x (bar {BAR_OPEN:.0f}x)"
        )
    weights = 4 * sum(torch.Size(s).numel() for s in shapes(json.loads(CARD.read_text())).values())
    for name, path in files.items():
        before, after = measure_peak(path)
        over = (after - weights) / 1e9
        met &= over <= BAR_PEAK
        print(
            f"peak {name}: {after / 1e9:.2f} GB = weights {weights / 1e9:.2f} {over:+.2f} GB "
            f"(bar +{BAR_PEAK}; {before / 1e9:.2f} before loading)"
        )
    return met


if __name__ == "__main__":
    if sys.argv[1:2] == ["--load"]:
        load_and_encode(sys.argv[2])
        sys.exit(0)
    if sys.argv[1:]:
        sys.exit(not run(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as made:
        sys.exit(not run(Path(made)))
