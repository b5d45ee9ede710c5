"""Captions on an accelerator beside transformers 4.57 on the CPU."""

from __future__ import annotations

import numpy as np
import pytest
from parity import blip_models as models
from parity.clip_models import pictures

import img2prompt as i2p

# Image tokens have size 1; float32 sums in another order on another device, layer after layer.
TOLERANCE = 2e-4
CLOSEST_CHOICE = 1e-2  # of scores; what float32 can turn is smaller by far


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return models.save(tmp_path_factory.mktemp("blip"), models.seeded_model(seed=5))


@pytest.fixture(scope="module")
def reference(folder):
    return models.Reference(folder)


@pytest.fixture(scope="module")
def clear_pictures(reference):
    """Those whose captions hang on no narrow choice."""
    some = [p for p in pictures(12, seed=2) if reference.narrowest_choice(p, 12) > CLOSEST_CHOICE]
    assert len(some) > 2
    return some


def test_image_tokens_equal_transformers(device, folder, reference):
    captioner = i2p.Captioner(folder, device=device, dtype="float32")
    some = pictures(3, seed=2)
    want = reference.image_tokens(some).numpy()
    np.testing.assert_allclose(captioner.encode_image(some), want, rtol=0, atol=TOLERANCE)


def test_greedy_captions_equal_transformers(device, folder, reference, clear_pictures):
    captioner = i2p.Captioner(folder, device=device, dtype="float32")
    want = [reference.caption(p, max_new_tokens=12) for p in clear_pictures]
    assert captioner.caption(clear_pictures, max_new_tokens=12) == want
    assert len(set(want)) > 1


@pytest.mark.parametrize("beams", [3, 12])
def test_beams_equal_the_cpus(device, beams):
    """12 beams ask for the best 24, more than MPS's top-k gives."""
    some = pictures(4, seed=6)
    want = i2p.Captioner("demo", device="cpu").caption(some, num_beams=beams)
    captioner = i2p.Captioner("demo", device=device, dtype="float32")
    assert captioner.caption(some, num_beams=beams) == want


def test_sampling_by_seed_equals_the_cpus(device):
    some = pictures(4, seed=6)
    settings = {"top_p": 0.9, "seed": 11}
    want = i2p.Captioner("demo", device="cpu").caption(some, **settings)
    captioner = i2p.Captioner("demo", device=device, dtype="float32")
    assert captioner.caption(some, **settings) == want


def test_float16_writes_of_the_same_things(device):
    """Of the demo picture, which the trained model describes with confidence: word for word."""
    picture = i2p.assets.DEMO_DIRECTORY / "picture.png"
    want = i2p.Captioner("demo", device="cpu").caption(picture)
    assert i2p.Captioner("demo", device=device, dtype="float16").caption(picture) == want
