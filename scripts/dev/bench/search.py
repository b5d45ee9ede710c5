"""What the ways to search for a prompt reach with the bundled small model, on held-out pictures.

    python scripts/dev/bench/search.py [--runs 50] [--quick]

--runs pictures, mode best, the caption model's captions. For each way: texts compared with a
picture, seconds, the similarity reached by the chain, and both beside the exact search over the
whole pool. Beams are also given a pool as much smaller as they are many, which costs the same.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import measuring
import numpy as np

import img2prompt as i2p
from img2prompt.assets import DEMO_DIRECTORY

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

WAYS = (
    ("exact", {}, 1),
    ("lazy", {"search": "lazy"}, 1),
    ("2 beams", {"chain_beams": 2}, 1),
    ("4 beams", {"chain_beams": 4}, 1),
    ("2 beams, half of the pool", {"chain_beams": 2}, 2),
    ("4 beams, a quarter of the pool", {"chain_beams": 4}, 4),
    ("lazy, 2 beams", {"search": "lazy", "chain_beams": 2}, 1),
    ("lazy, 4 beams", {"search": "lazy", "chain_beams": 4}, 1),
)


def main() -> None:
    asked = measuring.arguments(__doc__, runs=50)
    from compare_selection import held_out

    measuring.set_threads(1)  # products this small only lose by being shared out
    clip, captioner = i2p.Clip("demo", device="cpu"), i2p.Captioner("demo", device="cpu")
    labels = DEMO_DIRECTORY / "labels"
    whole = sum(len(path.read_text().splitlines()) for path in labels.glob("*.txt"))
    engines = {
        part: i2p.Interrogator(clip, labels=labels, cache_dir="", pool_size=max(1, whole // part))
        for part in {part for _, _, part in WAYS}
    }
    pictures = list(held_out(5 if asked.quick else asked.runs))
    captions = captioner.caption(pictures)
    for engine in engines.values():
        engine.interrogate(pictures[0], "fast", caption=captions[0])  # loads the tables
    rows: dict[str, list[tuple[float, float, float]]] = {name: [] for name, _, _ in WAYS}
    for picture, caption in zip(pictures, captions):
        for name, options, part in WAYS:
            begun = time.process_time()
            result = engines[part].interrogate(picture, "best", caption=caption, **options)
            taken = time.process_time() - begun
            rows[name].append((result.evaluations, taken, result.score))
    print(f"{len(pictures)} pictures, {whole} labels; means, processor time of one thread")
    print(f"{'':34}{'texts':>9}{'of exact':>10}{'s':>8}{'similarity':>12}{'of exact':>10}")
    base = np.mean(rows["exact"], 0)
    for name, taken in rows.items():
        texts, seconds, score = np.mean(taken, 0)
        print(
            f"{name:34}{texts:9.0f}{100 * texts / base[0]:9.1f}%{seconds:8.3f}{score:12.4f}"
            f"{100 * score / base[2]:9.2f}%"
        )


if __name__ == "__main__":
    main()
