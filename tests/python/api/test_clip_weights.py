"""Weights that do not fit their card, and files that are no weights, are refused by name."""

from __future__ import annotations

import json
import pickle
import struct

import numpy as np
import pytest
from safetensors.numpy import save_file

import img2prompt as i2p

CARD = {
    "embed_dim": 6,
    "vision_cfg": {"image_size": 8, "layers": 1, "width": 8, "head_width": 4, "patch_size": 4},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 8, "heads": 2, "layers": 1},
}


def block(prefix):
    return {
        f"{prefix}ln_1.weight": (8,),
        f"{prefix}ln_1.bias": (8,),
        f"{prefix}attn.in_proj_weight": (24, 8),
        f"{prefix}attn.in_proj_bias": (24,),
        f"{prefix}attn.out_proj.weight": (8, 8),
        f"{prefix}attn.out_proj.bias": (8,),
        f"{prefix}ln_2.weight": (8,),
        f"{prefix}ln_2.bias": (8,),
        f"{prefix}mlp.c_fc.weight": (32, 8),
        f"{prefix}mlp.c_fc.bias": (32,),
        f"{prefix}mlp.c_proj.weight": (8, 32),
        f"{prefix}mlp.c_proj.bias": (8,),
    }


SHAPES = {
    "token_embedding.weight": (49408, 8),
    "positional_embedding": (77, 8),
    **block("transformer.resblocks.0."),
    "ln_final.weight": (8,),
    "ln_final.bias": (8,),
    "text_projection": (8, 6),
    "visual.conv1.weight": (8, 3, 4, 4),
    "visual.class_embedding": (8,),
    "visual.positional_embedding": (5, 8),
    "visual.ln_pre.weight": (8,),
    "visual.ln_pre.bias": (8,),
    **block("visual.transformer.resblocks.0."),
    "visual.ln_post.weight": (8,),
    "visual.ln_post.bias": (8,),
    "visual.proj": (8, 6),
    "logit_scale": (),
}


@pytest.fixture
def state():
    random = np.random.RandomState(0)
    return {n: np.asarray(random.randn(*shape), np.float32) for n, shape in SHAPES.items()}


@pytest.fixture
def load(tmp_path):
    def make(state, **card):
        (tmp_path / "card.json").write_text(json.dumps({**CARD, **card}))
        weights = tmp_path / "weights.safetensors"
        if isinstance(state, bytes):
            weights.write_bytes(state)
        else:
            save_file({n: np.ascontiguousarray(v) for n, v in state.items()}, weights)
        return i2p.Clip(tmp_path / "card.json", weights=weights, device="cpu")

    return make


def test_weights_that_fit_are_loaded(load, state):
    clip = load(state)
    features = clip.encode_text(["a cat", "a dog"])
    assert features.shape == (2, 6) and not np.allclose(features[0], features[1])
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, atol=1e-6)
    assert clip.embed_dim == 6 and clip.context_length == 77 and clip.image_size == 8
    assert len(clip.weights_sha256) == 64


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_other_number_types_are_converted(load, state, dtype):
    rounded = {n: v.astype(dtype) for n, v in state.items()}
    same = {n: v.astype(np.float32) for n, v in rounded.items()}
    want = load(same).encode_text(["a cat"])
    # Not to the bit: the order of sums may depend on where the numbers lie in memory.
    np.testing.assert_allclose(load(rounded).encode_text(["a cat"]), want, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "logit_scale"])
def test_a_missing_tensor_is_named(load, state, name):
    del state[name]
    with pytest.raises(i2p.ModelError) as caught:
        load(state)
    assert "weights.safetensors" in str(caught.value) and f"'{name}'" in str(caught.value)


@pytest.mark.parametrize("name", ["ln_final.weight", "visual.conv1.weight", "text_projection"])
def test_a_misshapen_tensor_is_named_with_both_shapes(load, state, name):
    shape = SHAPES[name]
    state[name] = np.zeros((*shape[:-1], shape[-1] + 1), np.float32)
    with pytest.raises(i2p.ModelError) as caught:
        load(state)
    message = str(caught.value)
    assert f"'{name}' is {list(state[name].shape)}, the model needs {list(shape)}" in message


