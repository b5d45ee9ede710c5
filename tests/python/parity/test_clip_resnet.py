"""CLIP's ResNets: features equal open_clip's, from every layout that is published."""

from __future__ import annotations

import json

import numpy as np
import open_clip
import pytest
import torch

import img2prompt as i2p

from . import clip_models as models
from . import published_layouts as layouts

TOLERANCE = 2e-5  # float32, features of length 1
TEXT = {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 1, "layers": 1}


def config_of(embed_dim=40, **vision):
    return {"embed_dim": embed_dim, "quick_gelu": True, "vision_cfg": vision, "text_cfg": TEXT}


CONFIGS = {
    "usual": config_of(image_size=64, layers=[1, 2, 1, 2], width=16, patch_size=None),
    "one place": config_of(image_size=32, layers=[1, 1, 1, 1], width=8),
    "deep and uneven": config_of(image_size=96, layers=[2, 1, 3, 1], width=10, head_width=32),
}


def reference(model, size, pictures):
    transform = open_clip.image_transform(size, is_train=False)
    with torch.no_grad():
        return models.unit(model.encode_image(torch.stack([transform(p) for p in pictures])))


@pytest.mark.parametrize("name", CONFIGS)
def test_features_equal_open_clip(name, tmp_path):
    config, pictures = CONFIGS[name], models.pictures(8, seed=3)
    model = models.open_clip_model(config, seed=2)
    clip = models.load(tmp_path, config, models.state_of(model))
    want = reference(model, config["vision_cfg"]["image_size"], pictures)
    np.testing.assert_allclose(clip.encode_image(pictures), want, rtol=0, atol=TOLERANCE)
    # The tolerance means something only where features differ by far more from input to input.
    assert np.ptp(want, axis=0).max() > 0.05
    text = models.unit(model.encode_text(open_clip.get_tokenizer("RN50")(models.texts()[:9])))
    np.testing.assert_allclose(clip.encode_text(models.texts()[:9]), text, rtol=0, atol=TOLERANCE)


def openai_archive(path, state):
    sizes = {"input_resolution": 64, "context_length": 77, "vocab_size": 49408}
    layouts.openai_archive(path, state, sizes)


WRITERS = {
    "RN50.pt": openai_archive,
    "open_clip_pytorch_model.bin": lambda path, state: torch.save(state, path),
    "rn50-quickgelu-cc12m.pt": layouts.training_checkpoint,
    "doubles.bin": lambda path, state: torch.save({n: t.double() for n, t in state.items()}, path),
}


@pytest.mark.parametrize("layout", WRITERS)
def test_every_published_layout_is_read(layout, tmp_path):
    config, pictures = CONFIGS["usual"], models.pictures(4, seed=5)
    model = models.open_clip_model(config, seed=4)
    state = models.state_of(model)
    WRITERS[layout](tmp_path / layout, state)
    (tmp_path / "card.json").write_text(json.dumps(config))
    if layout == "RN50.pt":
        model.load_state_dict(layouts.openai_rounded(state), strict=False)
    clip = i2p.Clip(tmp_path / "card.json", weights=tmp_path / layout, device="cpu")
    want = reference(model, 64, pictures)
    np.testing.assert_allclose(clip.encode_image(pictures), want, rtol=0, atol=TOLERANCE)
    clip.unload()
    np.testing.assert_allclose(clip.encode_image(pictures), want, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(
    "name", ["layer2.1.bn3.running_var", "attnpool.k_proj.bias", "layer1.0.downsample.0.weight"]
)
def test_a_missing_tensor_is_named(name, tmp_path):
    state = models.state_of(models.open_clip_model(CONFIGS["usual"], seed=1))
    del state[f"visual.{name}"]
    with pytest.raises(i2p.ModelError, match=f"tensor 'visual.{name}' is missing"):
        models.load(tmp_path, CONFIGS["usual"], state)


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("layer3.0.conv2.weight", np.nan, "layer3.0.conv2.weight"),
        ("bn1.running_var", -1.0, "conv1.weight"),  # its root is NaN
        ("layer1.0.bn2.bias", np.inf, "layer1.0.bn2.bias"),
    ],
)
def test_damaged_numbers_are_refused_because_a_relu_may_hide_them(name, value, named, tmp_path):
    state = models.state_of(models.open_clip_model(CONFIGS["usual"], seed=1))
    state[f"visual.{name}"] = state[f"visual.{name}"].clone()
    state[f"visual.{name}"].view(-1)[1] = value
    clip = models.load(tmp_path, CONFIGS["usual"], state)
    with pytest.raises(i2p.ModelError, match=f"'visual.{named}' holds NaN or infinity"):
        clip.encode_image(models.pictures(1, seed=1))


def test_a_tensor_that_nothing_takes_is_named(tmp_path):
    config = CONFIGS["usual"]
    state = models.state_of(models.open_clip_model(config, seed=1))
    shorter = {**config, "vision_cfg": {**config["vision_cfg"], "layers": [1, 1, 1, 2]}}
    with pytest.raises(i2p.ModelError, match=r"tensors that this model does not have.*layer2\.1"):
        models.load(tmp_path, shorter, state)


def test_weights_of_a_vision_transformer_are_refused(tmp_path):
    vit = {"image_size": 64, "layers": 1, "width": 64, "patch_size": 16}
    state = models.state_of(models.open_clip_model(config_of(**vit), seed=1))
    with pytest.raises(i2p.ModelError, match="'visual.bn1.running_var' is missing"):
        models.load(tmp_path, CONFIGS["usual"], state)


def test_bfloat16_is_close_to_float32(tmp_path):
    config, pictures = CONFIGS["usual"], models.pictures(4, seed=1)
    model = models.open_clip_model(config, seed=1)
    half = models.load(tmp_path, config, models.state_of(model), dtype="bfloat16")
    want = reference(model, 64, pictures)
    assert (half.encode_image(pictures) * want).sum(-1).min() > 0.99  # bfloat16 keeps 8 bits


def test_cancel_is_looked_for_between_blocks(tmp_path):
    config, pictures = CONFIGS["usual"], models.pictures(1, seed=1)
    clip = models.load(tmp_path, config, models.state_of(models.open_clip_model(config, seed=1)))
    clip.encode_image(pictures)  # loads, which is no part of what is counted
    looks = []
    clip.encode_image(pictures, cancel=lambda: looks.append(0))
    answers = iter([False] * (len(looks) - 1) + [True])
    with pytest.raises(i2p.Cancelled):
        clip.encode_image(pictures, cancel=lambda: next(answers))
    assert len(looks) >= sum(config["vision_cfg"]["layers"])
