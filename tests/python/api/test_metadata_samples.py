"""Files as generators in the wild wrote them, where a collection is at hand.

IMG2PROMPT_SAMPLES names a folder with index.json: a list of objects with "file" and, where known,
"generator" and "raw_infotext", the text or its beginning.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import img2prompt as i2p

FOLDER = os.environ.get("IMG2PROMPT_SAMPLES", "")
INDEX = Path(FOLDER, "index.json") if FOLDER else None
SAMPLES = json.loads(INDEX.read_text(encoding="utf-8")) if INDEX and INDEX.is_file() else []

pytestmark = pytest.mark.skipif(not SAMPLES, reason="IMG2PROMPT_SAMPLES names no collection")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["file"])
def test_a_sample_is_read_without_damage(sample):
    path = Path(FOLDER, sample["file"])
    metadata = i2p.read_metadata(path)
    assert metadata.warnings == []
    assert metadata.width > 0 and metadata.height > 0
    if "C2PA" in sample.get("generator", ""):
        assert metadata.provenance["source"] == "C2PA"
        assert metadata.provenance["claim_generator"] and metadata.provenance["signed_by"]
    if "raw_infotext" in sample and metadata.generator == "a1111":
        assert metadata.infotext.startswith(sample["raw_infotext"])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["file"])
def test_a_copy_of_a_sample_holds_no_record_or_the_one_written(sample):
    path = Path(FOLDER, sample["file"])
    assert i2p.read_metadata(i2p.strip_metadata(path)).fields == []
    text = "a cat\nSteps: 1, Seed: 2, Model: m"
    assert i2p.read_metadata(i2p.write_metadata(path, text)).infotext == text


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["file"])
def test_the_infotext_of_a_sample_is_read_back_to_the_same_values(sample):
    metadata = i2p.read_metadata(Path(FOLDER, sample["file"]))
    if not metadata.infotext:
        pytest.skip("no generator's record")
    parsed = i2p.parse_infotext(metadata.infotext)
    assert parsed.pop("Prompt") == metadata.prompt
    assert parsed.pop("Negative prompt") == metadata.negative_prompt
    assert parsed == metadata.settings