def test_a_tensor_that_nothing_takes_is_named(load, state):
    state["visual.transformer.resblocks.1.ln_1.weight"] = np.zeros(8, np.float32)
    with pytest.raises(i2p.ModelError, match=r"'visual\.transformer\.resblocks\.1\.ln_1\.weight'"):
        load(state)


def test_weights_of_no_clip_say_so(load):
    with pytest.raises(i2p.ModelError, match="no CLIP text tower"):
        load({"x": np.zeros(3, np.float32)})


def test_a_vocabulary_smaller_than_the_tokenizers_is_refused(load, state):
    state["token_embedding.weight"] = state["token_embedding.weight"][:100]
    with pytest.raises(i2p.ModelError, match=r"vocab_size' is 100.*49408 tokens"):
        load(state, text_cfg={**CARD["text_cfg"], "vocab_size": 100})


def test_unknown_names_say_what_is_accepted(load, state, tmp_path):
    load(state)
    card, weights = tmp_path / "card.json", tmp_path / "weights.safetensors"
    for option, value in {"device": "gpu", "dtype": "float8"}.items():
        with pytest.raises(i2p.InvalidArgument, match=value) as caught:
            i2p.Clip(card, weights=weights, **{"device": "cpu", option: value})
        assert "accepted" in str(caught.value)
    with pytest.raises(i2p.InvalidArgument, match="cuda"):
        i2p.Clip(card, weights=weights, device="cuda:99")


def header(entries: dict, data: int) -> bytes:
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + b"\0" * data


def tensor(shape, begin, end, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


ATTACKS = {
    "empty": b"",
    "eight bytes": b"\0" * 8,
    "text": b"hello",
    "pickle": pickle.dumps({"model": [1, 2]}),
    "zip": b"PK\3\4" + b"\0" * 64,
    "header longer than the file": struct.pack("<Q", 1 << 20) + b"{}",
    "header of 2^63 bytes": struct.pack("<Q", 1 << 63) + b"{}",
    "header of 2^64-1 bytes": b"\xff" * 8 + b"{}",
    "no JSON": struct.pack("<Q", 2) + b"{!",
    "deep JSON": struct.pack("<Q", 1 << 20) + b'{"a":' * (1 << 18),
    "deep list": struct.pack("<Q", 4 + (1 << 20)) + b'{"a"' + b"[" * (1 << 20),
    "terabytes": header({"x": tensor([1 << 40], 0, 1 << 42)}, 0),
    "product wraps": header({"x": tensor([1 << 32, 1 << 32], 0, 0)}, 0),
    "negative offset": header({"x": tensor([1], -4, 0)}, 4),
    "backwards": header({"x": tensor([1], 4, 0)}, 4),
    "overlap": header({"x": tensor([2], 0, 8), "y": tensor([2], 4, 12)}, 12),
    "gap": header({"x": tensor([1], 0, 4), "y": tensor([1], 8, 12)}, 12),
    "trailing": header({"x": tensor([1], 0, 4)}, 5),
    "dtype": header({"x": tensor([1], 0, 4, "F32x")}, 4),
    "newline in a name": header({"a\nb\x1b[31m": tensor([1], 0, 5)}, 5),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_hostile_and_damaged_files_are_refused_in_one_line(load, name):
    with pytest.raises(i2p.CheckpointError) as caught:
        load(ATTACKS[name])
    message = str(caught.value)
    assert "weights.safetensors: " in message and len(message) < 600
    assert message.isprintable()


def test_every_cut_of_a_good_file_is_refused(load, state, tmp_path):
    load(state)
    good = (tmp_path / "weights.safetensors").read_bytes()
    header_length = struct.unpack("<Q", good[:8])[0]
    cuts = [0, 1, 7, 8, 9, 100, header_length, 8 + header_length, len(good) // 2, len(good) - 1]
    for cut in cuts:
        with pytest.raises(i2p.CheckpointError):
            load(good[:cut])


def test_a_missing_file_is_named(load, state, tmp_path):
    load(state)
    with pytest.raises(i2p.CheckpointError, match="nothing.safetensors: No such file"):
        i2p.Clip(tmp_path / "card.json", weights=tmp_path / "nothing.safetensors", device="cpu")
