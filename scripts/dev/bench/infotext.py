"""Time to take an infotext apart: ours against the regular expression that states the same rules.

    python scripts/dev/bench/infotext.py

The hostile texts have one line on which the expression is quadratic; ours is linear, so its time
doubles with the length. Median of the repetitions, in milliseconds.
"""

from __future__ import annotations

import re
import time

import img2prompt as i2p

RULE = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^"\\])+"|[^,]*)(?:,|$)')
ORDINARY = (
    "a cat on a roof, masterpiece, best quality, (red sky:1.2), <lora:night:0.8>\n"
    "Negative prompt: bad hands, ugly, blurry, watermark\n"
    "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 965400086, "
    "Size: 512x768, Model hash: 6ce0161689, Model: v1-5-pruned, Denoising strength: 0.7, "
    'Hires prompt: "a cat, a roof", Hires upscale: 2, Version: v1.10.0'
)


def median_ms(work, argument: str, budget_s: float = 1.0) -> float:
    """At least once, then for as long as the budget lasts."""
    times = []
    end = time.perf_counter() + budget_s
    while not times or (time.perf_counter() < end and len(times) < 2000):
        start = time.perf_counter()
        work(argument)
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2] * 1e3


def main() -> None:
    print(f"{'text':<28}{'characters':>11}{'ours, ms':>12}{'regex, ms':>12}")
    texts = {"an ordinary infotext": ORDINARY}
    for length in (5_000, 10_000, 20_000, 40_000):
        texts[f"'a a a ...' {length}"] = "a " * (length // 2)
    for name, text in texts.items():
        last = text.strip().split("\n")[-1]
        ours = median_ms(i2p.parse_infotext, text)
        theirs = "not run" if len(text) > 10_000 else f"{median_ms(RULE.findall, last):.4f}"
        print(f"{name:<28}{len(text):>11}{ours:>12.4f}{theirs:>12}")


if __name__ == "__main__":
    main()
