"""How captions and rankings of held-out pictures are judged."""

from __future__ import annotations

import re

from draw import HELD_OUT_SEED, draw
from PIL import Image
from scene import COLOURS, MEDIUMS, SHAPES, Scene, plural

BAR = 0.9  # the share of held-out pictures that each judgement must reach

_SINGULAR = {word: shape for shape in SHAPES for word in (shape, plural(shape))}
_NAMED = re.compile(rf"\b({'|'.join(COLOURS)}) ({'|'.join(sorted(_SINGULAR, key=len)[::-1])})\b")


def held_out(count: int, side: int = 192) -> list[tuple[Image.Image, Scene]]:
    """Pictures no training saw, with what they show."""
    return [draw(seed, side) for seed in range(HELD_OUT_SEED, HELD_OUT_SEED + count)]


def names_things(caption: str, scene: Scene) -> bool:
    """Whether the caption names every thing's shape and colour, and no thing besides."""
    named = {(colour, _SINGULAR[word]) for colour, word in _NAMED.findall(caption)}
    return named == set(scene.kinds)


def names_medium(label: str, scene: Scene) -> bool:
    """Whether the label of mediums.txt is the one the picture is drawn in."""
    return label == MEDIUMS[scene.medium]
