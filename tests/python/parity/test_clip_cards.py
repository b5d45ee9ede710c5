"""The cards say what open_clip's configurations and its table of pretrained weights say."""

from __future__ import annotations

import importlib.util
import json
import os
from dataclasses import asdict
from functools import cache
from pathlib import Path

import open_clip
import pytest
import torch
from open_clip.modified_resnet import ModifiedResNet
from open_clip.transform import PreprocessCfg, merge_preprocess_dict

import img2prompt as i2p
from img2prompt import _core
from img2prompt.assets.names import find_model

from . import clip_models as models

SCRIPT = Path(__file__).parents[3] / "scripts/dev/make_clip_cards.py"


def shape_of(config: dict) -> dict:
    """What the towers of a configuration are, read from open_clip's own modules."""
    with torch.device("meta"):
        model = open_clip.CLIP(**config)
    text = transformer_of(model.transformer)
    activations = {type(block.mlp.gelu) for block in model.transformer.resblocks}
    visual = model.visual
    if isinstance(visual, ModifiedResNet):
        vision = resnet_of(visual)
    else:
        activations |= {type(block.mlp.gelu) for block in visual.transformer.resblocks}
        vision = {**transformer_of(visual.transformer), "stages": [0] * 4}
        vision |= {"image_size": visual.image_size[0], "patch_size": visual.patch_size[0]}
    return {
        "embed_dim": model.text_projection.shape[1],
        "quick_gelu": activations == {open_clip.transformer.QuickGELU},
        "vision": vision,
        "text": {**text, "context_length": model.context_length, "vocab_size": model.vocab_size},
    }


def transformer_of(transformer: torch.nn.Module) -> dict:
    block = transformer.resblocks[0]
    return {
        "width": transformer.width,
        "layers": len(transformer.resblocks),
        "heads": block.attn.num_heads,
        "mlp_width": block.mlp.c_fc.out_features,
    }


def resnet_of(visual: ModifiedResNet) -> dict:
    stages = [len(getattr(visual, f"layer{i}")) for i in (1, 2, 3, 4)]
    return {
        "width": visual.layer1[0].conv1.out_channels,
        "layers": sum(stages),
        "stages": stages,
        "heads": visual.attnpool.num_heads,
        "mlp_width": 0,
        "image_size": visual.image_size,
        "patch_size": 32,
    }


@cache
def named_shape(arch: str, quick_gelu: bool) -> dict:
    return shape_of({**open_clip.get_model_config(arch), "quick_gelu": quick_gelu})


def compared(card: dict) -> dict:
    """A card as read here, with the preprocessing apart."""
    pixels = card.pop("preprocess")
    return {"card": card, "pixels": {n: pytest.approx(v, rel=1e-6) if n in ("mean", "std") else v
                                     for n, v in pixels.items()}}  # fmt: skip


CLIPS = i2p.assets.models("clip")
NOT_SUPPORTED = {arch for members in i2p.assets.clip_not_supported().values() for arch in members}


@pytest.mark.parametrize("arch, tag", open_clip.list_pretrained())
def test_every_pretrained_model_of_open_clip_is_on_a_card_or_refused(arch, tag):
    if arch in NOT_SUPPORTED:
        with pytest.raises(i2p.ModelError, match=f"^{arch}/{tag} is not supported: [^\n]+$"):
            i2p.Clip(f"{arch}/{tag}")
        return
    source = open_clip.get_pretrained_cfg(arch, tag)
    found = find_model("clip", f"{arch}/{tag}")
    card = compared(_core.clip_card(str(found.card), found.pretrained))
    # Weights get the activation that they were trained with, under either name of their
    # architecture; open_clip 3.3 warns where name and weights disagree, and goes by the name.
    assert card["card"] == named_shape(arch, source.get("quick_gelu", False))
    want = merge_preprocess_dict(asdict(PreprocessCfg()), source)
    assert {name: want[name] for name in card["pixels"]} == card["pixels"]
    # Where it is published: the repository that open_clip asks first, and the address.
    assert found.files[0].repository == source["hf_hub"].rstrip("/")
    assert [file.url for file in found.files if file.url] == [source["url"]] * bool(source["url"])
    for file in found.files:
        assert file.about_size > 1e8
        # open_clip knows the sha256 of what lies at an address that holds it.
        assert not file.url or file.sha256 in file.url


@pytest.mark.parametrize("arch", open_clip.list_models())
def test_every_configuration_of_open_clip_is_read_alike_or_refused(arch, tmp_path):
    config = open_clip.get_model_config(arch)
    path = tmp_path / "card.json"
    path.write_text(json.dumps(config))
    if arch in NOT_SUPPORTED:
        with pytest.raises(i2p.ModelError, match=r"^\S+card.json: [^\n]* not supported: [^\n]+$"):
            _core.clip_card(str(path))
        return
    assert compared(_core.clip_card(str(path)))["card"] == shape_of(config)


# RN50x64 is left to test_clip_full_size.py: folding its norms writes 1.7 GB.
@pytest.mark.parametrize("arch", sorted({model.card.stem for model in CLIPS} - {"RN50x64"}))
def test_every_card_takes_the_tensors_of_open_clips_model(arch, tmp_path):
    with torch.device("meta"):
        state = open_clip.CLIP(**open_clip.get_model_config(arch)).state_dict()
    weights = tmp_path / "zeros.safetensors"
    safetensors_of_zeros(weights, state)
    model = next(model for model in CLIPS if model.card.stem == arch)
    clip = i2p.Clip(model.name, weights=weights, device="cpu")
    assert clip.embed_dim == state["text_projection"].shape[1]
    clip.unload()
    state["visual.other"] = state["text_projection"]
    safetensors_of_zeros(weights, state)
    with pytest.raises(i2p.ModelError, match="1 tensors that this model does not have"):
        i2p.Clip(model.name, weights=weights, device="cpu")


def safetensors_of_zeros(path: Path, state: dict[str, torch.Tensor]) -> None:
    """A file with these names and shapes that takes no room: nothing is written but its header."""
    header, size = models.safetensors_header(state)
    path.write_bytes(header)
    os.truncate(path, len(header) + size)


def test_the_files_are_what_the_script_writes(tmp_path):
    spec = importlib.util.spec_from_file_location("make_clip_cards", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(tmp_path)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.json"))
    models = i2p.assets.MODELS_DIRECTORY
    cards = [path.relative_to(models) for path in models.glob("clip/*.json")]
    assert written == sorted([*cards, Path("clip_not_supported.json")])
    for path in written:
        assert (tmp_path / path).read_text() == (models / path).read_text(), path
