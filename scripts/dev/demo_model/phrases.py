"""The label lists of the toy world, and which facts each of their lines states.

    python phrases.py --out ../../../models/demo/labels

A phrase is true of a picture when every fact it states is among the picture's facts. A phrase
with the fact NOWHERE is a distractor: true of no picture.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from scene import (
    ARTISTS,
    BACKGROUNDS,
    COLOURS,
    MEDIUMS,
    NUMBERS,
    PATTERNS,
    SHAPES,
    Scene,
    plural,
)

NOWHERE = "nowhere"  # a fact that no picture has
Facts = frozenset[str]
Table = dict[str, Facts]  # phrase -> the facts it states

MOVEMENTS = {
    "plain": "emptyism",
    "stripes": "stripism",
    "dots": "dotism",
    "checks": "checkerism",
    "grid": "gridism",
}
_WARM, _COOL = ("red", "orange", "yellow", "pink"), ("green", "blue", "purple")
_OTHER_MEDIUMS = (
    "a photograph", "a marble sculpture", "a pencil sketch", "a woodcut", "an embroidery",
    "a 3d render", "a charcoal study", "a bronze relief", "a comic page", "a fresco",
)  # fmt: skip
_OTHER_MOVEMENTS = (
    "baroque", "cubism", "surrealism", "impressionism", "realism", "romanticism", "art deco",
    "futurism",
)  # fmt: skip
_OTHER_ARTISTS = ("Abel Crane", "Dora Finch", "Hugo Wick", "Nela Stroud", "Remo Vance", "Yara Holm")
_MANNERS = {
    "vignette": ("dark corners", "heavy vignette"),
    "frame": ("thin white frame", "white line around the picture"),
    "seal": ("red seal in the corner", "stamped with a red seal"),
    "lamp": ("warm light from the upper left", "golden glow"),
    "torn": ("torn white edges", "ragged paper edge"),
    "ground": ("brown ground", "dark strip along the bottom"),
    "rounded": ("rounded corners", "soft white corners"),
    "border": ("thick blue border", "blue double border"),
}
_SURFACES = {
    "flat": ("clean edges", "solid fill"),
    "crayon": ("waxy strokes", "drawn on paper with wax"),
    "watercolor": ("soft washes", "bleeding paint"),
    "pixel": ("chunky pixels", "8 bit game sprite"),
    "mosaic": ("small square tiles", "pale grout"),
    "chalk": ("chalk dust", "school blackboard"),
    "neon": ("glowing tubes", "light in the dark"),
    "glass": ("dark lead lines", "colored panes"),
    "collage": ("cut paper edges", "paper shadows"),
    "oil": ("thick brush strokes", "dabs of paint"),
}
_PATTERN_PHRASES = {
    "plain": ("plain backdrop", "empty background"),
    "stripes": ("striped backdrop", "diagonal stripes"),
    "dots": ("dotted backdrop", "polka dots"),
    "checks": ("checkered backdrop", "checkerboard"),
    "grid": ("grid paper", "crossing lines"),
}
_PLACE_PHRASES = {
    "middle": ("centered composition", "in the very middle"),
    "left": ("on the left side", "empty space on the right"),
    "right": ("on the right side", "empty space on the left"),
    "top": ("near the top", "empty space below"),
    "bottom": ("near the bottom", "empty space above"),
}
_OTHER_FLAVORS = (
    "city skyline", "portrait of a woman", "misty mountains", "steam locomotive", "sleeping cat",
    "ocean waves", "snowy forest", "racing car", "bowl of fruit", "medieval castle", "space ship",
    "crowded market", "cherry blossoms", "desert road", "old lighthouse", "rainy street",
    "smiling child", "herd of horses", "crystal cave", "burning candle", "wooden table",
    "long beard", "silk dress", "silver armor", "foggy harbor", "sand dunes", "tall grass",
    "glass of wine", "flying bird", "deep ocean", "autumn leaves", "marble floor",
)  # fmt: skip
_DAMAGE_PHRASES = {
    "blur": ("blurry", "out of focus", "motion blur"),
    "noise": ("noise", "grainy", "noisy image"),
    "faded": ("low contrast", "washed out", "faded colors"),
    "blocks": ("jpeg artifacts", "compression artifacts", "blocky image"),
}
_OTHER_NEGATIVES = (
    "watermark", "signature", "username", "extra fingers", "bad anatomy", "deformed hands",
    "ugly face", "duplicate", "mutated", "cropped head",
)  # fmt: skip


def facts_of(scene: Scene) -> Facts:
    """Everything that holds for a picture, as strings like "colour:red"."""
    colours = {thing.colour for thing in scene.things}
    facts = {f"colour:{colour}" for colour in colours}
    facts |= {f"shape:{thing.shape}" for thing in scene.things}
    facts |= {f"object:{colour} {shape}" for colour, shape in scene.kinds}
    facts |= {
        f"medium:{scene.medium}",
        f"background:{scene.background}",
        f"pattern:{scene.pattern}",
        f"layout:{scene.layout}",
        f"caption:{scene.caption}",
    }
    facts.add(f"artist:{scene.artist}")
    facts.add(f"damage:{scene.damage}")
    facts.add("spoiled" if scene.damage else "sound")
    facts.add("dark" if scene.deep or scene.background == "black" else "bright")
    if scene.layout in ("single", "several"):
        facts.add(f"count:{len(scene.things)}")
    if scene.layout == "single":
        facts |= {f"place:{scene.place}", f"size:{scene.size}"}
    if colours <= set(_WARM):
        facts.add("warm")
    if colours <= set(_COOL):
        facts.add("cool")
    return frozenset(facts)


def _states(*facts: str) -> Facts:
    return frozenset(facts)


def _nowhere(phrases: tuple[str, ...]) -> Table:
    return dict.fromkeys(phrases, _states(NOWHERE))


def _each(fact: str, table: dict[str, tuple[str, ...]]) -> Table:
    return {
        phrase: _states(f"{fact}:{key}") for key, phrases in table.items() for phrase in phrases
    }


def mediums() -> Table:
    """The drawing styles, then styles no picture is in."""
    real = {label: _states(f"medium:{medium}") for medium, label in MEDIUMS.items()}
    return real | _nowhere(_OTHER_MEDIUMS)


def movements() -> Table:
    """A movement a background pattern, then movements no picture belongs to."""
    real = {MOVEMENTS[pattern]: _states(f"pattern:{pattern}") for pattern in PATTERNS}
    return real | _nowhere(_OTHER_MOVEMENTS)


def artists() -> Table:
    """The invented artists by their habit, then invented artists without a picture."""
    real = {name: _states(f"artist:{habit}") for habit, name in ARTISTS.items()}
    return real | _nowhere(_OTHER_ARTISTS)


def negative() -> Table:
    """Words for spoiled pictures, then faults no picture has."""
    general = dict.fromkeys(("low quality", "worst quality", "bad picture"), _states("spoiled"))
    return _each("damage", _DAMAGE_PHRASES) | general | _nowhere(_OTHER_NEGATIVES)


def flavors() -> Table:
    """Phrases for colours, shapes, counts, places, backgrounds, surfaces and habits."""
    table: Table = {}
    for colour in COLOURS:
        table[f"touches of {colour}"] = _states(f"colour:{colour}")
        for shape in SHAPES:
            table[f"{colour} {shape}"] = _states(f"object:{colour} {shape}")
    for count, number in list(NUMBERS.items())[1:]:
        table[f"{number} of a kind"] = _states(f"count:{count}")
        for shape in SHAPES:
            states = _states(f"count:{count}", f"shape:{shape}")
            table[f"{number} {plural(shape)}"] = states
    for background in BACKGROUNDS:
        table[f"{background} background"] = _states(f"background:{background}")
    table |= _each("pattern", _PATTERN_PHRASES) | _each("place", _PLACE_PHRASES)
    table |= _each("medium", _SURFACES) | _each("artist", _MANNERS)
    table |= {
        "a single shape": _states("count:1"),
        "large shape": _states("size:large"),
        "small shape": _states("size:small"),
        "side by side": _states("layout:beside"),
        "one above the other": _states("layout:above"),
        "dark mood": _states("dark"),
        "bright mood": _states("bright"),
        "warm colors": _states("warm"),
        "cool colors": _states("cool"),
        "sharp and clean": _states("sound"),
    }
    return table | _nowhere(_OTHER_FLAVORS)


TABLES = {
    "artists": artists,
    "flavors": flavors,
    "mediums": mediums,
    "movements": movements,
    "negative": negative,
}


def spoken_tables() -> list[Table]:
    """The tables as an interrogator says them: artists as "by X" and "inspired by X"."""
    names = artists()
    by = {
        f"{word} {name}": states for word in ("by", "inspired by") for name, states in names.items()
    }
    return [mediums(), movements(), by, negative(), flavors()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="directory")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, table in TABLES.items():
        lines = list(table())
        (options.out / f"{name}.txt").write_text("\n".join(lines) + "\n")
        print(f"{name}.txt: {len(lines)} lines")


if __name__ == "__main__":
    main()
