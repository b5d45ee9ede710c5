"""Tagger files that are damaged or harmful end in one line that names the file and the fault."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import img2prompt as i2p

CONFIG = {
    "image_size": 8,
    "stem_width": 4,
    "blocks": [2],
    "widths": [4],
    "strides": [1],
    "shortcut_places": [0],
    "expansion": 2,
    "tags": 3,
}
SHAPES = [(4, 3, 7), (8, 4, 1), (4, 4, 1), (4, 4, 3), (8, 4, 1), (4, 8, 1), (4, 4, 3), (8, 4, 1)]
TAGS = ["a", "b", "c"]
PICTURE = np.zeros((5, 9, 3), np.uint8)


@pytest.fixture
def state():
    torch.manual_seed(0)
    made = {}
    for i, (out, into, kernel) in enumerate(SHAPES):
        made[f"n_Conv_{i}.weight"] = torch.randn(out, into, kernel, kernel) / 4
        made[f"n_Conv_{i}.bias"] = torch.randn(out) / 4
    made[f"n_Conv_{len(SHAPES)}.weight"] = torch.randn(3, 8, 1, 1)
    return made


@pytest.fixture
def card(tmp_path):
    path = tmp_path / "card.json"
    path.write_text(json.dumps({"arch": "deepdanbooru", "config": CONFIG}))
    return path


def saved(folder, state, **beside):
    torch.save({**state, **beside}, folder / "model.pt")
    return folder / "model.pt"


def refusal(kind, card, weights, names=None):
    with pytest.raises(kind) as caught:
        i2p.Tagger(card, weights=weights, device="cpu").probabilities(PICTURE)
    message = str(caught.value)
    assert type(caught.value) is kind and message.isprintable() and len(message) < 400
    assert str(names or weights) in message
    return message


def test_the_files_of_these_tests_are_good_but_for_their_faults(state, card, tmp_path):
    tagger = i2p.Tagger(card, weights=saved(tmp_path, state, tags=TAGS), device="cpu")
    assert tagger.probabilities(PICTURE).shape == (1, 3)


@pytest.mark.parametrize("tags", [["a", "b"], ["a", "b", "c", "d"], ["a"] * 100_000])
def test_more_or_fewer_tags_than_outputs(tags, state, card, tmp_path):
    message = refusal(i2p.ModelError, card, saved(tmp_path, state, tags=tags))
    assert f"{len(tags)} tags, the model has 3 outputs" in message


@pytest.mark.parametrize(
    "tags",
    [[], ["a", 2, "c"], ["a", None, "c"], [b"a", b"b", b"c"], "abc", {"a": 0}, 3, [["a"]] * 3],
)
def test_tags_that_are_no_list_of_texts(tags, state, card, tmp_path):
    message = refusal(i2p.ModelError, card, saved(tmp_path, state, tags=tags))
    assert "no list 'tags' of texts; put the model's tags beside it as tags.txt" in message


def test_no_tags_at_all(state, card, tmp_path):
    assert "no list 'tags'" in refusal(i2p.ModelError, card, saved(tmp_path, state))


@pytest.mark.parametrize(
    ("tag", "fault"),
    [
        ("", "tag 2 is empty"),
        ("x" * 501, "tag 2 has 501 bytes, 500 at most"),
        ("x" * 5_000_000, "tag 2 has 5000000 bytes"),
        ("b\nc", "tag 2 holds a control character"),
        ("\x1b[31m", "tag 2 holds a control character"),
    ],
)
def test_tags_that_are_no_names(tag, fault, state, card, tmp_path):
    assert fault in refusal(i2p.ModelError, card, saved(tmp_path, state, tags=["a", tag, "c"]))


def test_more_text_than_a_checkpoint_may_list(state, card, tmp_path):
    weights = saved(tmp_path, state, tags=["x" * 70_000_000, "b", "c"])
    assert "bytes of text" in refusal(i2p.CheckpointError, card, weights)


def test_a_file_of_tags_that_does_not_fit(state, card, tmp_path):
    weights, tags = tmp_path / "model.safetensors", tmp_path / "tags.txt"
    save_file(state, weights)
    assert "as tags.txt" in refusal(i2p.ModelError, card, weights)
    tags.write_text("a\nb\n")
    assert "2 tags, the model has 3 outputs" in refusal(i2p.ModelError, card, weights, tags)
    tags.write_bytes(b"a\nb\0\nc")
    assert "tag 2 holds a control character" in refusal(i2p.ModelError, card, weights, tags)
    tags.write_bytes(b"\xef\xbb\xbfa\r\nb\xff\r\nc\r\n\r\n")
    assert i2p.Tagger(card, weights=weights, device="cpu").labels == ("a", "b\ufffd", "c")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("name", ["n_Conv_0.weight", "n_Conv_3.bias", "n_Conv_8.weight"])
def test_weights_that_are_no_numbers(name, value, state, card, tmp_path):
    state[name].view(-1)[1] = value
    message = refusal(i2p.ModelError, card, saved(tmp_path, state, tags=TAGS))
    assert f"'{name}' holds NaN or infinity" in message


def test_numbers_so_large_that_no_answer_comes_out(state, card, tmp_path):
    state["n_Conv_7.weight"].fill_(1e30)
    state["n_Conv_8.weight"][:, ::2] = 1e30
    state["n_Conv_8.weight"][:, 1::2] = -1e30
    tagger = i2p.Tagger(card, weights=saved(tmp_path, state, tags=TAGS), device="cpu")
    with pytest.raises(i2p.ModelError, match="model.pt: its probabilities are no numbers"):
        tagger.tags(np.full((8, 8, 3), 255, np.uint8))


def test_tensors_that_do_not_fit(state, card, tmp_path):
    def fault(**changed):
        kept = {n: t for n, t in {**state, **changed}.items() if t is not None}
        return refusal(i2p.ModelError, card, saved(tmp_path, kept, tags=TAGS))

    assert "'n_Conv_2.weight' is missing, [4, 4, 1, 1]" in fault(**{"n_Conv_2.weight": None})
    assert "'n_Conv_3.bias' is missing" in fault(**{"n_Conv_3.bias": None})
    assert "is [4, 4, 1, 1], the model needs [4, 4, 3, 3]" in fault(
        **{"n_Conv_3.weight": torch.ones(4, 4, 1, 1)}
    )
    assert "is [9, 8, 1, 1], the model needs [3, 8, 1, 1]" in fault(
        **{"n_Conv_8.weight": torch.ones(9, 8, 1, 1)}
    )
    assert "1 tensors that this model does not have ('n_Conv_9.weight')" in fault(
        **{"n_Conv_9.weight": torch.ones(1)}
    )


def test_files_that_are_no_checkpoints_or_cards(state, card, tmp_path):
    weights = saved(tmp_path, state, tags=TAGS)
    good = weights.read_bytes()
    for length in (0, 1, 100, len(good) // 2, len(good) - 1):
        weights.write_bytes(good[:length])
        refusal(i2p.CheckpointError, card, weights)
    weights.write_bytes(good)
    deep = b"[" * 100_000
    for text in (
        b"",
        b"{",
        b"[]",
        b'{"config": 1}',
        b'{"arch": "clip"}',
        deep,
        b"{}" + b" " * 2**21,
    ):
        card.write_bytes(text)
        refusal(i2p.ModelError, card, weights, card)
    # A card that asks for more than any machine has is refused by the shapes of the file.
    card.write_text(json.dumps({"config": {**CONFIG, "widths": [16384], "tags": 3}}))
    refusal(i2p.ModelError, card, weights)
