"""A captioner's files: what is missing, damaged or does not fit is named in one line."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

import img2prompt as i2p

from . import blip_models as models
from .clip_models import pictures

HEAD = "text_decoder.cls.predictions."


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return models.save(tmp_path_factory.mktemp("blip"), models.seeded_model(seed=2))


@pytest.fixture
def folder(made, tmp_path):
    for path in made.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def refusal(folder, kind, **options):
    with pytest.raises(kind) as caught:
        i2p.Captioner(folder, device="cpu", **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def edit_weights(folder, edit):
    state = load_file(folder / "model.safetensors")
    edit(state)
    save_file(state, folder / "model.safetensors")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("vision_model.embeddings.class_embedding", "[1, 1, 64]"),
        ("vision_model.embeddings.patch_embedding.weight", "[64, 3, 12, 12]"),
        ("vision_model.encoder.layers.2.self_attn.qkv.weight", "[192, 64]"),
        ("text_decoder.bert.encoder.layer.1.crossattention.self.key.weight", "[96, 64]"),
        ("text_decoder.bert.embeddings.word_embeddings.weight", "[4002, 96]"),
        (HEAD + "transform.dense.bias", "[96]"),
    ],
)
def test_a_tensor_missing_or_misshapen_is_named_with_what_is_needed(name, shape, folder):
    kept = load_file(folder / "model.safetensors")[name]
    edit_weights(folder, lambda state: state.pop(name))
    message = refusal(folder, i2p.ModelError)
    assert "model.safetensors" in message and name in message and shape in message
    edit_weights(folder, lambda state: state.update({name: torch.zeros(*kept.shape, 2)}))
    message = refusal(folder, i2p.ModelError)
    assert name in message and f"the model needs {shape}" in message and ", 2]" in message


def test_an_unexpected_tensor_is_named(folder):
    edit_weights(folder, lambda state: state.update({"itm_head.weight": torch.zeros(2, 8)}))
    assert "itm_head.weight" in refusal(folder, i2p.ModelError)


def test_no_output_bias_under_either_name_is_named(folder):
    edit_weights(folder, lambda state: state.pop(HEAD + "bias"))
    assert HEAD + "decoder.bias" in refusal(folder, i2p.ModelError)


def save_torch_file(folder, state):
    torch.save(state, folder / "pytorch_model.bin")


def save_shards(folder, state):
    names = sorted(state)
    shards = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for shard, held in shards.items():
        save_file({name: state[name] for name in held}, folder / shard)
    where = {name: shard for shard, held in shards.items() for name in held}
    index = json.dumps({"metadata": {}, "weight_map": where})
    (folder / "model.safetensors.index.json").write_text(index)


@pytest.mark.parametrize("save", [save_torch_file, save_shards])
def test_weights_in_the_other_layouts_of_a_directory(save, folder):
    shown = pictures(3, seed=8)
    want = i2p.Captioner(folder, device="cpu").caption(shown)
    state = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    save(folder, state)
    assert i2p.Captioner(folder, device="cpu").caption(shown) == want


@pytest.mark.parametrize("file", ["model.safetensors", "pytorch_model.bin"])
def test_a_named_model_is_found_under_either_file_name(file, tmp_path):
    (tmp_path / "blip-base").mkdir()
    (tmp_path / "blip-base" / file).write_bytes(b"no weights")
    found = i2p.assets.resolve_captioner("blip-base", models_dir=tmp_path)
    assert found.directory == tmp_path / "blip-base"
    with pytest.raises(i2p.CheckpointError, match=file):
        i2p.Captioner("blip-base", models_dir=tmp_path)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_missing_file_is_named(name, folder):
    (folder / name).unlink()
    assert name in refusal(folder, i2p.ModelError)


def test_missing_settings_of_the_picture_are_those_of_blip(folder):
    shown = pictures(3, seed=8)
    want = i2p.Captioner(folder, device="cpu").caption(shown)
    (folder / "preprocessor_config.json").unlink()
    assert i2p.Captioner(folder, device="cpu").caption(shown) == want


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("config.json", "{", "not JSON"),
        ("config.json", "[]", "not an object"),
        ("config.json", '{"model_type": "clip"}', '"blip" is accepted'),
        ("config.json", '{"text_config": 3}', "text_config is not an object"),
        ("config.json", '{"vision_config": {"hidden_size": 1e99}}', "a whole number from 1 to"),
        ("config.json", '{"vision_config": {"num_hidden_layers": -1}}', "a whole number from 1"),
        ("config.json", '{"vision_config": {"num_attention_heads": 5}}', "is not a multiple of"),
        ("config.json", '{"text_config": {"hidden_act": "relu"}}', '"quick_gelu" is accepted'),
        ("config.json", '{"text_config": {"bos_token_id": 30524}}', "from 0 to 30523"),
        ("config.json", '{"text_config": {"vocab_size": 9}}', "outside vocab_size 9"),
        ("config.json", '{"text_config": {"layer_norm_eps": "0"}}', "a number from 0 to 1"),
        (
            "config.json",
            '{"text_config": {"position_embedding_type": "relative_key"}}',
            '"absolute" is accepted',
        ),
        ("preprocessor_config.json", "nothing", "not JSON"),
        ("preprocessor_config.json", '{"size": {"shortest_edge": 72}}', "is accepted"),
        ("preprocessor_config.json", '{"size": 80}', "image_size 72"),
        ("preprocessor_config.json", '{"size": 72, "resample": 0}', "3 (bicubic)"),
        ("preprocessor_config.json", '{"size": 72, "image_std": [1, 0, 1]}', "three positive"),
        ("preprocessor_config.json", '{"size": 72, "image_mean": [1]}', "three numbers"),
        ("preprocessor_config.json", '{"size": 72, "do_resize": false}', "do_resize is false"),
        ("preprocessor_config.json", '{"size": 72, "do_rescale": 1}', "true or false"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_accepted(name, content, says, folder):
    (folder / name).write_text(content)
    message = refusal(folder, i2p.Error)
    assert name in message and says in message


def test_nesting_without_end_is_refused(folder):
    (folder / "config.json").write_text("[" * 100000)
    assert "config.json" in refusal(folder, i2p.Error)


def test_a_truncated_checkpoint_is_refused(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:100000])
    assert "model.safetensors" in refusal(folder, i2p.CheckpointError)


def test_other_weights_for_a_directory(folder, tmp_path_factory):
    shown = pictures(4, seed=9)
    other = models.save(tmp_path_factory.mktemp("other"), models.seeded_model(seed=3))
    want = i2p.Captioner(other, device="cpu").caption(shown)
    ours = i2p.Captioner(folder, weights=other / "model.safetensors", device="cpu")
    assert ours.caption(shown) == want
    assert want != i2p.Captioner(folder, device="cpu").caption(shown)


def test_weights_of_a_named_model_are_read_with_its_card(folder):
    # Not with the configuration that lies beside them, which is another model's.
    message = refusal("blip-base", i2p.ModelError, weights=folder / "model.safetensors")
    assert "the model needs" in message or "is needed" in message
    assert "768" in message


@pytest.mark.parametrize("model", ["blip-base", "blip-large"])
def test_cards_describe_transformers_models(model):
    card = json.loads((i2p.assets.MODELS_DIRECTORY / "blip" / f"{model}.json").read_text())
    config = models.BlipConfig(**{k: v for k, v in card["config"].items() if k != "model_type"})
    with torch.device("meta"):
        theirs = models.BlipForConditionalGeneration(config)
    # The published files hold the tied output layer twice.
    tied = theirs.text_decoder.bert.embeddings.word_embeddings.weight.numel()
    stored = 4 * (sum(p.numel() for p in theirs.parameters()) + tied)
    assert round(stored / 1e7) * 10 == card["megabytes"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"device": "gpu"}, "is accepted"),
        ({"device": "cuda:99"}, "CUDA devices here"),
        ({"device": "cpu", "dtype": "float16"}, "needs a GPU"),
        ({"device": "cpu", "dtype": "int8"}, "is accepted"),
    ],
)
def test_an_unknown_device_or_number_type_is_refused(options, says, made):
    with pytest.raises(i2p.InvalidArgument, match=says):
        i2p.Captioner(made, **options)
