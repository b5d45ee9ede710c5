"""CLIP on an accelerator beside open_clip 3.3 and beside ours on the CPU."""

from __future__ import annotations

import numpy as np
import open_clip
import pytest
import torch
from parity import clip_models as models
from parity.test_clip_features import QUICK, UNEVEN, reference_features

import img2prompt as i2p

# Features have length 1. float32 sums in another order on another device.
TOLERANCE = 5e-5
# Cosine with float32's features: 11 bits (float16) and 8 bits (bfloat16) a step over some layers.
HALF_COSINE, BFLOAT_COSINE = 0.999, 0.99


@pytest.fixture(autouse=True)
def full_float32():
    """TF32 keeps 11 bits of a product; what is compared here is float32."""
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = False
    yield
    torch.backends.cuda.matmul.allow_tf32 = before


def least_cosine(a, b):
    return float((a * b).sum(-1).min())


def test_auto_takes_the_device_and_its_number_type(device):
    clip = i2p.Clip("demo")
    assert clip.device.startswith(device)
    assert clip._core.dtype == ("Half" if device == "cuda" else "Float")


@pytest.mark.parametrize("name", ["cuda", "cuda:0"])
def test_a_device_is_named_with_or_without_its_number(cuda, name):
    assert i2p.Clip("demo", device=name).device == "cuda:0"


def test_a_device_that_is_not_there_is_refused(cuda):
    with pytest.raises(i2p.InvalidArgument, match="CUDA devices here"):
        i2p.Clip("demo", device="cuda:99")


@pytest.mark.parametrize("config", [QUICK, UNEVEN], ids=["quick gelu", "uneven sizes"])
def test_float32_equals_open_clip(device, config, tmp_path):
    model = models.open_clip_model(config, seed=3)
    clip = models.load(tmp_path, config, models.state_of(model), device=device, dtype="float32")
    texts, pictures = models.texts(), models.pictures(5, seed=3)
    text, image = reference_features(model, config, texts, pictures)
    np.testing.assert_allclose(clip.encode_text(texts), text, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(clip.encode_image(pictures), image, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("dtype", "cosine"), [("float16", HALF_COSINE), ("bfloat16", BFLOAT_COSINE)]
)
def test_narrow_types_are_close_to_float32(device, dtype, cosine, tmp_path):
    model = models.open_clip_model(QUICK, seed=3, factor=1.5)
    state = models.state_of(model)
    narrow = models.load(tmp_path, QUICK, state, device=device, dtype=dtype)
    texts, pictures = models.texts(), models.pictures(5, seed=3)
    text, image = reference_features(model, QUICK, texts, pictures)
    assert least_cosine(narrow.encode_text(texts), text) > cosine
    assert least_cosine(narrow.encode_image(pictures), image) > cosine


def test_the_text_trie_gives_what_the_kernel_of_the_cpu_gives(device):
    texts = [
        f"a {a} heart on {b} ground, {c}" for a in range(9) for b in range(9) for c in range(9)
    ]
    want = i2p.Clip("demo", device="cpu").encode_text(texts)
    clip = i2p.Clip("demo", device=device, dtype="float32")
    np.testing.assert_allclose(clip.encode_text(texts), want, rtol=0, atol=TOLERANCE)
    for max_nodes in (1, 100, 1000):
        pieces = clip._core.encode_text(texts, max_nodes=max_nodes)
        np.testing.assert_allclose(pieces, want, rtol=0, atol=TOLERANCE)
    half = i2p.Clip("demo", device=device, dtype="float16")
    assert least_cosine(half.encode_text(texts), want) > HALF_COSINE


def test_many_pictures_equal_one_at_a_time(device):
    clip = i2p.Clip("demo", device=device, dtype="float32")
    pictures = models.pictures(70, seed=9)
    together = clip.encode_image(pictures)
    alone = np.concatenate([clip.encode_image(p) for p in pictures[:5]])
    np.testing.assert_allclose(together[:5], alone, rtol=0, atol=TOLERANCE)


def test_prompts_equal_the_cpus(device):
    labels = i2p.assets.DEMO_DIRECTORY / "labels"
    picture = i2p.assets.DEMO_DIRECTORY / "picture.png"
    prompts = []
    for place in ("cpu", device):
        engine = i2p.Interrogator(
            i2p.Clip("demo", device=place, dtype="float32"),
            i2p.Captioner("demo", device=place, dtype="float32"),
            labels=labels,
            cache_dir="",
        )
        prompts.append([engine.interrogate(picture, mode).prompt for mode in ("fast", "classic")])
    assert prompts[0] == prompts[1]


@pytest.mark.slow
def test_vit_l_14_at_full_size_is_close_to_float32_on_the_cpu(device, tmp_path):
    config = {**open_clip.get_model_config("ViT-L-14"), "quick_gelu": True}
    model = models.open_clip_model(config, seed=7, factor=1.5)
    texts, pictures = models.texts()[::4], models.pictures(3, seed=5)
    text, image = reference_features(model, config, texts, pictures)
    state = models.state_of(model)
    for dtype, cosine in (("float32", 1 - 1e-6), ("float16", HALF_COSINE)):
        clip = models.load(tmp_path, config, state, device=device, dtype=dtype)
        assert least_cosine(clip.encode_text(texts), text) > cosine
        assert least_cosine(clip.encode_image(pictures), image) > cosine
