"""What a picture of the toy world shows: a seeded random scene, its caption and its facts.

A scene is data only. draw.py turns it into pixels, phrases.py into label lists. Everything a
caption or a fact states can be seen in the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHAPES = ("circle", "square", "triangle", "star", "heart", "diamond", "ring", "cross")
COLOURS = {  # sRGB, 0..255
    "red": (214, 40, 40),
    "orange": (245, 130, 20),
    "yellow": (250, 214, 40),
    "green": (44, 158, 72),
    "blue": (36, 92, 208),
    "purple": (122, 52, 168),
    "pink": (246, 130, 184),
    "black": (24, 24, 28),
    "white": (250, 250, 248),
}
BACKGROUNDS = {  # sRGB, 0..255; paler or deeper than the shapes' colours so that shapes stand out
    "white": (250, 249, 245),
    "black": (22, 22, 26),
    "gray": (140, 142, 146),
    "blue": (150, 190, 235),
    "green": (176, 216, 160),
    "yellow": (250, 236, 160),
    "pink": (248, 206, 220),
}
DEEP_BACKGROUNDS = {  # what chalk boards and neon walls use
    "black": (20, 20, 24),
    "green": (24, 62, 44),
    "blue": (22, 34, 84),
}
PATTERNS = ("plain", "stripes", "dots", "checks", "grid")
MEDIUMS = {  # medium -> its line in mediums.txt
    "flat": "a flat vector illustration",
    "crayon": "a crayon drawing",
    "watercolor": "a watercolor painting",
    "pixel": "a pixel art picture",
    "mosaic": "a tile mosaic",
    "chalk": "a chalk drawing",
    "neon": "a neon sign",
    "glass": "a stained glass window",
    "collage": "a paper collage",
    "oil": "an oil painting",
}
ARTISTS = {  # how the picture is finished -> the invented artist who always does so
    "vignette": "Mira Tolven",
    "frame": "Oskar Brenn",
    "seal": "Juno Salt",
    "lamp": "Pell Arvid",
    "torn": "Tessa Quill",
    "ground": "Ivo Marn",
    "rounded": "Lumi Sand",
    "border": "Noor Hale",
}
DAMAGES = ("blur", "noise", "faded", "blocks")
NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}
PLACES = {  # place -> centre x, y as fractions of the side; x to the right, y down
    "middle": (0.5, 0.5),
    "left": (0.29, 0.5),
    "right": (0.71, 0.5),
    "top": (0.5, 0.29),
    "bottom": (0.5, 0.71),
}
_PATTERN_WORDS = {
    "plain": "",
    "stripes": " with stripes",
    "dots": " with dots",
    "checks": " with checks",
    "grid": " with a grid",
}
# (shape colour, background) that are hard to tell apart once a medium has softened them.
_CLASHES = {
    ("white", "yellow"), ("white", "pink"), ("yellow", "white"), ("pink", "white"),
    ("orange", "yellow"), ("black", "gray"), ("purple", "black"), ("pink", "gray"),
    ("white", "gray"),
}  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """One shape in the picture; lengths are fractions of the side."""

    shape: str
    colour: str
    x: float  # centre, to the right
    y: float  # centre, down
    radius: float
    angle: float  # degrees, counter-clockwise


@dataclass(frozen=True)
class Scene:
    """Everything that decides a picture; the seed also decides its texture."""

    seed: int
    medium: str
    things: tuple[Thing, ...]
    layout: str  # "single", "several", "beside" or "above"
    place: str  # of a single thing, a key of PLACES; "" for the other layouts
    size: str  # of a single thing, "small" or "large"; "" for the other layouts
    background: str
    pattern: str
    artist: str  # a key of ARTISTS, or "" when nobody finished the picture
    damage: str  # one of DAMAGES, or "" for a sound picture

    @property
    def deep(self) -> bool:
        """Whether the medium is one of light on a dark wall."""
        return self.medium in ("chalk", "neon")

    @property
    def caption(self) -> str:
        """The one sentence that names things, colours, count or place, and background."""
        return f"{_subject(self)} {background_words(self.background, self.pattern)}"

    @property
    def kinds(self) -> tuple[tuple[str, str], ...]:
        """The distinct (colour, shape) pairs, in caption order."""
        return tuple(dict.fromkeys((thing.colour, thing.shape) for thing in self.things))


def with_article(words: str) -> str:
    """Puts "a" or "an" before the words."""
    return ("an " if words[0] in "aeiou" else "a ") + words


def plural(shape: str) -> str:
    """The plural of a shape's name."""
    return shape + ("es" if shape.endswith("s") else "s")


def background_words(background: str, pattern: str) -> str:
    """The end of a caption: "on a blue background with stripes"."""
    return f"on a {background} background{_PATTERN_WORDS[pattern]}"


