"""Time to encode texts at ViT-L-14's size: ours, packed as tries, against open_clip.

    python scripts/dev/bench/clip_texts.py [--texts 2048] [--runs 3] [--threads 2] [--quick]

Seeded random weights. "chain step" is a step of the phrase search (a prompt of 30 tokens, --texts
phrases after it), "labels" as many phrases alone; phrases are clip-interrogator's flavors.
open_clip gets 24 of them, since each costs it the same. The limit is the time that the layers'
products over the trie's nodes take at the machine's own rate, measured in the same run; the last
layer is counted for the ends of texts alone, as nothing else of it is needed.
"""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path

import measuring
import open_clip
from measuring import Row
from models import clip_pair

PROMPT = (
    "there is a woman with a flower crown on her head, with depth of field, earthy tones, "
    "marigold, portrait of a cute woman"
)
REFERENCE_TEXTS = 24


def lists_folder() -> Path:
    """Of clip-interrogator's labels; nothing of it is imported."""
    spec = importlib.util.find_spec("clip_interrogator")
    return Path(spec.submodule_search_locations[0]) / "data"


def phrases(count: int) -> list[str]:
    path = lists_folder() / "flavors.txt"
    return path.read_text(encoding="utf-8", errors="replace").split("\n")[:count]


def nodes_of(tokens) -> tuple[int, int]:
    """Nodes of the trie of all texts, and how many of them are ends."""
    seen, ends = set(), set()
    for row in tokens:
        length = int(row.argmax()) + 1
        seen.update(tuple(row[:end]) for end in range(1, length + 1))
        ends.add(tuple(row[:length]))
    return len(seen), len(ends)


def text_flops(tokens, width: int, layers: int) -> float:
    """Operations of the layers' products: 12 width^2 parameters a layer, 2 of them in the last one
    (keys and values) for all nodes, the other 10 for the ends."""
    nodes, ends = nodes_of(tokens)
    return 2.0 * width * width * (nodes * (12 * (layers - 1) + 2) + 10 * ends)


def main() -> None:
    asked = measuring.arguments(__doc__, texts={"type": int, "default": 2048})
    listed = phrases(asked.texts)
    sets = {
        "chain step": ([f"{PROMPT}, {phrase}" for phrase in listed], 20),
        "labels": (listed, 25),
    }
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs, config = clip_pair("ViT-L-14", Path(folder))
        tokenize = open_clip.get_tokenizer("ViT-L-14")
        text = config["text_cfg"]
        print(f"{asked.threads} threads, medians of {asked.runs} in turn, milliseconds a text")
        print(measuring.HEADER)
        for name, (texts, target) in sets.items():
            few = tokenize(texts[:REFERENCE_TEXTS])
            flops = text_flops(ours.tokenize(texts), text["width"], text["layers"])
            ours.encode_text(texts[:64])
            theirs.encode_text(few[:4])
            rates = []

            def rate(rates=rates):
                rates.append(measuring.gemm_rate(2048, text["width"], 4))

            mine, their, _ = measuring.in_turn(
                [
                    lambda texts=texts: ours.encode_text(texts),
                    lambda few=few: theirs.encode_text(few),
                    rate,
                ],
                asked.runs,
            )
            measuring.told(
                Row(
                    f"{name}, {len(texts)} texts",
                    "ms",
                    1e3 * mine / len(texts),
                    1e3 * their / len(few),
                    1e3 * flops / max(rates) / len(texts),
                    target=target,
                    limit_target=0.8,
                    sample=f"open_clip: {len(few)} texts",
                )
            )


if __name__ == "__main__":
    main()
