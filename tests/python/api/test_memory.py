"""Device budgets, what models hold, and giving it back, on small models of random numbers."""

from __future__ import annotations

import types

import numpy as np
import pytest

import img2prompt as i2p
from img2prompt import memory

from . import small_clip

PICTURE = np.random.RandomState(4).randint(0, 256, (60, 80, 3), np.uint8)
TEXTS = ["a cat", "a cat on a bench", "two dogs"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clip")
    small_clip.make(folder)
    return folder


@pytest.fixture
def clip(folder):
    return i2p.Clip(folder / "card.json", device="cpu")


def held(rows):
    return {row.name: row.bytes for row in rows}


def test_weights_are_read_when_they_are_first_used(clip):
    assert held(clip.memory()) == {"clip text": 0, "clip image": 0}
    clip.encode_text(TEXTS)
    text, image = clip.memory()
    assert (text.name, text.device, text.bytes) == ("clip text", "cpu", text.needed_bytes)
    assert image.bytes == 0 and image.needed_bytes > 0
    clip.encode_image(PICTURE)
    assert clip.memory()[1].bytes == image.needed_bytes


def test_needed_bytes_are_those_of_the_checkpoint(clip):
    shapes = small_clip.shapes()
    shapes.pop("logit_scale")
    sizes = {"image": 0, "text": 0}
    for name, shape in shapes.items():
        tower = "image" if name.startswith("visual.") else "text"
        sizes[tower] += 4 * int(np.prod(shape))
    text, image = clip.memory()
    assert (text.needed_bytes, image.needed_bytes) == (sizes["text"], sizes["image"])


def test_mapped_bytes_are_what_was_not_copied(folder, clip):
    clip.encode_text(TEXTS)
    row = clip.memory()[0]
    # open_clip stores the projection the other way round: it alone is copied.
    assert row.bytes - row.mapped_bytes == 4 * small_clip.WIDTH * small_clip.EMBED
    half = i2p.Clip(folder / "card.json", device="cpu", dtype="bfloat16")
    half.encode_text(TEXTS)
    row = half.memory()[0]
    assert row.mapped_bytes == 0 and row.bytes == clip.memory()[0].bytes // 2


def test_unload_frees_and_the_next_call_gives_the_same_again(clip):
    before = clip.encode_text(TEXTS), clip.encode_image(PICTURE)
    clip.unload()
    assert held(clip.memory()) == {"clip text": 0, "clip image": 0}
    np.testing.assert_array_equal(clip.encode_text(TEXTS), before[0])
    np.testing.assert_array_equal(clip.encode_image(PICTURE), before[1])


def test_models_that_share_a_low_budget_take_turns(folder, clip):
    want = clip.encode_text(TEXTS), clip.encode_image(PICTURE)
    low = i2p.Clip(folder / "card.json", device="cpu", device_budget="low")
    for _ in range(2):
        np.testing.assert_array_equal(low.encode_text(TEXTS), want[0])
        assert low.memory()[1].bytes == 0 < low.memory()[0].bytes
        np.testing.assert_array_equal(low.encode_image(PICTURE), want[1])
        assert low.memory()[0].bytes == 0 < low.memory()[1].bytes


def test_a_budget_too_small_for_a_model_is_refused_with_its_size(folder):
    tight = i2p.Clip(folder / "card.json", device="cpu", device_budget="1M")
    with pytest.raises(i2p.OutOfDeviceMemory, match=r"clip text takes \d+ MiB on cpu .* is 1 MiB"):
        tight.encode_text(TEXTS)
    assert tight.encode_image(PICTURE).shape == (1, small_clip.EMBED)


def test_an_interrogator_gathers_its_models_under_a_budget_and_tells_what_they_hold(clip):
    captioner = i2p.Captioner("demo", device="cpu")
    engine = i2p.Interrogator(
        clip, captioner, labels={"mediums": TEXTS}, cache_dir="", device_budget="low"
    )
    engine.rank(PICTURE, "mediums")
    captioner.caption(PICTURE)
    rows = {row.name: row for row in engine.memory()}
    assert list(rows) == ["captioner", "clip text", "clip image", "label tables"]
    assert rows["captioner"].bytes == rows["captioner"].needed_bytes > 0
    assert rows["clip text"].bytes == rows["clip image"].bytes == 0
    assert rows["label tables"].bytes >= 2 * len(TEXTS) * small_clip.EMBED
    engine.unload()
    assert set(held(engine.memory()).values()) == {0}


@pytest.mark.parametrize(
    ("limit", "parsed"),
    [
        (None, ("unlimited", 0)),
        ("auto", ("free", 0)),
        ("low", ("least", 0)),
        (12345, ("bytes", 12345)),
        ("12345", ("bytes", 12345)),
        ("4G", ("bytes", 4 << 30)),
        ("1.5 GiB", ("bytes", 3 << 29)),
        ("800mb", ("bytes", 800 << 20)),
    ],
)
def test_limits_are_read_as_people_write_them(limit, parsed):
    assert memory._parse(limit) == parsed
    assert i2p.DeviceBudget(limit).limit == limit


@pytest.mark.parametrize("limit", ["", "much", "4X", "-1", 0, -5, True, 1.5, "1e9", 1 << 70])
def test_other_limits_are_refused_with_what_is_accepted(limit):
    with pytest.raises(i2p.InvalidArgument, match="accepted are"):
        i2p.DeviceBudget(limit)


def test_free_memory_counts_what_torch_keeps_for_later(monkeypatch):
    import torch

    cuda = types.SimpleNamespace(
        mem_get_info=lambda device: (5000, 9000),
        memory_reserved=lambda device: 700,
        memory_allocated=lambda device: 500,
    )
    mps = types.SimpleNamespace(
        recommended_max_memory=lambda: 8000, current_allocated_memory=lambda: 3000
    )
    monkeypatch.setattr(torch, "cuda", cuda)
    monkeypatch.setattr(torch, "mps", mps)
    assert memory.free_bytes("cuda:1") == 5200
    assert memory.free_bytes("mps:0") == 5000
    monkeypatch.setattr(torch, "mps", types.SimpleNamespace())  # a torch that does not tell
    assert memory.free_bytes("mps:0") is None
