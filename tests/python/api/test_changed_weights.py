"""Weights files that other programs cut short or write to while models use them."""

from __future__ import annotations

import os
import shutil
import sys
import time

import numpy as np
import pytest

import img2prompt as i2p

from . import small_clip

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there a file that is mapped can be neither cut nor written"
)

PICTURES = [np.random.RandomState(i).randint(0, 256, (60, 80, 3), np.uint8) for i in range(3)]
TEXTS = [f"{i} texts" for i in range(400)]


@pytest.fixture
def weights(tmp_path):
    small_clip.make(tmp_path)
    return tmp_path / "card.safetensors"


@pytest.fixture
def clip(weights):
    return i2p.Clip(weights.with_suffix(".json"), device="cpu")


def cut(path):
    os.truncate(path, path.stat().st_size // 3)


def test_a_file_cut_between_calls_is_refused_and_used_again_when_it_is_back(clip, weights):
    want, whole = clip.encode_text(TEXTS), weights.read_bytes()
    cut(weights)
    for _ in range(2):
        with pytest.raises(i2p.CheckpointError, match=r"card\.safetensors"):
            clip.encode_text(TEXTS)
    weights.write_bytes(whole)
    np.testing.assert_array_equal(clip.encode_text(TEXTS), want)


def test_a_file_cut_during_a_call_ends_the_call_not_the_process(clip, weights):
    want, whole = clip.encode_text(TEXTS), weights.read_bytes()
    clip.unload()

    def cut_once(stage, done, total):
        if weights.stat().st_size == len(whole):
            cut(weights)

    # Loaded, but most of it not read yet.
    with pytest.raises(i2p.CheckpointError, match="cut it short while it was in use"):
        clip.encode_text(TEXTS, progress=cut_once)
    weights.write_bytes(whole)
    np.testing.assert_array_equal(clip.encode_text(TEXTS), want)


def test_a_file_written_in_place_is_read_anew(clip, weights, tmp_path):
    before = clip.encode_text(TEXTS)
    other = tmp_path / "other"
    other.mkdir()
    small_clip.make(other, seed=1)
    time.sleep(0.02)  # so that the system's clock of files moves on
    weights.write_bytes((other / "card.safetensors").read_bytes())
    after = clip.encode_text(TEXTS)
    assert not np.allclose(after, before)
    want = i2p.Clip(other / "card.json", device="cpu").encode_text(TEXTS)
    np.testing.assert_array_equal(after, want)


def test_a_file_replaced_by_renaming_leaves_the_model_as_it_is(clip, weights, tmp_path):
    """As downloads and careful programs do it: the old file lives on while it is used."""
    before = clip.encode_text(TEXTS)
    new = tmp_path / "new"
    new.write_bytes(b"no weights")
    new.replace(weights)
    np.testing.assert_array_equal(clip.encode_text(TEXTS), before)


def test_weights_that_were_copied_outlive_their_file(clip, weights):
    narrow = i2p.Clip(weights.with_suffix(".json"), device="cpu", dtype="bfloat16")
    want = narrow.encode_text(TEXTS)
    cut(weights)
    np.testing.assert_array_equal(narrow.encode_text(TEXTS), want)


def test_a_captioners_file_is_minded_too(tmp_path):
    folder = tmp_path / "blip"
    shutil.copytree(i2p.assets.DEMO_DIRECTORY / "blip", folder)
    captioner = i2p.Captioner(folder, device="cpu", dtype="float32")
    weights = folder / "model.safetensors"
    want, whole = captioner.caption(PICTURES), weights.read_bytes()
    cut(weights)
    try:
        assert captioner.caption(PICTURES) == want  # all of it was copied
    except i2p.CheckpointError:
        pass
    captioner.unload()
    with pytest.raises(i2p.CheckpointError):
        captioner.caption(PICTURES)
    weights.write_bytes(whole)
    assert captioner.caption(PICTURES) == want