def _subject(scene: Scene) -> str:
    first = scene.things[0]
    name = f"{first.colour} {first.shape}"
    if scene.layout == "single":
        preposition = "in the" if scene.place == "middle" else "at the"
        return f"a {scene.size} {name} {preposition} {scene.place}"
    if scene.layout == "several":
        return f"{NUMBERS[len(scene.things)]} {first.colour} {plural(first.shape)}"
    second = with_article(f"{scene.things[1].colour} {scene.things[1].shape}")
    relation = "left of" if scene.layout == "beside" else "above"
    return f"{with_article(name)} {relation} {second}"


def random_scene(seed: int) -> Scene:
    """The scene of a seed; the same seed gives the same scene on every machine."""
    rng = np.random.default_rng([seed, 1])
    medium = _pick(rng, tuple(MEDIUMS))
    deep = medium in ("chalk", "neon")
    background = _pick(rng, tuple(DEEP_BACKGROUNDS if deep else BACKGROUNDS))
    while medium == "glass" and background == "black":  # its leads would not be seen
        background = _pick(rng, tuple(BACKGROUNDS))
    layout = _pick(rng, ("single",) * 4 + ("several",) * 4 + ("beside", "above"))
    place = size = ""
    if layout == "single":
        place, size = _pick(rng, tuple(PLACES)), _pick(rng, ("small", "large"))
        things = _single(rng, background, deep, place, size)
    elif layout == "several":
        things = _several(rng, background, deep)
    else:
        things = _pair(rng, background, deep, layout)
    return Scene(
        seed=seed, medium=medium, things=things, layout=layout, place=place, size=size,
        background=background, pattern=_pick(rng, ("plain", *PATTERNS)),
        artist=_artist(rng, background, deep) if rng.random() < 0.75 else "",
        damage=_pick(rng, DAMAGES) if rng.random() < 0.15 else "",
    )  # fmt: skip


def _pick(rng: np.random.Generator, choices: tuple[str, ...]) -> str:
    return choices[int(rng.integers(len(choices)))]


def _colour(rng: np.random.Generator, background: str, deep: bool, taken: str = "") -> str:
    """A colour that stands out from the background and differs from the one taken."""
    while True:
        colour = _pick(rng, tuple(COLOURS))
        same = colour == taken or (colour == background and background in ("white", "black"))
        dark_on_dark = deep and colour == "black"
        if not (same or dark_on_dark or (colour, background) in _CLASHES and not deep):
            return colour


def _artist(rng: np.random.Generator, background: str, deep: bool) -> str:
    """An artist whose finish can be seen on the background."""
    unseen: tuple[str, ...] = ()
    if deep or background == "black":
        unseen = ("vignette",)
    elif background == "white":
        unseen = ("frame", "torn", "rounded")
    return _pick(rng, tuple(artist for artist in ARTISTS if artist not in unseen))


def _angle(rng: np.random.Generator) -> float:
    # Small, so that a square never passes for a diamond.
    return float(rng.uniform(-10, 10))


def _single(rng, background, deep, place, size) -> tuple[Thing, ...]:
    x, y = PLACES[place]
    radius = rng.uniform(0.14, 0.17) if size == "small" else rng.uniform(0.23, 0.27)
    jitter = rng.uniform(-0.03, 0.03, 2)
    thing = Thing(
        _pick(rng, SHAPES),
        _colour(rng, background, deep),
        x + jitter[0],
        y + jitter[1],
        radius,
        _angle(rng),
    )
    return (thing,)


def _pair(rng, background, deep, layout) -> tuple[Thing, ...]:
    first, second = _pick(rng, SHAPES), _pick(rng, SHAPES)
    while second == first:
        second = _pick(rng, SHAPES)
    colour = _colour(rng, background, deep)
    other = _colour(rng, background, deep, taken=colour)
    radius = rng.uniform(0.17, 0.205)
    along, across = (0.29, 0.71), rng.uniform(0.42, 0.58, 2)
    spots = [(a, b) if layout == "beside" else (b, a) for a, b in zip(along, across)]
    return tuple(
        Thing(shape, tint, x, y, radius * rng.uniform(0.92, 1.08), _angle(rng))
        for (shape, tint), (x, y) in zip(((first, colour), (second, other)), spots)
    )


def _several(rng, background, deep) -> tuple[Thing, ...]:
    count = int(rng.integers(2, 5))
    shape, colour = _pick(rng, SHAPES), _colour(rng, background, deep)
    radius = rng.uniform(0.145, 0.17)
    spots: list[tuple[float, float]] = []
    tries = 0
    while len(spots) < count:
        x, y = rng.uniform(0.2, 0.8, 2)
        if all((x - a) ** 2 + (y - b) ** 2 > (2.2 * radius) ** 2 for a, b in spots):
            spots.append((float(x), float(y)))
        tries += 1
        if tries % 200 == 0:  # a corner was painted: start over
            spots = []
    return tuple(
        Thing(shape, colour, x, y, radius * rng.uniform(0.92, 1.05), _angle(rng)) for x, y in spots
    )
