"""One tagger shared by threads, its progress and cancel, and what it holds in memory."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
from parity import deepdanbooru_models as models

import img2prompt as i2p

pytestmark = pytest.mark.usefixtures("one_thread")

PICTURES = [np.full((20, 30, 3), value, np.uint8) for value in (0, 90, 250)]
TAGS = [f"tag_{i}" for i in range(40)]


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    model = models.seeded(models.SMALL, len(TAGS), 128, seed=2)
    return models.save(tmp_path_factory.mktemp("tagger"), model, TAGS, 128)


@pytest.fixture
def tagger(card):
    return i2p.Tagger(card, device="cpu")


def test_progress_counts_pictures(tagger):
    told = []
    tagger.probabilities(PICTURES, progress=lambda *step: told.append(step))
    assert told == [("tags", done, 3) for done in range(4)]


def test_cancel_ends_the_work_and_leaves_the_tagger_usable(tagger):
    want = tagger.probabilities(PICTURES)
    asked = 0

    def after_two():
        nonlocal asked
        asked += 1
        return asked > 2

    with pytest.raises(i2p.Cancelled):
        tagger.tags(PICTURES, cancel=after_two)
    assert asked == 3
    np.testing.assert_array_equal(tagger.probabilities(PICTURES), want)


def test_a_picture_that_cannot_be_read_is_named(tagger, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(i2p.DecodeError, match="bad.png"):
        tagger.tags([PICTURES[0], tmp_path / "bad.png"])
    assert tagger.probabilities(PICTURES[0]).shape == (1, 40)


def test_unload_frees_the_weights_and_the_next_call_loads_them_again(card, tmp_path):
    weights = tmp_path / "weights.pt"
    weights.write_bytes(card.with_suffix(".pt").read_bytes())
    tagger = i2p.Tagger(card, weights=weights, device="cpu")
    want = tagger.probabilities(PICTURES)
    tagger.unload()
    np.testing.assert_array_equal(tagger.probabilities(PICTURES), want)
    tagger.unload()
    weights.unlink()
    assert tagger.labels == tuple(TAGS)
    with pytest.raises(i2p.CheckpointError, match="weights.pt"):
        tagger.probabilities(PICTURES)


def test_threads_take_turns_and_get_their_own_answers(tagger):
    want = tagger.probabilities(PICTURES)
    wrong = []

    def work(index):
        for _ in range(5):
            if not np.array_equal(tagger.probabilities(PICTURES[index])[0], want[index]):
                wrong.append(index)

    threads = [threading.Thread(target=work, args=(i % 3,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert np.ptp(want, axis=0).max() > 0.1


def test_the_grad_mode_of_the_caller_changes_nothing(tagger):
    with torch.enable_grad():
        one = tagger.probabilities(PICTURES)
    with torch.inference_mode():
        np.testing.assert_array_equal(tagger.probabilities(PICTURES), one)


def test_names_and_devices_that_are_not_accepted(card, tmp_path):
    with pytest.raises(i2p.ModelError, match="no such tagger; known models: deepdanbooru"):
        i2p.Tagger("wd14")
    with pytest.raises(
        i2p.ModelError, match=r"no such card; a JSON with the keys of models/tagger"
    ):
        i2p.Tagger(tmp_path / "no.json")
    (tmp_path / "alone.json").write_text("{}")
    with pytest.raises(i2p.ModelError, match="a card alone has no weights; .* --tagger-weights"):
        i2p.Tagger(tmp_path / "alone.json")
    with pytest.raises(i2p.InvalidArgument, match="device 'tpu' is unknown"):
        i2p.Tagger(card, device="tpu")
    with pytest.raises(i2p.InvalidArgument, match="'float16' needs a GPU"):
        i2p.Tagger(card, device="cpu", dtype="float16")


def test_missing_weights_are_named_with_their_source_and_place(tmp_path):
    with pytest.raises(i2p.ModelError) as caught:
        i2p.Tagger("deepdanbooru", models_dir=tmp_path)
    message = str(caught.value)
    assert "model-resnet_custom_v3.pt (644 MB)" in message
    assert "https://github.com/AUTOMATIC1111/TorchDeepDanbooru/releases/download/v1/" in message
    assert str(tmp_path / "deepdanbooru") in message and "--tagger-weights FILE" in message


@pytest.mark.parametrize("place", ["deepdanbooru/model-resnet_custom_v3.pt", "deepdanbooru.pt"])
def test_weights_are_found_below_a_models_folder(place, tmp_path):
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"no weights")
    assert i2p.assets.resolve_tagger("deepdanbooru", models_dir=tmp_path).weights == path


def test_the_webuis_own_file_is_found(tmp_path, monkeypatch):
    for name in ("modules", "models/torch_deepdanbooru"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "webui.py").touch()
    weights = tmp_path / "models/torch_deepdanbooru/model-resnet_custom_v3.pt"
    weights.write_bytes(b"no weights")
    monkeypatch.setenv("IMG2PROMPT_WEBUI", str(tmp_path))
    assert i2p.assets.resolve_tagger("deepdanbooru").weights == weights
