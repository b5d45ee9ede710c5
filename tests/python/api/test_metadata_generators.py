"""A file for each way in which a generator writes its record, through Python and back.

scripts/dev/readers/samples.py makes them; compare.py beside it gives them to other readers, too.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest

import img2prompt as i2p

PIL = pytest.importorskip("PIL")
from PIL import Image  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts" / "dev" / "readers"))
from samples import Sample, all_samples  # noqa: E402

SAMPLES = all_samples()
assert SAMPLES
WRITTEN = "a cat, 猫\nNegative prompt: dog\nSteps: 1, Sampler: Euler, Seed: 2"


@pytest.fixture(params=SAMPLES, ids=lambda sample: f"{sample.generator}, {sample.name}")
def sample(request) -> Sample:
    return request.param


def test_the_record_is_read(sample):
    metadata = i2p.read_metadata(sample.content)
    assert metadata.generator
    assert (metadata.prompt, metadata.negative_prompt) == (sample.prompt, sample.negative_prompt)
    assert metadata.settings.get("Steps", "") == sample.steps
    assert bool(metadata.warnings) == sample.damaged


def test_its_infotext_is_read_back_to_the_same_values(sample):
    metadata = i2p.read_metadata(sample.content)
    parsed = i2p.parse_infotext(metadata.infotext)
    assert parsed.pop("Prompt") == metadata.prompt
    assert parsed.pop("Negative prompt") == metadata.negative_prompt
    assert parsed == metadata.settings


def test_a_copy_holds_no_record_or_the_one_written_and_the_same_pixels(sample):
    stripped = i2p.strip_metadata(sample.content)
    assert i2p.read_metadata(stripped, hidden="always").fields == []
    written = i2p.write_metadata(sample.content, WRITTEN)
    metadata = i2p.read_metadata(written, hidden="always")
    assert (metadata.infotext, metadata.prompt) == (WRITTEN, "a cat, 猫")
    if sample.damaged:  # which Pillow does not open
        return
    before, without, with_another = (
        np.asarray(Image.open(io.BytesIO(content)), dtype=np.int16)
        for content in (sample.content, stripped, written)
    )
    np.testing.assert_array_equal(before, with_another)
    is_hidden = "hidden" in sample.generator  # in the lowest bits, which are cleared
    assert np.abs(before - without).max() <= (1 if is_hidden else 0)
