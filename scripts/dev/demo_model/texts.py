"""Prompts for training CLIP: true ones of a picture, and ones with a single thing wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from phrases import NOWHERE, Facts, Table, facts_of, spoken_tables
from scene import COLOURS, SHAPES, Scene, random_scene

# What interrogators append without looking; true of no picture when it stands alone.
_SITES = (
    "artstation", "behance", "cg society", "cgsociety", "deviantart", "dribbble", "flickr",
    "instagram", "pexels", "pinterest", "pixabay", "pixiv", "polycount", "reddit",
    "shutterstock", "tumblr", "unsplash", "zbrush central",
)  # fmt: skip
_SITE_PHRASES = ("trending on {}", "featured on {}", "{}", "{} contest winner")


@dataclass(frozen=True)
class Part:
    """A caption or a phrase within a prompt."""

    text: str
    facts: Facts
    table: int  # index into TextMaker.tables, or -1 for a caption or a site


class TextMaker:
    """Makes prompts for scenes; draws its choices from one generator."""

    def __init__(self, seed: int) -> None:
        self.tables: list[Table] = spoken_tables()
        self._rng = np.random.default_rng(seed)
        self._names = [list(table) for table in self.tables]

    def site(self) -> str:
        """One of the phrases about sites."""
        form = _SITE_PHRASES[self._rng.integers(len(_SITE_PHRASES))]
        return form.format(_SITES[self._rng.integers(len(_SITES))])

    def prompt(self, scene: Scene, long: bool) -> list[Part]:
        """A prompt every part of which is true of the scene; long ones fill CLIP's 77 tokens."""
        phrases = self._true_phrases(facts_of(scene))
        caption = Part(scene.caption, frozenset({f"caption:{scene.caption}"}), -1)
        draw = self._rng.random()
        if long:
            return [caption, *phrases[: self._rng.integers(7, 19)]]
        if draw < 0.22:
            parts = [caption]
        elif draw < 0.42:
            parts = phrases[:1]
        elif draw < 0.85:
            parts = [caption, *phrases[: self._rng.integers(1, 7)]]
        else:
            parts = phrases[: self._rng.integers(2, 6)]
        if len(parts) > 1 and self._rng.random() < 0.2:
            # Beside true phrases a site says nothing, neither for nor against the picture.
            spot = int(self._rng.integers(1, len(parts) + 1))
            parts.insert(spot, Part(self.site(), frozenset(), -1))
        return parts

    def spoil(self, scene: Scene, parts: list[Part]) -> list[Part]:
        """The prompt with one part that is not true of the scene."""
        index = int(self._rng.integers(len(parts)))
        part, facts = parts[index], facts_of(scene)
        if part.table < 0:
            text = self._wrong_caption(scene)
            wrong = Part(text, frozenset({f"caption:{text}"}), -1)
            index = 0 if parts[0].table < 0 else index
        else:
            table, names = self.tables[part.table], self._names[part.table]
            text = part.text
            while table[text] <= facts:
                text = names[self._rng.integers(len(names))]
            wrong = Part(text, table[text], part.table)
        return [*parts[:index], wrong, *parts[index + 1 :]]

    def join(self, parts: list[Part]) -> tuple[str, Facts]:
        """The prompt's text and all it states."""
        text = parts[0].text
        for part in parts[1:]:
            by = part.text.startswith(("by ", "inspired by "))
            text += (" " if by and self._rng.random() < 0.5 else ", ") + part.text
        return text, frozenset().union(*(part.facts for part in parts))

    def table_columns(self, flavors: int) -> list[list[tuple[str, Facts]]]:
        """Each table's phrases; of the last and longest only `flavors`, and a few sites."""
        columns = [list(table.items()) for table in self.tables]
        rows = self._rng.permutation(len(columns[-1]))[:flavors]
        sites = [(self.site(), frozenset({NOWHERE})) for _ in range(6)]
        columns[-1] = [columns[-1][row] for row in rows] + sites
        return columns

    def _true_phrases(self, facts: Facts) -> list[Part]:
        """True phrases of all tables in random order, each table as likely to come early."""
        parts, keys = [], []
        for index, table in enumerate(self.tables):
            true = [text for text, states in table.items() if states <= facts]
            weight = 1.0 / max(len(true), 3)
            parts += [Part(text, table[text], index) for text in true]
            keys += (self._rng.random(len(true)) ** (1 / weight)).tolist()
        return [parts[i] for i in np.argsort(keys)[::-1]]

    def _wrong_caption(self, scene: Scene) -> str:
        """The caption of another scene, or of this one with one colour or shape changed."""
        if self._rng.random() < 0.3:
            text = random_scene(int(self._rng.integers(1 << 30)) + (1 << 30)).caption
            return text if text != scene.caption else text + " nowhere"
        index = int(self._rng.integers(len(scene.kinds)))
        colour, shape = scene.kinds[index]
        field, values = ("colour", COLOURS) if self._rng.random() < 0.5 else ("shape", SHAPES)
        old = colour if field == "colour" else shape
        new = [value for value in values if value != old]
        value = new[self._rng.integers(len(new))]
        things = tuple(
            replace(thing, **{field: value}) if (thing.colour, thing.shape) == (colour, shape)
            else thing for thing in scene.things
        )  # fmt: skip
        return replace(scene, things=things).caption
