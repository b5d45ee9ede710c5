"""An accelerator's memory: counted by torch, bounded by budgets, given back, and run out of."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import torch
from parity.clip_models import pictures

import img2prompt as i2p
from img2prompt import memory

TEXTS = [f"a {a} heart on {b} ground, {c}" for a in range(12) for b in range(12) for c in range(12)]
MIB = 1 << 20


def allocated(device):
    gc.collect()
    if device == "cuda":
        torch.cuda.synchronize()
        return torch.cuda.memory_allocated()
    return torch.mps.current_allocated_memory()


def test_free_memory_is_known_and_shrinks_by_what_is_taken(device):
    before = memory.free_bytes(f"{device}:0")
    assert before > 0
    block = torch.zeros(256 * MIB, dtype=torch.uint8, device=device)
    assert before - memory.free_bytes(f"{device}:0") == pytest.approx(256 * MIB, rel=0.1)
    del block


def test_memory_tells_what_torch_counts_and_unload_gives_it_back(device):
    clip, captioner = i2p.Clip("demo", device=device), i2p.Captioner("demo", device=device)
    start = allocated(device)
    clip.encode_text(TEXTS)
    clip.encode_image(pictures(2, seed=1))
    captioner.caption(pictures(2, seed=1))
    held = sum(row.bytes for row in clip.memory() + captioner.memory())
    # torch rounds every tensor up to 512 bytes (CUDA) or a page; the models have some hundreds.
    assert held <= allocated(device) - start < 1.2 * held + 16 * MIB
    assert all(row.device == f"{device}:0" for row in clip.memory() + captioner.memory())
    clip.unload()
    captioner.unload()
    assert allocated(device) - start <= MIB


def test_the_system_gets_the_memory_back(cuda):
    clip = i2p.Clip("demo", device=cuda)
    clip.encode_text(TEXTS)
    reserved = torch.cuda.memory_reserved()
    clip.unload()
    assert torch.cuda.memory_reserved() < reserved


@pytest.mark.parametrize("limit", ["low", "budget"])
def test_models_that_take_turns_stay_within_the_budget(cuda, limit):
    clip = i2p.Clip("demo", device=cuda, dtype="float32")
    captioner = i2p.Captioner("demo", device=cuda, dtype="float32")
    want = clip.encode_text(TEXTS), captioner.caption(pictures(3, seed=1))
    needed = [row.needed_bytes for row in clip.memory() + captioner.memory()]
    clip.unload()
    captioner.unload()
    budget = max(needed) + 24 * MIB
    shared = i2p.DeviceBudget(limit if limit == "low" else budget)
    engine = i2p.Interrogator(
        clip, captioner, labels={"mediums": ["a", "b"]}, cache_dir="", device_budget=shared
    )
    start = allocated(cuda)
    torch.cuda.reset_peak_memory_stats()
    for _ in range(2):
        np.testing.assert_allclose(clip.encode_text(TEXTS), want[0], atol=5e-5)
        assert captioner.caption(pictures(3, seed=1)) == want[1]
        engine.rank(pictures(1, seed=1)[0], "mediums")
    loaded = [row for row in shared.memory() if row.bytes]
    assert len(loaded) == 1 if limit == "low" else len(loaded) < 3
    # cuBLAS keeps a workspace of its own, of some MiB.
    slack = 48 * MIB
    assert torch.cuda.max_memory_allocated() - start < budget + slack
    engine.unload()


def test_running_out_is_told_and_leaves_the_model_usable(cuda):
    clip = i2p.Clip("demo", device=cuda, dtype="float32")
    want = clip.encode_text(TEXTS)
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.empty_cache()
    try:
        torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + MIB) / total)
        with pytest.raises(i2p.OutOfDeviceMemory, match="cuda:0: .*out of memory"):
            clip.encode_text([f"{text} {i}" for text in TEXTS for i in range(20)])
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    np.testing.assert_allclose(clip.encode_text(TEXTS), want, rtol=0, atol=5e-5)


def test_a_first_failure_is_tried_again_with_less(cuda):
    """With room for half of the usual piece, though not for all of it."""
    clip = i2p.Clip("demo", device=cuda, dtype="float32")
    many = [f"{text} {i}" for text in TEXTS for i in range(20)]
    torch.cuda.reset_peak_memory_stats()
    want = clip.encode_text(many)
    needed = torch.cuda.max_memory_allocated() - sum(row.bytes for row in clip.memory())
    clip.unload()
    clip.encode_text("a")
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    room = torch.cuda.memory_reserved() + int(0.75 * needed)
    try:
        torch.cuda.set_per_process_memory_fraction(room / total)
        np.testing.assert_allclose(clip.encode_text(many), want, rtol=0, atol=5e-5)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
