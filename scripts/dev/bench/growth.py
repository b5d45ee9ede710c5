"""How the cost grows with candidates, the length of the prompt, and pictures: docs/growth.svg.

    python scripts/dev/bench/growth.py [--runs 1] [--threads 2] [--output docs/growth.svg] [--quick]

ViT-L-14 of seeded random numbers. Candidates: a step of the phrase search behind a prompt of 30
tokens, 256 to 8192 phrases. Length: 512 phrases behind prompts of 5 to 70 tokens. Pictures: their
features, 1 to 64 at once. open_clip gets 24 texts and 2 pictures, each of which costs it the same,
and the line of it is drawn from those. With one thread it is processor time.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import measuring
import numpy as np
import open_clip
import torch
from clip_texts import PROMPT, REFERENCE_TEXTS, models, phrases
from measuring import Row

CANDIDATES = (256, 512, 1024, 2048, 4096, 8192)
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


def main() -> None:
    asked = measuring.arguments(__doc__, runs=1, output={"default": "docs/growth.svg"})
    cut = 3 if asked.quick else None
    with tempfile.TemporaryDirectory() as name:
        ours, theirs, _ = models(Path(name))
        tokenize = open_clip.get_tokenizer("ViT-L-14")
        listed = phrases(max(CANDIDATES))
        few = tokenize([f"{PROMPT}, {phrase}" for phrase in listed[:REFERENCE_TEXTS]])
        random = np.random.default_rng(0)
        shown = [random.integers(0, 256, (224, 224, 3), np.uint8) for _ in range(max(PICTURES))]
        pixels = torch.stack([torch.from_numpy(ours._core.preprocess(p)) for p in shown[:2]])
        ours.encode_text(listed[:64]), ours.encode_image(shown[0]), theirs.encode_text(few[:2])

        def timed(mine, their, per: int, name: str) -> tuple[float, float]:
            seconds, reference = measuring.in_turn([mine, their], asked.runs)
            measuring.told(Row(name, "s", seconds, reference * per, sample="open_clip: a sample"))
            return seconds, reference * per

        print(measuring.HEADER)
        charts = []
        lines: dict[str, Points] = {"open_clip": [], "img2prompt": []}

        def add(x: float, times: tuple[float, float], scale: float = 1) -> None:
            lines["img2prompt"].append((x, times[0] * scale))
            lines["open_clip"].append((x, times[1] * scale))

        for count in CANDIDATES[:cut]:
            texts = [f"{PROMPT}, {phrase}" for phrase in listed[:count]]
            add(
                count,
                timed(
                    lambda texts=texts: ours.encode_text(texts),
                    lambda: theirs.encode_text(few),
                    count / REFERENCE_TEXTS,
                    f"a step of {count} candidates",
                ),
            )
        charts.append(panel("One step of the search", "candidates", "seconds", lines, 0))
        lines = {"open_clip": [], "img2prompt": []}
        for length in LENGTHS[:cut]:
            texts = [f"{prompt_of(length)}, {phrase}" for phrase in listed[:512]]
            times = timed(
                lambda texts=texts: ours.encode_text(texts),
                lambda: theirs.encode_text(few),
                512 / REFERENCE_TEXTS,
                f"512 candidates behind {length} tokens",
            )
            add(length, times, 1e3 / 512)
        charts.append(panel("Behind a longer prompt", "tokens", "ms a candidate", lines, WIDTH))
        lines = {"open_clip": [], "img2prompt": []}
        for count in PICTURES[:cut]:
            add(
                count,
                timed(
                    lambda count=count: ours.encode_image(shown[:count]),
                    lambda: theirs.encode_image(pixels),
                    count / len(pixels),
                    f"features of {count} pictures",
                ),
            )
        charts.append(panel("Features of pictures", "pictures", "seconds", lines, 2 * WIDTH))
    Path(asked.output).write_text(drawn(charts))
    print(f"drawn: {asked.output}")


if __name__ == "__main__":
    main()
