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
DECIDED = 1e-3  # lead of the best word's score; rounding moves scores by about 1e-5

# Its own defaults; both lengths count the start and the prompt.
WEBUI_SETTINGS = {"min_length": 24, "max_length": 48, "prompt": "a picture of "}

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
ROUNDED = {
    "half": lambda state: {n: t.half().float() for n, t in state.items()},
    "ViT-L-14.pt": layouts.openai_rounded,
}


@pytest.fixture(scope="module")
def clip_state():
    return models.state_of(models.open_clip_model(CONFIG, seed=5))


@pytest.fixture(scope="module")
def reference(clip_state):
    """Features of texts and pictures, of the numbers as they are and as layouts round them."""
    texts, pictures = models.texts()[:20], models.pictures(4, seed=3)
    tokens = open_clip.get_tokenizer("ViT-L-14")(texts)
    transform = open_clip.image_transform(48, is_train=False)
    pixels = torch.stack([transform(p) for p in pictures])
    answers = {}
    for layout, rounded in {"": dict, **ROUNDED}.items():
        model = open_clip.CLIP(**CONFIG).eval()
        model.load_state_dict(rounded(clip_state), strict=False)
        with torch.no_grad():
            answers[layout] = (
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
    text, image = answers[layout if layout in ROUNDED else ""]
    np.testing.assert_allclose(clip.encode_text(texts), text, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(clip.encode_image(pictures), image, rtol=0, atol=TOLERANCE)
    assert np.ptp(text, axis=0).max() > 0.2 and np.ptp(image, axis=0).max() > 0.05


def test_an_openai_archive_holds_its_parameters_by_name(clip_state, tmp_path):
    path = _openai(tmp_path, clip_state)
    found = _core.checkpoint_tensors(str(path))
    for name, tensor in clip_state.items():
        dtype = "float16" if layouts.is_half_at_openai(name) else "float32"
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


@pytest.fixture(scope="module")
def salesforce(tmp_path_factory):
    """A small model as Salesforce has it: a vision eps of 1e-6, which its faint patches feel."""
    folder = tmp_path_factory.mktemp("salesforce")
    model = blip_models.seeded_model(seed=4, vision={"layer_norm_eps": 1e-6})
    with torch.no_grad():
        for name in ("class_embedding", "position_embedding", "patch_embedding.weight"):
            model.get_parameter(f"vision_model.embeddings.{name}").mul_(1e-3)
        model.vision_model.embeddings.patch_embedding.bias.mul_(1e-3)
    blip_models.save(folder, model)
    weights = folder / "model_base_caption_capfilt_large.pth"
    layouts.salesforce_checkpoint(weights, model.state_dict())
    captioner = i2p.Captioner(folder, weights=weights, device="cpu")
    return captioner, blip_models.Reference(folder)


def test_salesforces_weights_see_what_transformers_model_of_them_sees(salesforce):
    captioner, reference = salesforce
    shown = models.pictures(3, seed=6)
    want = reference.image_tokens(shown).numpy()
    np.testing.assert_allclose(captioner.encode_image(shown), want, rtol=0, atol=1e-3)
    for module in reference.model.vision_model.modules():
        if isinstance(module, torch.nn.LayerNorm):
            module.eps = 1e-5
    other = reference.image_tokens(shown).numpy()
    for module in reference.model.vision_model.modules():
        if isinstance(module, torch.nn.LayerNorm):
            module.eps = 1e-6
    assert np.abs(other - want).max() > 0.1  # the eps shows


@pytest.mark.parametrize("beams", [1, 3])
def test_salesforces_weights_write_what_transformers_model_of_them_writes(beams, salesforce):
    captioner, reference = salesforce
    shown = models.pictures(4, seed=9)
    settings = {**WEBUI_SETTINGS, "num_beams": beams}
    ours = captioner.caption(shown, **settings)
    assert ours == [reference.caption(picture, **settings) for picture in shown]
    assert len(set(ours)) > 1 and all(text.startswith("a picture of ") for text in ours)


def test_the_card_of_salesforces_model_differs_from_hugging_faces_in_eps_alone():
    cards = {
        name: json.loads((i2p.assets.MODELS_DIRECTORY / "blip" / f"{name}.json").read_text())
        for name in ("blip-base", "blip-base-capfilt")
    }
    theirs, ours = (card["config"] for card in cards.values())
    assert ours["vision_config"].pop("layer_norm_eps") == 1e-6
    assert theirs["vision_config"].pop("layer_norm_eps") == 1e-5
    assert theirs == ours
    assert cards["blip-base"]["preprocess"] == cards["blip-base-capfilt"]["preprocess"]


def test_salesforces_file_is_found_by_its_name(tmp_path):
    with pytest.raises(i2p.ModelError, match=r"get model_base_caption_capfilt_large.pth \(896 MB"):
        i2p.Captioner("blip-base-capfilt", models_dir=tmp_path)
    path = tmp_path / "blip-base-capfilt" / "model_base_caption_capfilt_large.pth"
    path.parent.mkdir()
    path.write_bytes(b"no weights")
    assert i2p.assets.resolve_captioner("blip-base-capfilt", models_dir=tmp_path).weights == path
    with pytest.raises(i2p.CheckpointError, match="capfilt_large.pth"):
        i2p.Captioner("blip-base-capfilt", models_dir=tmp_path)


@pytest.mark.slow
def test_salesforces_model_at_full_size_equals_transformers(tmp_path):
    card = json.loads(
        (i2p.assets.MODELS_DIRECTORY / "blip" / "blip-base-capfilt.json").read_text()
    )["config"]
    text, vision = card["text_config"], card["vision_config"]
    # Weights as large as the small models' would magnify rounding a thousandfold in twelve layers.
    vision["initializer_range"] = 0.02
    model = blip_models.seeded_model(7, text=text, vision=vision, cross=10.0, others=2.0)
    blip_models.save(tmp_path, model, words=30522)
    weights = tmp_path / "model_base_caption_capfilt_large.pth"
    layouts.salesforce_checkpoint(weights, model.state_dict())
    del model
    shown = models.pictures(3, seed=9)
    reference = blip_models.Reference(tmp_path)
    tokens = reference.image_tokens(shown).numpy()
    lead = min(reference.narrowest_choice(picture, 40) for picture in shown)
    assert lead > DECIDED, "float32 rounding must not decide"
    ours = i2p.Captioner("blip-base-capfilt", weights=weights, device="cpu")
    difference = np.abs(ours.encode_image(shown) - tokens).max()
    assert difference <= 1e-4 * np.abs(tokens).max()
    for beams in (1, 3):
        settings = {**WEBUI_SETTINGS, "num_beams": beams}
        want = [reference.caption(picture, **settings) for picture in shown]
        assert len(set(want)) == 3, "the pictures must matter"
        assert ours.caption(shown, **settings) == want
