"""What unloading and taking turns give back to the system, by the process's resident memory."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from . import small_clip

pytest.importorskip("psutil")
MB = 1 << 20
# What torch and the C library keep for themselves after a first call of a size: threads' stacks,
# oneDNN's primitives, arenas.
KEPT = 60 * MB

SCRIPT = """
    import gc, json, sys
    import numpy as np, psutil, torch
    import img2prompt as i2p
    def resident():
        gc.collect()
        return psutil.Process().memory_info().rss
    card, small, budget = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    picture = np.random.RandomState(0).randint(0, 256, (60, 80, 3), np.uint8)
    warm = i2p.Clip(small, device="cpu")
    warm.encode_text("a"), warm.encode_image(picture)
    clip = i2p.Clip(card, device="cpu", device_budget=budget)
    told = {"start": resident(), "needed": [row.needed_bytes for row in clip.memory()]}
    for turn in ("first", "second"):
        text = clip.encode_text("a cat")
        told[turn + " text"] = resident()
        image = clip.encode_image(picture)
        told[turn + " both"] = resident()
        clip.unload()
        told[turn + " unloaded"] = resident()
    print(json.dumps(told))
"""


def make(folder: Path, layers: int, width: int, dtype: torch.dtype) -> Path:
    """A CLIP whose towers have that many layers; seeded."""
    tower = {"width": width, "layers": layers}
    card = {
        "embed_dim": small_clip.EMBED,
        "vision_cfg": {**tower, "image_size": 48, "patch_size": 16, "head_width": 64},
        "text_cfg": {**tower, "context_length": 77, "vocab_size": 49408, "heads": width // 64},
    }
    generator = torch.Generator().manual_seed(0)
    state = {}
    for name, shape in small_clip.shapes(layers, width).items():
        state[name] = (torch.randn(shape, generator=generator) * 0.02).to(dtype)
        if "ln_" in name and name.endswith("weight"):
            state[name] += 1
    folder.mkdir()
    (folder / "card.json").write_text(json.dumps(card))
    save_file(state, folder / "card.safetensors")
    return folder / "card.json"


def measure(card: Path, small: Path, budget: object) -> dict:
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), card, small, json.dumps(budget)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = json.loads(run.stdout)
    print({k: v if k == "needed" else round((v - told["start"]) / MB) for k, v in told.items()})
    return told


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    small_clip.make(folder)
    return folder / "card.json"


@pytest.mark.parametrize(
    ("layers", "width", "dtype"),
    [
        (2, 512, torch.float16),
        (4, 512, torch.float32),
        pytest.param(9, 1024, torch.float16, marks=pytest.mark.slow),
        pytest.param(9, 1024, torch.float32, marks=pytest.mark.slow),
    ],
    ids=["copied", "mapped", "1 GB copied", "1 GB mapped"],
)
def test_unload_gives_the_memory_back_and_the_next_call_takes_it_again(
    tmp_path, small, layers, width, dtype
):
    told = measure(make(tmp_path / "model", layers, width, dtype), small, None)
    needed, start = sum(told["needed"]), told["start"]
    for turn in ("first", "second"):
        if dtype == torch.float16:  # widened to float32, so all of it is the process's own
            assert told[turn + " both"] - start > 0.9 * needed
        assert told[turn + " both"] - start < needed + KEPT
        assert told[turn + " unloaded"] - start < 0.05 * needed + KEPT


def test_models_that_take_turns_hold_the_memory_of_one(tmp_path, small):
    card = make(tmp_path / "model", 6, 512, torch.float16)
    alone, turns = measure(card, small, None), measure(card, small, "low")
    text, image = alone["needed"]
    start = turns["start"]
    assert alone["second both"] - alone["start"] > 0.9 * (text + image)
    for turn in ("first", "second"):
        assert turns[turn + " text"] - start < text + KEPT
        # The text tower has left for the image tower.
        assert turns[turn + " both"] - start < image + KEPT < text + image
