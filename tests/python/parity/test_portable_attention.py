"""The ways of attention that CUDA and MPS take, run on the CPU, beside the reference systems."""

from __future__ import annotations

import numpy as np
import pytest

import img2prompt as i2p
from img2prompt import _core

from . import blip_models
from . import clip_models as models
from .test_clip_features import CONFIGS, SMALL_TOLERANCE, reference_features

# Image tokens have size 1: float32 summed in another order through three layers.
TOKENS_TOLERANCE = 2e-5
# bfloat16 keeps 8 bits, 0.4% a step: some percent of a feature after a few layers.
BFLOAT_COSINE = 0.99


@pytest.fixture(autouse=True)
def portable():
    _core._force_portable_attention(True)
    yield
    _core._force_portable_attention(False)


@pytest.mark.parametrize("name", CONFIGS)
def test_clip_equals_open_clip(name, tmp_path):
    config = CONFIGS[name]
    model = models.open_clip_model(config, seed=5)
    clip = models.load(tmp_path, config, models.state_of(model))
    texts, pictures = models.texts(), models.pictures(4, seed=5)
    text, image = reference_features(model, config, texts, pictures)
    ours = clip.encode_text(texts)
    np.testing.assert_allclose(ours, text, rtol=0, atol=SMALL_TOLERANCE)
    np.testing.assert_allclose(clip.encode_image(pictures), image, rtol=0, atol=SMALL_TOLERANCE)
    _core._force_portable_attention(False)
    assert not np.array_equal(ours, clip.encode_text(texts)), "it was the same way"


def test_thousands_of_nodes_equal_the_kernels_answer(tmp_path):
    """Several tries of many blocks, each with ancestors before it."""
    config = CONFIGS["quick"]
    model = models.open_clip_model(config, seed=6)
    clip = models.load(tmp_path, config, models.state_of(model))
    subject = "there is a woman with a flower crown on her head"
    texts = [f"{subject}, in the style of {i} by {j}" for i in range(40) for j in range(40)]
    portable = clip.encode_text(texts)
    _core._force_portable_attention(False)
    np.testing.assert_allclose(portable, clip.encode_text(texts), rtol=0, atol=SMALL_TOLERANCE)


def test_captions_equal_transformers(tmp_path):
    folder = blip_models.save(tmp_path, blip_models.seeded_model(seed=5))
    reference = blip_models.Reference(folder)
    captioner = i2p.Captioner(folder, device="cpu")
    pictures = models.pictures(4, seed=2)
    want = reference.image_tokens(pictures).numpy()
    np.testing.assert_allclose(
        captioner.encode_image(pictures), want, rtol=0, atol=TOKENS_TOLERANCE
    )
    greedy = [reference.caption(p, max_new_tokens=10) for p in pictures]
    assert captioner.caption(pictures, max_new_tokens=10) == greedy
    beams = [reference.caption(p, "a picture of", max_new_tokens=8, num_beams=3) for p in pictures]
    prompted = captioner.caption(pictures, prompt="a picture of", max_new_tokens=8, num_beams=3)
    assert prompted == beams


def test_bfloat16_is_close_to_float32(tmp_path):
    config = CONFIGS["quick"]
    model = models.open_clip_model(config, seed=1)
    texts, pictures = models.texts(), models.pictures(4, seed=1)
    text, image = reference_features(model, config, texts, pictures)
    narrow = models.load(tmp_path, config, models.state_of(model), dtype="bfloat16")
    assert (narrow.encode_text(texts) * text).sum(-1).min() > BFLOAT_COSINE
    assert (narrow.encode_image(pictures) * image).sum(-1).min() > BFLOAT_COSINE
