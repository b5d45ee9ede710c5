"""DeepDanbooru on an accelerator beside ours on the CPU, which equals the published model."""

from __future__ import annotations

import numpy as np
import pytest
from parity import deepdanbooru_models as models
from parity.clip_models import pictures

import img2prompt as i2p

# Probabilities, of logits of some tens: float32 sums in another order on another device.
TOLERANCE = 2e-5
# float16 keeps 11 bits, of maps of up to 34 layers.
HALF_TOLERANCE = 0.03
TAGS = [f"tag_{i}" for i in range(40)]


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    model = models.seeded(models.SMALL, len(TAGS), 128, seed=2)
    return models.save(tmp_path_factory.mktemp("tagger"), model, TAGS, 128)


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float32", TOLERANCE), ("float16", HALF_TOLERANCE)]
)
def test_probabilities_equal_the_cpus(device, card, dtype, tolerance):
    some = pictures(11, seed=4)  # more than are computed together
    want = i2p.Tagger(card, device="cpu").probabilities(some)
    got = i2p.Tagger(card, device=device, dtype=dtype).probabilities(some)
    np.testing.assert_allclose(got, want, rtol=0, atol=tolerance)
    assert np.ptp(want, axis=0).max() > 0.1


def test_memory_is_given_back(device, card):
    tagger = i2p.Tagger(card, device=device)
    tagger.probabilities(pictures(1, seed=4))
    assert tagger.memory()[0].bytes == tagger.memory()[0].needed_bytes > 0
    tagger.unload()
    assert tagger.memory()[0].bytes == 0
