"""How the cost grows with candidates, the length of the prompt, and pictures: docs/growth.svg.

    python scripts/dev/bench/growth.py [--runs 1] [--threads 2] [--output docs/growth.svg] [--quick]

ViT-L-14 of seeded random numbers. Candidates: a step of the phrase search behind a prompt of 30
tokens, 256 to 8192 phrases. Length: 512 phrases behind prompts of 5 to 70 tokens. Pictures: their
features, 1 to 64 at once. open_clip gets 24 texts and 2 pictures, each of which costs it the same,
and the line of it is drawn from those. With one thread it is processor time.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import measuring
import numpy as np
import open_clip
import torch
from clip_texts import PROMPT, REFERENCE_TEXTS, phrases
from measuring import Row
from models import clip_pair

import img2prompt as i2p

CANDIDATES = (256, 512, 1024, 2048, 4096, 8192)
BEHIND = 512  # phrases behind a prompt of each length
LENGTHS = (5, 10, 20, 30, 40, 50, 60, 70)
PICTURES = (1, 2, 4, 8, 16, 32, 64)
WIDTH, HEIGHT, MARGIN = 300, 210, 46  # of a panel

Points = list[tuple[float, float]]


def prompt_of(length: int) -> str:
    """A prompt of so many tokens: each of these words is one."""
    words = "a cat on the red chair with two small dogs in green grass by an old house".split()
    return " ".join(words[i % len(words)] for i in range(length))


def panel(title: str, x_name: str, y_name: str, lines: dict[str, Points], left: float) -> str:
    """A chart on two logarithmic scales."""
    xs = np.log10([x for points in lines.values() for x, _ in points])
    ys = np.log10([y for points in lines.values() for _, y in points])
    low, high = np.floor(ys.min()), np.ceil(ys.max())

    def at(x: float, y: float) -> tuple[float, float]:
        across = (np.log10(x) - xs.min()) / (xs.max() - xs.min())
        up = (np.log10(y) - low) / (high - low)
        return left + MARGIN + across * (WIDTH - MARGIN - 12), HEIGHT - MARGIN - up * (
            HEIGHT - 2 * MARGIN
        )

    def text(x: float, y: float, words: str, anchor: str = "middle", more: str = "") -> str:
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{words}</text>'

    out = [text(left + WIDTH / 2, 16, title, more=' font-weight="bold"')]
    out.append(text(left + WIDTH / 2, HEIGHT - 8, x_name))
    out.append(text(left + 4, 32, y_name, "start"))
    for power in range(int(low), int(high) + 1):
        y = at(10 ** xs.min(), 10.0**power)[1]
        out.append(
            f'<line x1="{left + MARGIN}" y1="{y:.1f}" x2="{left + WIDTH - 12}" y2="{y:.1f}" '
            'stroke="#ccc"/>'
        )
        out.append(text(left + MARGIN - 4, y + 4, f"{10.0**power:g}", "end"))
    for x in sorted({x for points in lines.values() for x, _ in points}):
        out.append(text(at(x, 1)[0], HEIGHT - MARGIN + 15, f"{x:g}"))
    for (name, points), colour, off in zip(lines.items(), ("#c0392b", "#2471a3"), (-8, 16)):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in points))
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = at(*points[len(points) // 2])
        out.append(text(x, y + off, name, more=f' fill="{colour}"'))
    return "\n".join(out)


def drawn(panels: list[str]) -> str:
    width = WIDTH * len(panels)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" '
    style = 'font-family="sans-serif" font-size="11"'
    back = f'<rect width="{width}" height="{HEIGHT}" fill="white"/>'
    return "\n".join([f"{head}{style}>", back, *panels, "</svg>"]) + "\n"


class Step(NamedTuple):
    """A point of a chart: where it stands, its row's name, the work, texts or pictures in it."""

    x: float
    name: str
    work: Callable[[], object]
    count: int


def candidates(ours: i2p.Clip, listed: list[str]) -> Iterator[Step]:
    for count in CANDIDATES:
        texts = [f"{PROMPT}, {phrase}" for phrase in listed[:count]]
        yield Step(
            count, f"a step of {count} candidates", lambda t=texts: ours.encode_text(t), count
        )


def lengths(ours: i2p.Clip, listed: list[str]) -> Iterator[Step]:
    for length in LENGTHS:
        texts = [f"{prompt_of(length)}, {phrase}" for phrase in listed[:BEHIND]]
        name = f"{BEHIND} candidates behind {length} tokens"
        yield Step(length, name, lambda t=texts: ours.encode_text(t), BEHIND)


def pictures(ours: i2p.Clip, shown: list[np.ndarray]) -> Iterator[Step]:
    for count in PICTURES:
        name = f"features of {count} pictures"
        yield Step(count, name, lambda n=count: ours.encode_image(shown[:n]), count)


def chart(
    steps: Iterator[Step], sample: Callable[[], object], sampled: int, asked, scale: float = 1
) -> dict[str, Points]:
    """The lines of a chart. `sample` is open_clip's work for `sampled` texts or pictures; seconds
    are drawn times `scale`."""
    lines: dict[str, Points] = {"open_clip": [], "img2prompt": []}
    for step in itertools.islice(steps, 3 if asked.quick else None):
        mine, their = measuring.in_turn([step.work, sample], asked.runs)
        their *= step.count / sampled
        measuring.told(Row(step.name, "s", mine, their, sample="open_clip: a sample"))
        lines["img2prompt"].append((step.x, mine * scale))
        lines["open_clip"].append((step.x, their * scale))
    return lines


def main() -> None:
    asked = measuring.arguments(__doc__, runs=1, output={"default": "docs/growth.svg"})
    with tempfile.TemporaryDirectory() as name:
        ours, theirs, _ = clip_pair("ViT-L-14", Path(name))
        listed = phrases(max(CANDIDATES))
        texts = [f"{PROMPT}, {phrase}" for phrase in listed[:REFERENCE_TEXTS]]
        few = open_clip.get_tokenizer("ViT-L-14")(texts)
        random = np.random.default_rng(0)
        shown = [random.integers(0, 256, (224, 224, 3), np.uint8) for _ in range(max(PICTURES))]
        pixels = torch.stack([torch.from_numpy(ours._core.preprocess(p)) for p in shown[:2]])
        ours.encode_text(listed[:64]), ours.encode_image(shown[0]), theirs.encode_text(few[:2])

        def read() -> object:
            return theirs.encode_text(few)

        def look() -> object:
            return theirs.encode_image(pixels)

        print(measuring.HEADER)
        step = chart(candidates(ours, listed), read, len(few), asked)
        behind = chart(lengths(ours, listed), read, len(few), asked, scale=1e3 / BEHIND)
        features = chart(pictures(ours, shown), look, len(pixels), asked)
    panels = [
        panel("One step of the search", "candidates", "seconds", step, 0),
        panel("Behind a longer prompt", "tokens", "ms a candidate", behind, WIDTH),
        panel("Features of pictures", "pictures", "seconds", features, 2 * WIDTH),
    ]
    Path(asked.output).write_text(drawn(panels))
    print(f"drawn: {asked.output}")


if __name__ == "__main__":
    main()
