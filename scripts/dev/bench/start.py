"""Time from a new process to ready models, ViT-L-14 and BLIP-large, with the files in memory.

    python scripts/dev/bench/start.py [--runs 3] [--threads 2] [--quick]

Each start is a process of its own, ours and the reference's in turn; what clip-interrogator does
when it is made: open_clip's create_model and transformers' from_pretrained. "import" is what a
package costs beyond torch; "ready" is from there to both models made, of files with seeded random
weights; "first answers" goes on until a picture's features, a text's and a caption of one token are
there, which reads every weight once. Wall seconds, medians.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PARTS = ("import", "ready", "first answers")
SIDE = 224


def ours(folder: Path) -> list[float]:
    import torch  # noqa: F401

    times = [time.perf_counter()]
    import img2prompt as i2p

    times.append(time.perf_counter())
    clip = i2p.Clip("ViT-L-14/openai", weights=folder / "clip.safetensors", device="cpu")
    captioner = i2p.Captioner("blip-large", weights=folder / "model.safetensors", device="cpu")
    times.append(time.perf_counter())
    import numpy as np

    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    clip.encode_image(picture)
    clip.encode_text("a text")
    captioner.caption(picture, max_new_tokens=1)
    times.append(time.perf_counter())
    return times


def theirs(folder: Path) -> list[float]:
    import torch

    times = [time.perf_counter()]
    import measuring  # noqa: F401
    import open_clip
    from transformers import BlipForConditionalGeneration

    times.append(time.perf_counter())
    torch.set_grad_enabled(False)
    blip = BlipForConditionalGeneration.from_pretrained(folder, torch_dtype=torch.float32).eval()
    clip = open_clip.create_model(
        "ViT-L-14", pretrained=str(folder / "clip.safetensors"), force_quick_gelu=True
    ).eval()
    tokenize = open_clip.get_tokenizer("ViT-L-14")
    times.append(time.perf_counter())
    clip.encode_image(torch.zeros(1, 3, SIDE, SIDE))
    clip.encode_text(tokenize(["a text"]))
    side = blip.config.vision_config.image_size
    blip.generate(torch.zeros(1, 3, side, side), max_new_tokens=1)
    times.append(time.perf_counter())
    return times


def start(side: str, folder: Path, threads: int) -> list[float]:
    command = [sys.executable, __file__, "--start", side, str(folder)]
    counts = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    out = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **counts}
    ).stdout
    times = json.loads(out.strip().splitlines()[-1])
    return [after - before for before, after in zip(times, times[1:])]


def main() -> None:
    import measuring
    from measuring import Row
    from models import blip_pair, clip_pair

    asked = measuring.arguments(__doc__)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        blip_pair("blip-large", folder)
        clip_pair("ViT-L-14", folder, quick_gelu=True)
        taken: dict[str, list[list[float]]] = {"ours": [], "theirs": []}
        for _ in range(asked.runs):
            for side, times in taken.items():
                times.append(start(side, folder, asked.threads))
    print(f"{asked.threads} threads, medians of {asked.runs} in turn")
    print(measuring.HEADER)
    mine, their = (
        [statistics.median(run[i] for run in taken[side]) for i in range(len(PARTS))]
        for side in ("ours", "theirs")
    )
    measuring.told(
        Row("import beyond torch's (bar 0.3 s)", "s", mine[0], their[0], 0.3, 1, limit_target=1)
    )
    measuring.told(Row("models made, ViT-L-14 and BLIP-large", "s", mine[1], their[1], target=5))
    measuring.told(Row("first answers after that", "s", mine[2], their[2]))
    measuring.told(
        Row("from torch imported to first answers", "s", sum(mine), sum(their), target=1)
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--start"]:
        print(json.dumps((ours if sys.argv[2] == "ours" else theirs)(Path(sys.argv[3]))))
    else:
        main()
