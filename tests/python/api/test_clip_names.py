"""CLIP models by name: open_clip's own spelling is taken, any other gets a useful answer."""

from __future__ import annotations

import pytest

import img2prompt as i2p
from img2prompt import assets
from img2prompt.assets.names import find_model


def refusal(name):
    with pytest.raises(i2p.ModelError) as caught:
        i2p.Clip(name)
    message = str(caught.value)
    assert message.isprintable() and len(message) < 500 and name in message
    return message


def test_every_name_of_the_cards_leads_to_its_row():
    for model in assets.models("clip"):
        found = find_model("clip", model.name)
        assert found == model and model.name == f"{model.card.stem}/{model.pretrained}"


def test_a_quickgelu_architecture_is_another_name_for_weights_trained_so():
    found = find_model("clip", "ViT-L-14-quickgelu/dfn2b")
    assert found == find_model("clip", "ViT-L-14/dfn2b") and found.name == "ViT-L-14/dfn2b"
    message = refusal("ViT-L-14-quickgelu/laion2b_s32b_b82k")
    assert "did you mean ViT-L-14/laion2b_s32b_b82k" in message


@pytest.mark.parametrize(
    "name, meant",
    [
        ("ViT-L-14/opena", "ViT-L-14/openai"),
        ("vit-l-14/openai", "ViT-L-14/openai"),
        ("ViT-L/14/openai", "ViT-L-14/openai"),
        ("ViT-L-14:openai", "ViT-L-14/openai"),
        ("ViT-H-14/laion2b-s32b-b79k", "ViT-H-14/laion2b_s32b_b79k"),
        ("ViT-g-14/laion2b_s34b_b88", "ViT-g-14/laion2b_s34b_b88k"),
        ("ViT-BigG-14/laion2b_s39b_b160k", "ViT-bigG-14/laion2b_s39b_b160k"),
        ("hf-hub:laion/CLIP-ViT-H-14-laion2B-s32B-b79K", "ViT-H-14/laion2b_s32b_b79k"),
        ("apple/DFN2B-CLIP-ViT-L-14", "ViT-L-14/dfn2b"),
        ("vit-b-16-siglip", "ViT-B-16-SigLIP"),
    ],
)
def test_a_name_spelt_otherwise_is_refused_with_the_nearest(name, meant):
    message = refusal(name)
    assert "no such CLIP model; did you mean" in message and meant in message
    assert "`img2prompt models list`" in message


@pytest.mark.parametrize("name", ["ViT-B-32", "ViT-B-32/", "ViT-B-32-quickgelu", "ViT-B-32/nobody"])
def test_an_architecture_alone_or_with_other_weights_is_answered_with_its_weights(name):
    message = refusal(name)
    assert f"{name.partition('/')[0]}/openai; there are openai, laion400m_e31" in message


@pytest.mark.parametrize("name", ["ViT-Z-99/nobody", "x", "", "/", "../../etc/passwd"])
def test_a_name_like_no_other_says_how_to_see_all(name):
    message = refusal(name)
    assert "`img2prompt models list`" in message


def test_every_unsupported_architecture_is_refused_with_its_reason():
    seen = 0
    for family, members in assets.clip_not_supported().items():
        for arch, because in members.items():
            for name in (arch, f"{arch}/webli"):
                message = refusal(name)
                assert message == f"{name} is not supported: {because} ({family})"
            seen += 1
    assert seen > 90
