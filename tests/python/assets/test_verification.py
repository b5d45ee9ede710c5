"""Weights on this disk against what was published, or against what the model needs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

import img2prompt as i2p
from img2prompt.verification import verify

from .conftest import FILE, SHA256, WEIGHTS, write

BLOB = hashlib.sha256(WEIGHTS).hexdigest()


@pytest.fixture
def unknown(tiny):
    """The model, its sha256 unknown."""
    return replace(tiny, files=(replace(tiny.files[0], sha256=""),))


def edited(change) -> bytes:
    state = load(WEIGHTS)
    change(state)
    return save(state)


def refusal(model, path: Path) -> str:
    with pytest.raises(i2p.Error) as caught:
        verify(model, path)
    message = str(caught.value)
    assert "\n" not in message and str(path) in message
    return message


def test_the_published_file_is_known_by_its_sha256(tiny, tmp_path):
    told: list[tuple[str, int, int]] = []
    path = write(tmp_path / FILE, WEIGHTS)
    assert verify(tiny, path, lambda *step: told.append(step)) == "its sha256 is the published one"
    assert told[-1] == (f"check {FILE}", len(WEIGHTS), len(WEIGHTS))


def test_another_edition_is_told_from_a_damaged_file(tiny, tmp_path):
    path = write(tmp_path / FILE, edited(lambda state: state["text_projection"].__imul__(2)))
    message = refusal(tiny, path)
    assert SHA256 in message and "may be another edition" in message
    assert "`img2prompt models pull Tiny/test`" in message
    assert "damaged, or of another model" in refusal(tiny, write(path, WEIGHTS[:-9]))


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_without_a_sha256_the_tensors_are_checked(dtype, unknown, tmp_path):
    state = {n: torch.from_numpy(v.copy()) for n, v in load(WEIGHTS).items()}
    rounded = {
        n: v.to(getattr(torch, dtype)) if v.is_floating_point() else v for n, v in state.items()
    }
    path = tmp_path / "Tiny_test.pt"
    torch.save(rounded, path)
    assert "no sha256 is known" in verify(unknown, path)
    for value in (float("nan"), float("inf")):
        rounded["text_projection"][1, 2] = value
        torch.save(rounded, path)
        assert "'text_projection' holds numbers that are infinite" in refusal(unknown, path)


@pytest.mark.parametrize("name", ["ln_final.weight", "visual.conv1.weight"])
def test_a_tensor_that_is_missing_or_misshapen_is_named(name, unknown, tmp_path):
    path = tmp_path / FILE
    write(path, edited(lambda state: state.pop(name)))
    assert f"'{name}'" in refusal(unknown, path)
    write(path, edited(lambda state: state.update({name: np.zeros((3, 5), np.float32)})))
    assert f"'{name}' is [3, 5]" in refusal(unknown, path)


@pytest.mark.parametrize("content", [b"", b"no weights", WEIGHTS[: len(WEIGHTS) // 2]])
def test_what_is_no_checkpoint_is_said(content, unknown, tmp_path):
    refusal(unknown, write(tmp_path / FILE, content))


def test_the_hugging_face_cache_knows_the_sha256_of_its_files(unknown, tmp_path):
    blob = write(tmp_path / "blobs" / BLOB, WEIGHTS)
    path = tmp_path / "snapshots" / "main" / FILE
    path.parent.mkdir(parents=True)
    path.symlink_to(blob)
    assert verify(unknown, path) == "its sha256 is the one that the Hugging Face cache has for it"
    blob.write_bytes(edited(lambda state: state["text_projection"].__imul__(2)))
    assert BLOB in refusal(unknown, path)


def test_the_sha256_of_one_repository_says_nothing_of_anothers_file(tiny, tmp_path):
    other = edited(lambda state: state["text_projection"].__imul__(2))
    path = write(tmp_path / "models--you--copy" / "snapshots" / "main" / FILE, other)
    assert "no sha256 is known" in verify(tiny, path)
    own = write(tmp_path / "models--org--tiny" / "snapshots" / "main" / FILE, other)
    assert SHA256 in refusal(tiny, own)


def test_cancel_ends_it(tiny, unknown, tmp_path):
    path = write(tmp_path / FILE, WEIGHTS)
    for model in (tiny, unknown):
        with pytest.raises(i2p.Cancelled):
            verify(model, path, cancel=lambda: True)
