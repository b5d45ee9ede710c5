"""The model cards as data: names, files and addresses, and what is refused in them."""

from __future__ import annotations

import json
import re

import pytest

import img2prompt as i2p
from img2prompt import assets
from img2prompt.assets import cards

GOOD = {"repository": "org/model", "file": "model.safetensors", "megabytes": 5}


@pytest.fixture
def read(home, monkeypatch):
    """The models of one caption card with these keys."""

    def make(text: str | None = None, **keys):
        monkeypatch.setattr(cards, "MODELS_DIRECTORY", home)
        (home / "blip").mkdir(exist_ok=True)
        (home / "blip" / "card.json").write_text(text or json.dumps({**GOOD, **keys}))
        return cards.models("caption")

    return make


def test_every_bundled_card_names_files_that_can_be_fetched():
    known = assets.models()
    assert {model.kind for model in known} >= {"clip", "caption"}
    names = [model.name for model in known]
    assert len(names) == len(set(names))
    for model in known:
        for file in model.files:
            assert file.address.startswith("https://") and file.about_size > 1e6, model.name
            assert not file.sha256 or re.fullmatch("[0-9a-f]{8,64}", file.sha256)
            assert not file.size or abs(file.size / file.about_size - 1) < 0.01


def test_a_card_gives_its_own_file_first_and_then_the_others(read):
    other = {"file": "w.pth", "url": "https://example.org/w.pth", "bytes": 7, "sha256": "0" * 64}
    copy = {"repository": "you/copy", "file": "sub/model.safetensors"}
    (model,) = read(bytes=11, revision="abc", other_files=["model.bin", other, copy])
    assert [file.address for file in model.files] == [
        "https://huggingface.co/org/model/resolve/abc/model.safetensors",
        "https://huggingface.co/org/model/resolve/main/model.bin",
        "https://example.org/w.pth",
        "https://huggingface.co/you/copy/resolve/main/sub/model.safetensors",
    ]
    assert [file.size for file in model.files] == [11, 0, 7, 0]
    assert model.files[3].name == "model.safetensors"


def test_another_host_may_stand_for_hugging_face(read, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    (model,) = read()
    assert (
        model.files[0].address == "https://mirror.example/org/model/resolve/main/model.safetensors"
    )
    assert model.files[0].source == "https://huggingface.co/org/model"


@pytest.mark.parametrize(
    "file",
    ["../model.bin", "/etc/passwd", "a/../../b", "..", "C:\\x", "a\\b", "", "a//b", ".hidden", 3],
)
def test_a_file_name_that_leaves_its_folder_is_refused(file, read):
    with pytest.raises(i2p.ModelError, match=r"card\.json: 'file' is"):
        read(file=file)
    with pytest.raises(i2p.ModelError, match=r"card\.json: 'file' is"):
        read(other_files=[{"file": file}])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("repository", "../../etc"),
        ("repository", "org"),
        ("revision", "../main"),
        ("url", "http://example.org/x"),
        ("url", "file:///etc/passwd"),
        ("sha256", "xyz"),
        ("sha256", "A" * 64),
    ],
)
def test_other_values_that_are_not_accepted_are_named(key, value, read):
    with pytest.raises(i2p.ModelError, match=rf"card\.json: '{key}' is"):
        read(**{key: value})


@pytest.mark.parametrize("text", ["{", "[]", "3", "[" * 100000, " " * (1 << 20) + "{}"])
def test_what_is_no_card_is_refused_by_name(text, read):
    with pytest.raises(i2p.ModelError, match=r"card\.json"):
        read(text)


def test_a_card_without_a_source_is_refused(read):
    with pytest.raises(i2p.ModelError, match="neither repository nor url"):
        read(repository=None)


def test_an_unknown_caption_model_is_refused_with_the_known_ones():
    with pytest.raises(i2p.ModelError, match=r"known models: .*blip-large, demo"):
        assets.resolve_captioner("blip-huge")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 kB"),
        (10, "1 kB"),
        (34_567, "35 kB"),
        (896_081_425, "896 MB"),
        (999_700_000, "1.0 GB"),
        (1_710_517_724, "1.7 GB"),
    ],
)
def test_sizes_in_words(size, text):
    assert cards.bytes_text(size) == text
