"""Judges the bundled small model on held-out pictures, with the reference libraries.

    python evaluate.py --count 500

Exits with 1 when captions or styles fall below the bar.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from judge import BAR, held_out, names_medium, names_things
from phrases import Table, artists, facts_of, flavors, mediums, movements
from pictures import model_pixels
from reference import BlipForConditionalGeneration, load_clip, normalise, open_clip
from scene import MEDIUMS, Scene
from texts import TextMaker
from transformers import BertTokenizer

MODELS = Path(__file__).resolve().parents[3] / "models" / "demo"


@torch.no_grad()
def captions(directory: Path, pixels: torch.Tensor) -> list[str]:
    """Greedy captions of [N, 3, S, S] pixels."""
    model = BlipForConditionalGeneration.from_pretrained(directory).float().eval()
    tokenizer = BertTokenizer.from_pretrained(directory)
    ids = [model.generate(pixel_values=part, max_new_tokens=32) for part in pixels.split(50)]
    return [tokenizer.decode(row, skip_special_tokens=True).strip() for part in ids for row in part]


class Ranker:
    """CLIP features of the held-out pictures, and similarities of texts to them."""

    def __init__(self, directory: Path, pixels: torch.Tensor) -> None:
        self._model = load_clip(directory)
        self._tokenize = open_clip.get_tokenizer("ViT-B-32")
        with torch.no_grad():
            parts = [self._model.encode_image(part, normalize=True) for part in pixels.split(50)]
        self._seen = torch.cat(parts)  # [N, D], L2-normalised

    @torch.no_grad()
    def encode(self, texts: list[str]) -> torch.Tensor:
        """[M, D] float32, L2-normalised."""
        parts = [texts[i : i + 100] for i in range(0, len(texts), 100)]
        encoded = [self._model.encode_text(self._tokenize(p), normalize=True) for p in parts]
        return torch.cat(encoded)

    def table(self, texts: list[str]) -> np.ndarray:
        """[N, M]: each picture's similarity to each text."""
        return (self._seen @ self.encode(texts).T).numpy()

    def each(self, texts: list[str]) -> np.ndarray:
        """[N]: each picture's similarity to its own text."""
        return (self._seen * self.encode(texts)).sum(1).numpy()


def first_right(ranker: Ranker, table: Table, scenes: list[Scene], prefix: str = "") -> float:
    """The share of pictures with a true phrase in the table whose first phrase is true."""
    labels = list(table)
    first = ranker.table([prefix + label for label in labels]).argmax(1)
    facts = [facts_of(scene) for scene in scenes]
    judged = [
        table[labels[index]] <= of
        for index, of in zip(first, facts)
        if any(states <= of for states in table.values())
    ]
    return float(np.mean(judged))


def report_prompts(ranker: Ranker, scenes: list[Scene]) -> None:
    """Prints how similarity answers to right and wrong phrases."""
    maker = TextMaker(seed=7)
    for long in (False, True):
        prompts = [maker.prompt(scene, long) for scene in scenes]
        wrong = [maker.spoil(*pair) for pair in zip(scenes, prompts)]
        right = ranker.each([maker.join(parts)[0] for parts in prompts])
        worse = ranker.each([maker.join(parts)[0] for parts in wrong])
        kind = "long" if long else "short"
        print(
            f"a {kind} true prompt beats itself with one thing wrong: "
            f"{np.mean(right > worse):.1%} (mean {right.mean():.3f} and {worse.mean():.3f})"
        )
    chains = [[scene.caption, MEDIUMS[scene.medium]] for scene in scenes]
    alone = ranker.each([caption for caption, _ in chains])
    more = ranker.each([", ".join(chain) for chain in chains])
    print(f"the caption gains from its medium: {np.mean(more > alone):.1%}")


def report_captions(texts: list[str], scenes: list[Scene], show: int) -> float:
    """Prints caption figures; returns the share that names every shape and colour."""
    pairs = list(zip(texts, scenes))
    named = [names_things(text, scene) for text, scene in pairs]
    missed = [(text, scene) for (text, scene), good in zip(pairs, named) if not good]
    for text, scene in missed[:show]:
        print(f"  {scene.seed} {scene.medium} {scene.damage}: {scene.caption!r} -> {text!r}")
    print(f"captions equal to the drawn one: {np.mean([t == s.caption for t, s in pairs]):.1%}")
    print(f"captions that name every shape and colour: {np.mean(named):.1%}")
    return float(np.mean(named))


def report_ranks(ranker: Ranker, scenes: list[Scene]) -> float:
    """Prints ranking figures; returns the share whose style ranks first."""
    labels = list(mediums())
    first = ranker.table(labels).argmax(1)
    right = [names_medium(labels[i], scene) for i, scene in zip(first, scenes)]
    for name, table, prefix in (
        ("movements", movements(), ""),
        ("artists", artists(), "by "),
        ("flavors", flavors(), ""),
    ):
        print(f"first of {name} is right: {first_right(ranker, table, scenes, prefix):.1%}")
    print(f"the right style ranks first: {np.mean(right):.1%}")
    return float(np.mean(right))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, default=MODELS, help="directory")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--side", type=int, default=192, help="pixels the pictures are drawn at")
    parser.add_argument("--show", type=int, default=10, help="captions to show that are wrong")
    options = parser.parse_args()
    torch.set_num_threads(1)
    pictures, scenes = zip(*held_out(options.count, options.side))
    pixels = normalise(np.stack([model_pixels(picture) for picture in pictures]))
    named = report_captions(captions(options.models / "blip", pixels), scenes, options.show)
    ranker = Ranker(options.models, pixels)
    report_prompts(ranker, scenes)
    styled = report_ranks(ranker, scenes)
    print(f"{options.count} held-out pictures; the bar is {BAR:.0%}")
    sys.exit(min(named, styled) < BAR)


if __name__ == "__main__":
    main()
