"""Time to encode texts at ViT-L-14's size: ours, packed as tries, against open_clip.

    python scripts/dev/bench/clip_texts.py [TEXTS]

Seeded random weights. "step" is a step of the phrase search (one prompt, TEXTS phrases after it,
2048 unless said), "labels" as many phrases alone; phrases are clip-interrogator's flavors.
open_clip gets 24 of them, since each costs it the same. Wall time on all cores, in turn, median of
three.
"limit" is the time that the products over the trie's nodes take at the machine's own rate, measured
in the same run.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import torch

# open_clip imports torchvision, whose compiled part may be built for another torch; none is needed.
_torchvision = torch.library.Library("torchvision", "DEF")
_torchvision.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
_torchvision.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import clip_interrogator  # noqa: E402
import open_clip  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

import img2prompt as i2p  # noqa: E402

PROMPT = (
    "there is a woman with a flower crown on her head, with depth of field, earthy tones, "
    "marigold, portrait of a cute woman"
)
REFERENCE_TEXTS = 24


def seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def product_seconds(rows: int, width: int, layers: int) -> float:
    """What the layers' products over `rows` rows take at the best rate seen."""
    x, weight = torch.randn(2048, width), torch.randn(4 * width, width)
    product = torch.ops.mkldnn._linear_pointwise
    best = min(seconds(lambda: product(x, weight, None, "none", [], "")) for _ in range(10))
    return best / (2048 * 4) * rows * 12 * layers


def nodes_of(tokens) -> int:
    """Nodes of the trie of all texts."""
    seen = set()
    for row in tokens:
        length = int(row.argmax()) + 1
        seen.update(tuple(row[:end]) for end in range(1, length + 1))
    return len(seen)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2048
    torch.set_grad_enabled(False)
    torch.manual_seed(1)
    config = open_clip.get_model_config("ViT-L-14")
    reference = open_clip.CLIP(**config).eval()
    flavors = Path(clip_interrogator.__file__).parent / "data" / "flavors.txt"
    phrases = flavors.read_text(encoding="utf-8", errors="replace").split("\n")[:count]
    sets = {"step": [f"{PROMPT}, {phrase}" for phrase in phrases], "labels": phrases}
    with tempfile.TemporaryDirectory() as folder:
        card, weights = Path(folder) / "card.json", Path(folder) / "weights.safetensors"
        card.write_text(json.dumps(config))
        state = {n: t.contiguous() for n, t in reference.state_dict().items() if n != "attn_mask"}
        save_file(state, weights)
        ours = i2p.Clip(card, weights=weights, device="cpu")
        tokenize = open_clip.get_tokenizer("ViT-L-14")
        print(f"{'texts':<8}{'number':>7}{'nodes':>7}{'ours, s':>9}{'limit, s':>9}", end="")
        print(f"{'ours, ms':>10}{'open_clip, ms':>15}{'times':>7}")
        for name, texts in sets.items():
            few, nodes = tokenize(texts[:REFERENCE_TEXTS]), nodes_of(ours.tokenize(texts))
            ours.encode_text(texts[:64]), reference.encode_text(few[:4])
            rounds = []
            for _ in range(3):
                mine = seconds(lambda texts=texts: ours.encode_text(texts))
                theirs = seconds(lambda few=few: reference.encode_text(few)) / len(few)
                rounds.append((theirs / mine * len(texts), mine, theirs))
            times, mine, theirs = sorted(rounds)[1]
            limit = product_seconds(nodes, config["text_cfg"]["width"], 12)
            print(f"{name:<8}{len(texts):>7}{nodes:>7}{mine:>9.2f}{limit:>9.2f}", end="")
            print(f"{1e3 * mine / len(texts):>10.2f}{1e3 * theirs:>15.1f}{times:>7.1f}")


if __name__ == "__main__":
    main()
