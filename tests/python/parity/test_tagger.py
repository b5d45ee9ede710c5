"""Probabilities equal those of the published architecture, from every file that holds it."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import img2prompt as i2p

from . import deepdanbooru_models as models
from .clip_models import pictures

TOLERANCE = 1e-5  # of a probability; the order of sums differs
BFLOAT16_TOLERANCE = 0.05  # 8 bits in every one of 35 layers
pytestmark = pytest.mark.usefixtures("one_thread")

SIZE, TAGS = models.SMALL_SIZE, models.SMALL_TAGS
PICTURES = pictures(6, seed=4)


@pytest.fixture(scope="module")
def published():
    return models.seeded(models.SMALL, len(TAGS), SIZE, seed=1)


@pytest.fixture(scope="module")
def want(published):
    rows = models.reference(published, PICTURES, SIZE)
    assert np.median(np.ptp(rows, axis=0)) > 0.2, "the pictures must matter"
    assert 0.2 < (rows > 0.5).mean() < 0.8
    return rows


@pytest.fixture(scope="module")
def card(tmp_path_factory, published):
    return models.save(tmp_path_factory.mktemp("tagger"), published, TAGS, SIZE)


@pytest.fixture(scope="module")
def tagger(card):
    return i2p.Tagger(card, device="cpu")


def assert_equal(ours, want, tolerance=TOLERANCE):
    assert ours.dtype == np.float32 and ours.shape == want.shape
    np.testing.assert_allclose(ours, want, rtol=0, atol=tolerance)


def test_probabilities_equal_the_published_model(tagger, want):
    assert_equal(tagger.probabilities(PICTURES), want)
    assert list(tagger.labels) == TAGS


def test_a_picture_alone_has_the_row_that_it_has_among_others(tagger, want):
    rows = tagger.probabilities(PICTURES)
    for picture, row in zip(PICTURES, rows):
        np.testing.assert_array_equal(tagger.probabilities(picture), row[None])
    assert tagger.probabilities([]).shape == (0, len(TAGS))


def test_probabilities_are_the_same_without_onednn(card, want, monkeypatch):
    monkeypatch.setattr(torch.backends.mkldnn, "enabled", False)
    plain = i2p.Tagger(card, device="cpu")
    assert_equal(plain.probabilities(PICTURES), want)


def test_bfloat16_comes_near(card, want):
    half = i2p.Tagger(card, device="cpu", dtype="bfloat16")
    assert_equal(half.probabilities(PICTURES), want, BFLOAT16_TOLERANCE)


def _zip(folder, state):
    torch.save({**state, "tags": TAGS}, folder / "model.pt")
    return folder / "model.pt"


def _legacy(folder, state):
    path = folder / "model.pt"
    torch.save({**state, "tags": TAGS}, path, _use_new_zipfile_serialization=False)
    return path


def _safetensors(folder, state):
    save_file(state, folder / "model.safetensors")
    (folder / "tags.txt").write_text("\n".join(TAGS) + "\n", encoding="utf-8")
    return folder / "model.safetensors"


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("write", [_zip, _legacy, _safetensors])
def test_every_layout_gives_equal_probabilities(write, half, published, card, tmp_path):
    state = {n: t.half() if half else t.clone() for n, t in published.state_dict().items()}
    ours = i2p.Tagger(card, weights=write(tmp_path, state), device="cpu")
    model = models.half_rounded(published) if half else published
    assert_equal(ours.probabilities(PICTURES[:2]), models.reference(model, PICTURES[:2], SIZE))
    assert list(ours.labels) == TAGS


def test_tags_in_the_checkpoint_win_over_those_beside_it(published, card, tmp_path):
    weights = _zip(tmp_path, published.state_dict())
    (tmp_path / "tags.txt").write_text("\n".join(f"other {i}" for i in range(len(TAGS))))
    assert list(i2p.Tagger(card, weights=weights, device="cpu").labels) == TAGS


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_the_shortcut_is_where_the_card_says(place, tmp_path):
    groups = (
        models.Group(1, 7, 8, 8, 16, 1, 1 + place),
        models.Group(8, 11, 16, 12, 24, 2, 11 - place),
    )
    model = models.seeded(groups, 12, 32, seed=place)
    ours = models.load(tmp_path, model, [f"t{i}" for i in range(12)], 32)
    want = models.reference(model, PICTURES, 32)
    assert_equal(ours.probabilities(PICTURES), want)
    assert np.ptp(want, axis=0).max() > 0.2


def test_the_bundled_card_has_the_published_layers():
    config = json.loads((i2p.assets.MODELS_DIRECTORY / "tagger" / "deepdanbooru.json").read_text())[
        "config"
    ]
    assert config == models.card(models.FULL, 512, models.FULL_TAGS)["config"]
    with torch.device("meta"):
        model = models.Published(models.FULL, models.FULL_TAGS)
    assert sum(p.numel() for p in model.parameters()) == 160_956_544
    assert len(model.state_dict()) == 2 * 179 - 1


@pytest.mark.slow
def test_the_published_model_at_full_size(tmp_path):
    model = models.seeded(models.FULL, models.FULL_TAGS, 512, seed=3)
    tags = [f"tag_{i}" for i in range(models.FULL_TAGS)]
    shown = pictures(3, seed=7)
    want = models.reference(model, shown, 512)
    assert np.median(np.ptp(want, axis=0)) > 0.2, "the pictures must matter"
    weights = tmp_path / "model-resnet_custom_v3.pt"
    torch.save({**model.state_dict(), "tags": tags}, weights)
    ours = i2p.Tagger("deepdanbooru", weights=weights, device="cpu")
    assert_equal(ours.probabilities(shown), want)
    torch.save({**model.half().state_dict(), "tags": tags}, weights)
    want = models.reference(models.half_rounded(model), shown, 512)
    ours = i2p.Tagger("deepdanbooru", weights=weights, device="cpu")
    assert_equal(ours.probabilities(shown), want)
