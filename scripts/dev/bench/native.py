"""Times mode native at full size against the WebUI's own way, from the same weights.

    python scripts/dev/bench/native.py [--labels 32] [--runs 3] [--threads 2]

ViT-L-14 and BLIP base of seeded random numbers, and the lists that the WebUI fetches: artists,
flavors, mediums and movements of clip-interrogator, 1500 lines of each at most. The WebUI's way is
written out on transformers (the caption, as many tokens as its settings allow) and open_clip (the
picture, then every label anew for each picture); of the labels --labels are encoded, and each of
the others is counted as long. Ours answers a first picture, a second one with the labels in memory,
and one after a restart, with the labels on disk. Wall seconds, or processor time where there is one
thread; medians of --runs in turn.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

import measuring
import numpy as np
import open_clip
import torch
from clip_texts import lists_folder
from measuring import Row
from models import blip_pair, clip_pair
from PIL import Image
from transformers import BertTokenizer, BlipForConditionalGeneration, BlipImageProcessor

import img2prompt as i2p

CATEGORIES = ("artists", "flavors", "mediums", "movements")
OPTIONS = i2p.NativeOptions()
PROMPT = "a picture of "
SIDE = 512


class WebUi:
    """The reference: what the WebUI computes for one picture."""

    def __init__(
        self, lists: Path, clip: torch.nn.Module, blip: BlipForConditionalGeneration
    ) -> None:
        self.clip, self.blip = clip, blip
        self.clip_preprocess = open_clip.image_transform(224, is_train=False)
        self.tokenize = open_clip.get_tokenizer("ViT-L-14")
        self.blip_preprocess = BlipImageProcessor()
        self.words = BertTokenizer(
            str(i2p.assets.MODELS_DIRECTORY / "vocab" / "bert_base_uncased.txt")
        )
        self.labels = [
            line.strip()
            for name in CATEGORIES
            for line in (lists / f"{name}.txt")
            .read_text(encoding="utf-8")
            .splitlines()[: OPTIONS.dict_limit]
        ]

    def caption(self, picture: Image.Image) -> torch.Tensor:
        return self.blip.generate(
            pixel_values=self.blip_preprocess(picture, return_tensors="pt").pixel_values,
            input_ids=self.words(PROMPT, return_tensors="pt").input_ids,
            num_beams=OPTIONS.num_beams,
            min_length=OPTIONS.min_length,
            max_length=OPTIONS.max_length,
        )

    def look(self, picture: Image.Image) -> torch.Tensor:
        return self.clip.encode_image(self.clip_preprocess(picture).unsqueeze(0))

    def encode(self, labels: list[str]) -> torch.Tensor:
        return self.clip.encode_text(self.tokenize(labels))


def pictures(count: int) -> list[Image.Image]:
    random = np.random.default_rng(0)
    return [
        Image.fromarray(random.integers(0, 256, (8, 8, 3), np.uint8)).resize((SIDE, SIDE))
        for _ in range(count)
    ]


def measure(folder: Path, asked: argparse.Namespace) -> None:
    lists = folder / "interrogate"
    lists.mkdir()
    for name in CATEGORIES:
        shutil.copy(lists_folder() / f"{name}.txt", lists)
    clip, their_clip, _ = clip_pair("ViT-L-14", folder, quick_gelu=True)
    captioner, their_blip = blip_pair("blip-base", folder)
    theirs = WebUi(lists, their_clip, their_blip)

    def engine() -> i2p.Interrogator:
        return i2p.Interrogator(clip, captioner, labels=lists, cache_dir=folder / "cache")

    first, *others = pictures(1 + asked.runs)
    kept = engine()
    taken: dict[str, list[float]] = {"first": [], "second": [], "restarted": []}
    taken |= {name: [] for name in ("caption", "picture", "label")}
    taken["first"].append(measuring.seconds(lambda: kept.interrogate(first, "native")))
    theirs.look(first), theirs.encode(theirs.labels[:2])
    few = theirs.labels[:: len(theirs.labels) // asked.labels][: asked.labels]
    for picture in others:
        taken["second"].append(measuring.seconds(lambda p=picture: kept.interrogate(p, "native")))
        taken["caption"].append(measuring.seconds(lambda p=picture: theirs.caption(p)))
        taken["picture"].append(measuring.seconds(lambda p=picture: theirs.look(p)))
        taken["label"].append(measuring.seconds(lambda: theirs.encode(few)) / len(few))
        taken["restarted"].append(
            measuring.seconds(lambda p=picture: engine().interrogate(p, "native"))
        )
    report({name: statistics.median(times) for name, times in taken.items()}, theirs, asked)


def report(taken: dict[str, float], theirs: WebUi, asked: argparse.Namespace) -> None:
    count = len(theirs.labels)
    labels = count * taken["label"]
    whole = taken["caption"] + taken["picture"] + labels
    print(f"{count} labels, {asked.threads} threads, medians of {asked.runs}, seconds")
    print(f"the WebUI's way, each picture   {whole:8.1f}")
    print(f"  caption                       {taken['caption']:8.2f}")
    print(f"  picture                       {taken['picture']:8.2f}")
    print(f"  labels, from {asked.labels} of them        {labels:8.1f}")
    print(measuring.HEADER)
    sample = f"labels from {asked.labels} of them"
    for name, words, target in (
        ("first", "native, the first picture", 0),
        ("second", "native, the second picture", 100),
        ("restarted", "native, after a restart", 0),
    ):
        measuring.told(Row(words, "s", taken[name], whole, target=target, sample=sample))


def main() -> None:
    asked = measuring.arguments(
        __doc__,
        labels={"type": int, "default": 32, "help": "how many the reference encodes"},
    )
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), asked)


if __name__ == "__main__":
    main()
