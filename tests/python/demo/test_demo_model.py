"""The bundled small model does its job, through the public API, on pictures no training saw."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from judge import BAR, held_out, names_medium, names_things

import img2prompt as i2p

DEMO = Path(__file__).resolve().parents[3] / "models" / "demo"
COUNT = 200  # pictures; of the ten styles each has about twenty
STYLE_BAR = 0.75  # no single style may be given up for the sake of the others
MOST_BYTES = 16_000_000


@pytest.fixture(scope="module")
def judged():
    """COUNT held-out pictures as uint8 [H, W, 3], and the scenes they show."""
    pictures, scenes = zip(*held_out(COUNT))
    return [np.asarray(picture) for picture in pictures], scenes


@pytest.fixture(scope="module")
def captioner():
    return i2p.Captioner(str(DEMO / "blip"), device="cpu")


@pytest.fixture(scope="module")
def engine(captioner):
    weights = str(DEMO / "clip.safetensors")
    clip = i2p.Clip(model=str(DEMO / "clip.json"), weights=weights, device="cpu")
    return i2p.Interrogator(clip=clip, captioner=captioner, labels=str(DEMO / "labels"))


def _share_right(right: list[bool], scenes) -> float:
    """The share that is right; fails when one style is far worse than the rest."""
    seen, good = Counter(), Counter()
    for was_right, scene in zip(right, scenes):
        seen[scene.medium] += 1
        good[scene.medium] += was_right
    weak = {
        style: f"{good[style]} of {n}" for style, n in seen.items() if good[style] < STYLE_BAR * n
    }
    assert not weak
    return sum(right) / len(right)


def test_captions_name_shape_and_colour(captioner, judged):
    pictures, scenes = judged
    captions = captioner.caption(pictures)
    right = [names_things(text, scene) for text, scene in zip(captions, scenes)]
    assert _share_right(right, scenes) >= BAR


def test_the_right_style_ranks_first(engine, judged):
    pictures, scenes = judged
    first = [engine.rank(picture, "mediums", 1)[0][0] for picture in pictures]
    right = [names_medium(label, scene) for label, scene in zip(first, scenes)]
    assert _share_right(right, scenes) >= BAR


def test_model_stays_small():
    assert sum(path.stat().st_size for path in DEMO.rglob("*") if path.is_file()) <= MOST_BYTES


def test_a_wrong_caption_is_found_out(judged):
    _, scenes = judged
    assert names_things(scenes[0].caption, scenes[0])
    different = next(scene for scene in scenes if scene.kinds != scenes[0].kinds)
    assert not names_things(different.caption, scenes[0])
