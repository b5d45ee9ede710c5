"""CLIP at full size: features equal open_clip's, from the same seeded numbers.

One model is in memory at a time: the reference answers, its numbers go to a file, it is let go, and
ours reads the file.
"""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch

import img2prompt as i2p

from . import clip_models as models

TOLERANCE = 2e-5  # float32, features of length 1; after 24 layers they differ by 3e-7

MODELS = {
    "ViT-L-14": {"factor": 1.5, "sampled": True},
    "ViT-L-14-336": {"factor": 1.5},
    "ViT-H-14": {"factor": 1.5},
    "ViT-g-14": {"factor": 1.5},
    "ViT-bigG-14": {"factor": 1.5},
    "RN50": {"factor": 1.5, "sampled": True},
    "RN50x64": {"factor": 1.5},
}


def write_safetensors(path: Path, state: dict[str, torch.Tensor]) -> None:
    """Tensor by tensor, so that no second copy of all of them is in memory."""
    with open(path, "wb") as file:
        file.write(models.safetensors_header(state)[0])
        for tensor in state.values():
            tensor.numpy().tofile(file)


def require_room(config: dict, folder: Path) -> None:
    """Skips where a model and what its layers need fit neither memory nor disk."""
    with torch.device("meta"):
        state = open_clip.CLIP(**config).state_dict().values()
    size = sum(tensor.numel() * tensor.element_size() for tensor in state)
    lines = Path("/proc/meminfo").read_text().splitlines() if Path("/proc/meminfo").exists() else []
    free = next((int(x.split()[1]) * 1024 for x in lines if x.startswith("MemAvailable")), size * 2)
    for what, there, needed in (
        ("memory", free, int(1.15 * size) + (1 << 30)),
        ("disk", shutil.disk_usage(folder).free, size + (1 << 30)),
    ):
        if there < needed:
            pytest.skip(f"needs {needed / 1e9:.0f} GB of {what}, {there / 1e9:.0f} GB are there")


def reference_answers(config, factor, tokens, pictures, file):
    """Features of open_clip's model, and how long they took; its numbers are in `file` then."""
    model = models.open_clip_model(config, seed=7, factor=factor)
    write_safetensors(file, models.state_of(model))
    transform = open_clip.image_transform(config["vision_cfg"]["image_size"], is_train=False)
    pixels = torch.stack([transform(picture) for picture in pictures])
    start = time.monotonic()
    with torch.no_grad():
        answers = models.unit(model.encode_text(tokens)), models.unit(model.encode_image(pixels))
    return *answers, time.monotonic() - start


@pytest.mark.slow
@pytest.mark.parametrize(
    "arch",
    [pytest.param(a, marks=[pytest.mark.sampled] * ("sampled" in m)) for a, m in MODELS.items()],
)
def test_features_equal_open_clip(arch, tmp_path):
    config = {**open_clip.get_model_config(arch), "quick_gelu": arch in ("ViT-L-14", "RN50")}
    require_room(config, tmp_path)
    texts, pictures = models.texts()[::4], models.pictures(3, seed=5)
    tokens, file = open_clip.get_tokenizer(arch)(texts), tmp_path / "weights.safetensors"
    (tmp_path / "card.json").write_text(json.dumps(config))
    text, image, seconds = reference_answers(config, MODELS[arch]["factor"], tokens, pictures, file)
    clip = i2p.Clip(tmp_path / "card.json", weights=file, device="cpu")
    start = time.monotonic()
    ours = clip.encode_text(texts), clip.encode_image(pictures)
    own_seconds = time.monotonic() - start
    file.unlink()
    differences = [np.abs(mine - want).max() for mine, want in zip(ours, (text, image))]
    spreads = [np.ptp(want, axis=0).max() for want in (text, image)]
    print(
        f"{arch}: differs by {differences[0]:.1e} (texts) and {differences[1]:.1e} (pictures), "
        f"which spread over {spreads[0]:.2f} and {spreads[1]:.2f}; {own_seconds:.1f} s, "
        f"open_clip {seconds:.1f} s"
    )
    assert max(differences) < TOLERANCE and min(spreads) > 0.02
