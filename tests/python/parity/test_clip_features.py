"""CLIP's features equal those of open_clip and transformers, from the same numbers."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from transformers import CLIPConfig, CLIPModel

import img2prompt as i2p
from img2prompt import _core

from . import clip_models as models

SMALL_TOLERANCE = 2e-5  # float32 at small size, features of length 1
WAYS_TOLERANCE = 1e-5  # between our own ways to encode the same text

QUICK = {
    "embed_dim": 96,
    "quick_gelu": True,
    "vision_cfg": {"image_size": 96, "layers": 3, "width": 128, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 128, "heads": 2, "layers": 3},
}
WIDE_HEADS = {
    "embed_dim": 64,
    "vision_cfg": {
        "image_size": 56,
        "layers": 2,
        "width": 120,
        "head_width": 40,
        "mlp_ratio": 4.3637,
        "patch_size": 14,
    },
    "text_cfg": {
        "context_length": 77,
        "vocab_size": 49408,
        "width": 96,
        "heads": 3,
        "layers": 4,
        "mlp_ratio": 2.7,
    },
}
UNEVEN = {  # the patches do not fill the picture, head widths fill no vector register
    "embed_dim": 40,
    "vision_cfg": {"image_size": 50, "layers": 1, "width": 72, "head_width": 24, "patch_size": 16},
    "text_cfg": {"context_length": 30, "vocab_size": 49408, "width": 65, "heads": 5, "layers": 1},
}


def slim(image_size, patch_size, **config):
    """One narrow layer: what counts is how a picture is cut into patches."""
    vision = {"image_size": image_size, "layers": 1, "width": 64, "patch_size": patch_size}
    return {**UNEVEN, "vision_cfg": vision, **config}


CONFIGS = {
    "quick": QUICK,
    "wide_heads": WIDE_HEADS,
    "uneven": UNEVEN,
    "patches of 32 in 256": slim(256, 32),
    "patches of 16 in 240": slim(240, 16),
    "patches of 14 in 378": slim(378, 14),
    "a larger vocabulary": slim(32, 16, text_cfg={**UNEVEN["text_cfg"], "vocab_size": 50000}),
}


def reference_features(model, config, texts, pictures):
    tokens = open_clip.get_tokenizer("ViT-L-14")(texts, config["text_cfg"]["context_length"])
    transform = open_clip.image_transform(config["vision_cfg"]["image_size"], is_train=False)
    with torch.no_grad():
        text = models.unit(model.encode_text(tokens))
        image = models.unit(model.encode_image(torch.stack([transform(p) for p in pictures])))
    return text, image


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    model = models.open_clip_model(QUICK, seed=1)
    return models.load(tmp_path_factory.mktemp("quick"), QUICK, models.state_of(model))


@pytest.mark.parametrize("name", CONFIGS)
def test_features_equal_open_clip(name, tmp_path):
    config, texts, pictures = CONFIGS[name], models.texts(), models.pictures(8, seed=3)
    model = models.open_clip_model(config, seed=2)
    clip = models.load(tmp_path, config, models.state_of(model))
    text, image = reference_features(model, config, texts, pictures)
    np.testing.assert_allclose(clip.encode_text(texts), text, rtol=0, atol=SMALL_TOLERANCE)
    np.testing.assert_allclose(clip.encode_image(pictures), image, rtol=0, atol=SMALL_TOLERANCE)
    # The tolerance means something only where features differ by far more from input to input.
    assert np.ptp(text, axis=0).max() > 0.2 and np.ptp(image, axis=0).max() > 0.05


def test_weights_get_the_activation_and_the_pixels_of_their_row(tmp_path):
    pixels = {"mean": [0.5, 0.4, 0.3], "std": [0.5, 0.6, 0.7], "resize_mode": "squash"}
    config = {name: value for name, value in QUICK.items() if name != "quick_gelu"}
    model = models.open_clip_model({**config, "quick_gelu": True}, seed=2)
    table = {"own": {"quick_gelu": True, **pixels}, "other": {}}
    card, weights = models.save(tmp_path, {**config, "pretrained": table}, models.state_of(model))
    merges = i2p.assets.MODELS_DIRECTORY / "vocab" / "clip_merges.txt"
    own, other = (
        _core.Clip(str(card), tag, str(weights), str(merges), "cpu", "float32") for tag in table
    )
    texts, pictures = models.texts()[:20], models.pictures(4, seed=3)
    transform = open_clip.image_transform(96, is_train=False, **pixels)
    with torch.no_grad():
        text = models.unit(model.encode_text(open_clip.get_tokenizer("ViT-L-14")(texts)))
        stack = torch.stack([transform(picture) for picture in pictures])
        image = models.unit(model.encode_image(stack))
    arrays = [np.asarray(picture) for picture in pictures]
    np.testing.assert_allclose(own.encode_text(texts), text, rtol=0, atol=SMALL_TOLERANCE)
    np.testing.assert_allclose(own.encode_images(arrays), image, rtol=0, atol=SMALL_TOLERANCE)
    assert np.abs(other.encode_text(texts) - text).max() > 100 * SMALL_TOLERANCE
    assert np.abs(other.encode_images(arrays) - image).max() > 100 * SMALL_TOLERANCE


def test_custom_text_names_are_read(tmp_path):
    model = models.open_clip_model(QUICK, seed=2)
    state = models.state_of(model)
    renamed = {
        n if n.startswith(("visual.", "logit_")) else f"text.{n}": t for n, t in state.items()
    }
    clip = models.load(tmp_path, QUICK, renamed)
    text, _ = reference_features(model, QUICK, ["a cat"], models.pictures(1, seed=1))
    np.testing.assert_allclose(clip.encode_text("a cat"), text, rtol=0, atol=SMALL_TOLERANCE)


@pytest.mark.parametrize("activation", ["quick_gelu", "gelu"])
def test_hugging_face_names_and_features_equal_transformers(activation, tmp_path):
    torch.manual_seed(5)
    vision, text = QUICK["vision_cfg"], QUICK["text_cfg"]
    shared = {"hidden_act": activation, "projection_dim": 96, "num_hidden_layers": 3}
    model = CLIPModel(
        CLIPConfig(
            projection_dim=96,
            vision_config={
                "hidden_size": vision["width"],
                "intermediate_size": 512,
                "num_attention_heads": 2,
                "image_size": vision["image_size"],
                "patch_size": vision["patch_size"],
                **shared,
            },
            text_config={
                "hidden_size": text["width"],
                "intermediate_size": 512,
                "num_attention_heads": 2,
                "eos_token_id": 49407,
                "bos_token_id": 49406,
                **shared,
            },
        )
    ).eval()
    models.spread(model, 6.0)
    state = models.state_of(model)
    state["text_model.embeddings.position_ids"] = torch.arange(77)[None]  # older files hold it
    clip = models.load(tmp_path, {**QUICK, "quick_gelu": activation == "quick_gelu"}, state)
    texts, pictures = models.texts(), models.pictures(4, seed=4)
    tokens = open_clip.get_tokenizer("ViT-L-14")(texts)
    transform = open_clip.image_transform(96, is_train=False)
    with torch.no_grad():
        want_text = models.unit(model.get_text_features(input_ids=tokens))
        pixels = torch.stack([transform(p) for p in pictures])
        want_image = models.unit(model.get_image_features(pixel_values=pixels))
    np.testing.assert_allclose(clip.encode_text(texts), want_text, rtol=0, atol=SMALL_TOLERANCE)
    np.testing.assert_allclose(
        clip.encode_image(pictures), want_image, rtol=0, atol=SMALL_TOLERANCE
    )
    assert np.ptp(want_text, axis=0).max() > 0.2


def test_packed_texts_equal_texts_encoded_one_by_one(quick):
    texts = models.texts()
    packed = quick.encode_text(texts)
    alone = np.concatenate([quick.encode_text([text]) for text in texts])
    np.testing.assert_allclose(packed, alone, rtol=0, atol=WAYS_TOLERANCE)
    for max_nodes in (1, 100):
        pieces = quick._core.encode_text(texts, max_nodes=max_nodes)
        np.testing.assert_allclose(packed, pieces, rtol=0, atol=WAYS_TOLERANCE)
    masked = quick._core.encode_text(texts, attention="mask")
    np.testing.assert_allclose(packed, masked, rtol=0, atol=WAYS_TOLERANCE)


def test_bfloat16_is_close_to_float32(tmp_path, quick):
    model = models.open_clip_model(QUICK, seed=1)
    half = models.load(tmp_path, QUICK, models.state_of(model), dtype="bfloat16")
    texts, pictures = models.texts(), models.pictures(4, seed=1)
    # bfloat16 keeps 8 bits: 0.4% a step, some percent after three layers.
    assert (half.encode_text(texts) * quick.encode_text(texts)).sum(-1).min() > 0.99
    assert (half.encode_image(pictures) * quick.encode_image(pictures)).sum(-1).min() > 0.99


@pytest.mark.parametrize("size", [50, 96, 224])
def test_pixels_equal_open_clips_transform(size, tmp_path):
    config = {**UNEVEN, "vision_cfg": {**UNEVEN["vision_cfg"], "image_size": size}}
    clip = models.load(tmp_path, config, models.state_of(models.open_clip_model(config, seed=1)))
    transform = open_clip.image_transform(size, is_train=False)
    shapes = [(1, 1), (size, size), (size + 1, size), (size, size + 3), (333, 500), (1000, 47)]
    random = np.random.RandomState(size)
    shapes += [tuple(random.randint(1, 700, 2)) for _ in range(12)]
    for width, height in shapes:
        picture = models.Image.fromarray(random.randint(0, 256, (height, width, 3), np.uint8))
        ours = clip._core.preprocess(np.asarray(picture))
        np.testing.assert_array_equal(ours, transform(picture).numpy(), f"{width} x {height}")


def test_pixels_follow_the_cards_preprocess(tmp_path):
    mean, std = [0.5, 0.4, 0.3], [0.5, 0.6, 0.7]
    preprocess = {"mean": mean, "std": std, "interpolation": "bilinear", "resize_mode": "squash"}
    config = {**UNEVEN, "preprocess": preprocess}
    clip = models.load(tmp_path, config, models.state_of(models.open_clip_model(UNEVEN, seed=1)))
    transform = open_clip.image_transform(
        50, is_train=False, mean=mean, std=std, interpolation="bilinear", resize_mode="squash"
    )
    for picture in models.pictures(4, seed=2):
        ours = clip._core.preprocess(np.asarray(picture))
        np.testing.assert_array_equal(ours, transform(picture).numpy())


def test_progress_counts_every_text_and_picture_once(quick):
    told = []
    texts = models.texts()
    quick._core.encode_text(texts, progress=lambda *a: told.append(a), max_nodes=60)
    assert told[0] == ("texts", 0, len(texts)) and told[-1] == ("texts", len(texts), len(texts))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told) and len(told) > 4
    told.clear()
    quick.encode_image(models.pictures(3, seed=1), progress=lambda *a: told.append(a))
    assert told[0] == ("images", 0, 3) and told[-1] == ("images", 3, 3)


def test_cancel_stops_and_leaves_the_model_usable(quick):
    texts = models.texts()
    before = quick.encode_text(texts)
    answers = iter([False, False, True])
    with pytest.raises(i2p.Cancelled):
        quick.encode_text(texts, cancel=lambda: next(answers))
    with pytest.raises(i2p.Cancelled):
        quick.encode_image(models.pictures(2, seed=1), cancel=lambda: True)
    np.testing.assert_array_equal(quick.encode_text(texts), before)


def test_threads_share_a_model(quick):
    texts = models.texts()
    want = quick.encode_text(texts)
    got = [None] * 4

    def encode(i):
        got[i] = quick.encode_text(texts)

    threads = [threading.Thread(target=encode, args=(i,)) for i in range(len(got))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for features in got:
        np.testing.assert_array_equal(features, want)


def test_inputs_of_one_and_none(quick, tmp_path):
    assert quick.encode_text("a cat").shape == (1, 96)
    assert quick.encode_text([]).shape == (0, 96)
    assert quick.encode_image([]).shape == (0, 96)
    picture = models.pictures(1, seed=9)[0]
    picture.save(tmp_path / "p.png")
    array = np.asarray(picture)
    path = str(tmp_path / "p.png")
    same = [picture, array, path, Path(path), Path(path).read_bytes()]
    features = quick.encode_image(same)
    assert features.shape == (5, 96)
    for source in same:
        np.testing.assert_allclose(quick.encode_image(source), features[:1], atol=1e-6)


@pytest.mark.slow
def test_cancel_is_looked_for_every_second_at_the_largest_width(tmp_path):
    config = open_clip.get_model_config("ViT-bigG-14")
    config["text_cfg"]["layers"], config["vision_cfg"]["layers"] = 2, 2  # widths decide
    model = models.open_clip_model(config, seed=7, factor=1.0)
    clip = models.load(tmp_path, config, models.state_of(model))
    looks = []

    def cancel():
        looks.append(time.monotonic())
        return False

    texts = [f"{i} {j} a text" for i in range(40) for j in range(40)]
    clip.encode_text(texts, cancel=cancel)
    text_gap = max(np.diff(looks))
    looks.clear()
    clip.encode_image(models.pictures(6, seed=5), cancel=cancel)
    image_gap = max(np.diff(looks))
    print(f"longest between two looks: {text_gap:.2f} s (texts), {image_gap:.2f} s (images)")
    assert text_gap < 1.0 and image_gap < 1.0
