"""Writes models/vocab: CLIP's merges and BERT's uncased vocabulary, and prints their sha256.

The merges are the first 48,894 of bpe_simple_vocab_16e6.txt.gz in the open_clip_torch package, as
plain text; CLIP uses no more. BERT's vocabulary is copied as it is.

    python scripts/dev/make_vocab.py BERT_VOCAB.txt
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / "models/vocab"
MERGES = 49152 - 256 - 2


def main(bert_vocab: Path) -> None:
    spec = importlib.util.find_spec("open_clip")
    if spec is None or spec.origin is None:
        sys.exit("open_clip is not installed: pip install --no-deps open_clip_torch==3.3.0")
    source = Path(spec.origin).parent / "bpe_simple_vocab_16e6.txt.gz"
    lines = gzip.decompress(source.read_bytes()).split(b"\n")
    TARGET.mkdir(parents=True, exist_ok=True)
    merges, bert = TARGET / "clip_merges.txt", TARGET / "bert_base_uncased.txt"
    merges.write_bytes(b"\n".join(lines[: MERGES + 1]) + b"\n")
    bert.write_bytes(bert_vocab.read_bytes())
    for path in (source, merges, bert):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, path.name)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
