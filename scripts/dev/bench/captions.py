"""Times captions at full size against transformers', in turn in one process, from the same weights.

    python scripts/dev/bench/captions.py [--model blip-large] [--tokens 24] [--runs 3] [--threads 2]

The weights are seeded random numbers, and the end is held back, so that both write the same number
of tokens. Prints medians: seconds of the image encoder, milliseconds of one greedy token, of one
step of 3 beams, and of one greedy step for 4 pictures at once; the keys and values of the pictures
are counted among the steps. With one thread it is processor time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

_torchvision = torch.library.Library("torchvision", "DEF")  # transformers imports torchvision
_torchvision.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
_torchvision.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

from transformers import BlipConfig, BlipForConditionalGeneration  # noqa: E402

import img2prompt as i2p  # noqa: E402

clock = time.perf_counter


def seconds(calls: list[Callable[[], object]], runs: int) -> list[float]:
    """The median of each call; they take turns, so that all meet the same load."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(runs):
        for call, taken in zip(calls, times):
            start = clock()
            call()
            taken.append(clock() - start)
    return [statistics.median(taken) for taken in times]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="blip-large", choices=["blip-base", "blip-large"])
    parser.add_argument("--tokens", type=int, default=24)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    if arguments.threads == 1:
        global clock
        clock = time.process_time  # other work on the machine then counts less
    torch.set_num_threads(arguments.threads)
    torch.set_grad_enabled(False)
    torch.manual_seed(0)
    card = json.loads(
        (i2p.assets.MODELS_DIRECTORY / "blip" / f"{arguments.model}.json").read_text()
    )
    parts = {part: card["config"][part] for part in ("text_config", "vision_config")}
    parts["vision_config"]["initializer_range"] = 0.02
    theirs = BlipForConditionalGeneration(BlipConfig(**parts)).eval()
    with tempfile.TemporaryDirectory() as folder:
        theirs.save_pretrained(folder)
        weights = Path(folder) / "model.safetensors"
        ours = i2p.Captioner(arguments.model, weights=weights, device="cpu")
        compare(ours, theirs, arguments)


def compare(ours: i2p.Captioner, theirs: BlipForConditionalGeneration, asked) -> None:
    side = theirs.config.vision_config.image_size
    pictures = [
        np.random.default_rng(i).integers(0, 256, (side, side, 3), np.uint8) for i in range(4)
    ]
    pixels = torch.stack([torch.from_numpy(ours._core.preprocess(p)) for p in pictures])
    print(f"{asked.model}, {asked.threads} threads, {asked.tokens} tokens, medians of {asked.runs}")
    print(f"{'':32}{'transformers':>14}{'ours':>10}{'ratio':>8}")

    def row(name: str, unit: str, pair: list[float], per: float) -> None:
        their, our = (value * per for value in pair)
        print(f"{name + ', ' + unit:32}{their:>14.2f}{our:>10.2f}{their / our:>8.2f}", flush=True)

    look = seconds(
        [lambda: theirs.vision_model(pixels[:1]), lambda: ours.encode_image(pictures[0])],
        asked.runs,
    )
    row("image encoder", "s", look, 1)
    for name, count, beams in (
        ("greedy token", 1, 1),
        ("step of 3 beams", 1, 3),
        ("4 at once", 4, 1),
    ):
        counts = {
            "max_new_tokens": asked.tokens,
            "min_length": asked.tokens + 1,
            "num_beams": beams,
        }
        tokens = theirs.vision_model(pixels[:count])[0]
        start = torch.full((count, 1), theirs.config.text_config.bos_token_id)

        def write(tokens=tokens, start=start, counts=counts) -> object:
            end = theirs.config.text_config.sep_token_id
            return theirs.text_decoder.generate(
                start, encoder_hidden_states=tokens, eos_token_id=end, pad_token_id=0, **counts
            )

        ends = {}

        def ours_writes(count=count, counts=counts, ends=ends) -> object:
            def told(stage: str, done: int, total: int) -> None:
                ends.setdefault(stage if done < total else "done " + stage, clock())

            ours.caption(pictures[:count], progress=told, **counts)
            return ends

        written: list[list[float]] = [[], []]
        for _ in range(asked.runs):
            begun = clock()
            write()
            written[0].append(clock() - begun)
            ends.clear()
            ours_writes()
            written[1].append(ends["done caption: writing"] - ends["done caption: looking"])
        row(name, "ms", [statistics.median(times) for times in written], 1e3 / asked.tokens)


if __name__ == "__main__":
    main()
