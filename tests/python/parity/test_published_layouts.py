"""Models load from every file that their publishers offer, with equal answers."""

from __future__ import annotations

import json

import numpy as np
import open_clip
import pytest
import torch
from safetensors.torch import save_file

import img2prompt as i2p
from img2prompt import _core

from . import blip_models
from . import clip_models as models
from . import published_layouts as layouts

TOLERANCE = 2e-5  # float32 at small size, features of length 1

CONFIG = {
    "embed_dim": 48,
    "quick_gelu": True,
    "vision_cfg": {"image_size": 48, "layers": 2, "width": 64, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 1, "layers": 2},
}
SIZES = {"input_resolution": 48, "context_length": 77, "vocab_size": 49408}


def _shards(folder, state):
    names = sorted(state)
    parts = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for file, held in parts.items():
        save_file({n: state[n] for n in held}, folder / file)
    index = {"metadata": {}, "weight_map": {n: f for f, held in parts.items() for n in held}}
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps(index))
    return path


def _openai(folder, state):
    layouts.openai_archive(folder / "ViT-L-14.pt", state, SIZES)
    return folder / "ViT-L-14.pt"


def _training(folder, state):
    layouts.training_checkpoint(folder / "epoch_32.pt", state)
    return folder / "epoch_32.pt"


def _open_clip(folder, state, **options):
    torch.save(state, folder / "open_clip_pytorch_model.bin", **options)
    return folder / "open_clip_pytorch_model.bin"


WRITERS = {
    "open_clip_pytorch_model.bin": _open_clip,
    "with the mask": lambda f, s: _open_clip(f, {**s, "attn_mask": torch.zeros(77, 77)}),
    "custom text": lambda f, s: _open_clip(
        f, {n if n.startswith(("visual.", "logit_")) else f"text.{n}": t for n, t in s.items()}
    ),
    "half": lambda f, s: _open_clip(f, {n: t.half() for n, t in s.items()}),
    "legacy": lambda f, s: _open_clip(f, s, _use_new_zipfile_serialization=False),
    "training": _training,
    "ViT-L-14.pt": _openai,
    "shards": _shards,
}
ROUNDED = ("half", "ViT-L-14.pt")


@pytest.fixture(scope="module")
def clip_state():
    return models.state_of(models.open_clip_model(CONFIG, seed=5))


@pytest.fixture(scope="module")
def reference(clip_state):
    """Features of texts and pictures, of the numbers as they are and of their halves."""
    texts, pictures = models.texts()[:20], models.pictures(4, seed=3)
    tokens = open_clip.get_tokenizer("ViT-L-14")(texts)
    transform = open_clip.image_transform(48, is_train=False)
    pixels = torch.stack([transform(p) for p in pictures])
    answers = {}
    for rounded in (False, True):
        model = open_clip.CLIP(**CONFIG).eval()
        state = layouts.openai_rounded(clip_state) if rounded else clip_state
        model.load_state_dict(state, strict=False)
        with torch.no_grad():
            answers[rounded] = (
                models.unit(model.encode_text(tokens)),
                models.unit(model.encode_image(pixels)),
            )
    return texts, pictures, answers


@pytest.mark.parametrize("layout", WRITERS)
def test_clip_loads_from_every_layout_with_equal_features(layout, clip_state, reference, tmp_path):
    texts, pictures, answers = reference
    (tmp_path / "card.json").write_text(json.dumps(CONFIG))
    path = WRITERS[layout](tmp_path, clip_state)
    clip = i2p.Clip(tmp_path / "card.json", weights=path, device="cpu")
    text, image = answers[layout in ROUNDED]
    np.testing.assert_allclose(clip.encode_text(texts), text, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(clip.encode_image(pictures), image, rtol=0, atol=TOLERANCE)
    assert np.ptp(text, axis=0).max() > 0.2 and np.ptp(image, axis=0).max() > 0.05


def test_an_openai_archive_holds_its_parameters_by_name(clip_state, tmp_path):
    path = _openai(tmp_path, clip_state)
    found = _core.checkpoint_tensors(str(path))
    for name, tensor in clip_state.items():
        dtype = "float32" if name == "logit_scale" else "float16"
        assert found.pop(name) == (dtype, tuple(tensor.shape))
    assert {n for n in found if "." not in n} == set(SIZES)
    assert {n.rsplit(".")[-1] for n in found if "." in n} == {"attn_mask"}


@pytest.mark.parametrize("half", [False, True])
def test_deepdanbooru_keeps_its_tags_beside_its_tensors(half, tmp_path):
    tags = ["1girl", "solo", "rating:safe", "^_^", "日本語"]
    path = tmp_path / "model-resnet_custom_v3.pt"
    state = layouts.deepdanbooru_checkpoint(path, tags, half)
    assert set(_core.checkpoint_tensors(str(path))) == set(state)
    for name, tensor in state.items():
        np.testing.assert_array_equal(_core.checkpoint_tensor(str(path), name), tensor.numpy())
    assert _core.checkpoint_text_lists(str(path)) == {"tags": tags}


@pytest.fixture(scope="module")
def blip(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blip")
    model = blip_models.seeded_model(seed=2)
    return blip_models.save(folder, model), model


@pytest.mark.parametrize("shard_size", ["5GB", "400KB"])
def test_blip_loads_from_hugging_faces_older_files(shard_size, blip, tmp_path):
    folder, model = blip
    model.save_pretrained(tmp_path, safe_serialization=False, max_shard_size=shard_size)
    files = sorted(p.name for p in tmp_path.glob("pytorch_model*"))
    weights = "pytorch_model.bin.index.json" if shard_size == "400KB" else "pytorch_model.bin"
    assert weights in files and (len(files) > 3) == (shard_size == "400KB")
    shown = models.pictures(4, seed=8)
    ours = i2p.Captioner(folder, weights=tmp_path / weights, device="cpu").caption(shown)
    reference = blip_models.Reference(folder)
    assert ours == [reference.caption(picture, max_new_tokens=32) for picture in shown]
    assert len(set(ours)) > 1


def test_salesforces_checkpoint_is_read_beside_its_options(blip, tmp_path):
    _, model = blip
    path, state = tmp_path / "model_base_caption_capfilt_large.pth", model.state_dict()
    layouts.salesforce_checkpoint(path, state)
    found = _core.checkpoint_tensors(str(path))
    found.pop("text_decoder.bert.embeddings.position_ids")
    assert set(found) == {layouts.salesforce_name(name) for name in state}
    name = "visual_encoder.blocks.1.attn.qkv.weight"
    want = state["vision_model.encoder.layers.1.self_attn.qkv.weight"].numpy()
    np.testing.assert_array_equal(_core.checkpoint_tensor(str(path), name), want)
