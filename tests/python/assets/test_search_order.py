"""Where weights are looked for, in which order, and in which layouts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

import img2prompt as i2p
from img2prompt import assets
from img2prompt.assets.find import find, find_below
from img2prompt.assets.names import find_model
from img2prompt.assets.places import Place, hugging_face_cache
from img2prompt.assets.webui import clip_models_folder, find_webui, models_folder

from .conftest import make_webui, write

CLIP, BLIP = "ViT-L-14/openai", "blip-base-capfilt"
BLIP_FILE = "model_base_caption_capfilt_large.pth"
REPOSITORY = "models--timm--vit_large_patch14_clip_224.openai"


def place_of(name: str, kind: str = "clip", models_dir: Path | None = None) -> str | None:
    found = find(find_model(kind, name), assets.search_path(models_dir))
    return found.place.name if found else None


def snapshot(cache: Path, repository: str = REPOSITORY, revision: str = "a" * 40) -> Path:
    return cache / repository / "snapshots" / revision


def test_the_first_place_that_has_the_file_is_used(home, monkeypatch):
    own, named, webui = home / "own", home / "named", make_webui(home / "webui")
    monkeypatch.setenv("IMG2PROMPT_MODELS", str(named))
    monkeypatch.setenv("IMG2PROMPT_WEBUI", str(webui))
    monkeypatch.setenv("COMMANDLINE_ARGS", "--clip-models-path clips")
    folder = "ViT-L-14_openai/open_clip_model.safetensors"
    order = [
        ("models_dir (--models-dir)", own / folder),
        ("IMG2PROMPT_MODELS", named / folder),
        ("WebUI", webui / "models" / folder),
        (
            "WebUI, clip-interrogator",
            webui / "models" / "clip-interrogator" / "ViT-L-14_openai.bin",
        ),
        ("WebUI, --clip-models-path", webui / "clips" / folder),
        ("your models", home / ".cache" / "img2prompt" / "models" / folder),
        (
            "Hugging Face cache",
            snapshot(home / ".cache" / "huggingface" / "hub") / "open_clip_model.safetensors",
        ),
        (
            "CLIP's and open_clip's cache",
            snapshot(home / ".cache" / "clip") / "open_clip_pytorch_model.bin",
        ),
    ]
    for _, path in order:
        write(path)
    for name, path in order:
        assert place_of(CLIP, models_dir=own) == name
        assert assets.resolve_clip(CLIP, models_dir=own).weights == path
        path.unlink()
    assert place_of(CLIP, models_dir=own) is None


def test_a_named_file_is_used_whatever_lies_elsewhere(home):
    write(home / ".cache" / "img2prompt" / "models" / "ViT-L-14_openai.pt")
    assert assets.resolve_clip(CLIP, weights=home / "mine.bin").weights == home / "mine.bin"
    assert assets.resolve_captioner(BLIP, weights=home / "b.pth").weights == home / "b.pth"


def test_the_webuis_files_are_used_where_it_keeps_them(home, monkeypatch):
    webui = make_webui(home / "webui")
    extension = webui / "extensions" / "img2prompt"
    extension.mkdir(parents=True)
    blip = write(webui / "models" / "BLIP" / BLIP_FILE)
    monkeypatch.chdir(extension)
    assert place_of(BLIP, "caption") == "WebUI, BLIP"
    assert assets.resolve_captioner(BLIP).weights == blip
    blip.unlink()
    write(home / ".cache" / "torch" / "hub" / "checkpoints" / BLIP_FILE)
    assert place_of(BLIP, "caption") == "torch hub's cache"


@pytest.mark.parametrize(
    ("kind", "name", "file"),
    [
        ("clip", CLIP, "ViT-L-14_openai/open_clip_model.safetensors"),
        ("clip", CLIP, "ViT-L-14_openai/open_clip_pytorch_model.bin"),
        ("clip", CLIP, "ViT-L-14_openai/model.safetensors"),
        ("clip", CLIP, "ViT-L-14_openai/pytorch_model.bin.index.json"),
        ("clip", CLIP, "ViT-L-14_openai.pt"),
        ("clip", CLIP, "ViT-L-14_openai.safetensors"),
        ("clip", CLIP, "timm/vit_large_patch14_clip_224.openai/open_clip_model.safetensors"),
        ("clip", CLIP, "vit_large_patch14_clip_224.openai/open_clip_pytorch_model.bin"),
        ("caption", BLIP, BLIP_FILE),
        ("caption", BLIP, f"blip-base-capfilt/{BLIP_FILE}"),
        ("caption", BLIP, "blip-base-capfilt.pth"),
        ("caption", "blip-large", "blip-large/model.safetensors"),
        ("caption", "blip-large", "blip-large/pytorch_model.bin"),
        ("caption", "blip-large", "blip-large/model.safetensors.index.json"),
        ("caption", "blip-large", "blip-image-captioning-large/model.safetensors"),
    ],
)
def test_each_layout_serves_below_a_models_folder(kind, name, file, home):
    folder = Place("", home / "models")
    model = find_model(kind, name)
    assert find_below(model, folder) is None
    path = write(home / "models" / file)
    assert find_below(model, folder) == path
    for other in assets.models():
        assert other.name == name or find_below(other, folder) is None


@pytest.mark.parametrize("file", ["model.safetensors", "open_clip_model.safetensors"])
def test_a_name_that_any_model_has_serves_no_model_by_itself(file, home):
    write(home / "models" / file)
    place = Place("", home / "models")
    assert all(find_below(model, place) is None for model in assets.models())


def test_an_image_tower_alone_under_a_whole_clips_name_is_passed_over(home):
    """Repositories of timm hold its own image tower as model.safetensors."""
    cache = home / ".cache" / "huggingface" / "hub"
    path = snapshot(cache) / "model.safetensors"
    path.parent.mkdir(parents=True)
    save_file({"blocks.0.norm1.weight": torch.zeros(4)}, path)
    assert place_of(CLIP) is None
    save_file({"text_model.embeddings.token_embedding.weight": torch.zeros(4, 4)}, path)
    assert place_of(CLIP) == "Hugging Face cache"
    path.write_bytes(b"no weights")
    assert place_of(CLIP) is None


def test_openais_own_repository_holds_the_same_weights(home):
    cache = home / ".cache" / "huggingface" / "hub"
    for repository, model in (
        ("clip-vit-large-patch14", CLIP),
        ("clip-vit-large-patch14-336", "ViT-L-14-336/openai"),
        ("clip-vit-base-patch16", "ViT-B-16/openai"),
        ("clip-vit-base-patch32", "ViT-B-32/openai"),
    ):
        file = find_model("clip", model).files[-1].file
        path = write(snapshot(cache, f"models--openai--{repository}") / file)
        assert assets.resolve_clip(model).weights == path


def test_the_snapshot_that_main_names_comes_first(home):
    cache = home / ".cache" / "huggingface" / "hub"
    for digit in "123":
        write(snapshot(cache, revision=digit * 40) / "open_clip_model.safetensors")
    write(cache / REPOSITORY / "refs" / "main", b"2" * 40 + b"\n")
    assert assets.resolve_clip(CLIP).weights.parent.name == "2" * 40


@pytest.mark.parametrize("main", [b"../../../secret", b"/secret", b"", b"\xff\x00", b"9" * 40])
def test_a_reference_cannot_leave_the_cache(main, home):
    cache = home / ".cache" / "huggingface" / "hub"
    for secret in (home / ".cache" / "secret", cache / REPOSITORY / "secret"):
        write(secret / "open_clip_model.safetensors")
    write(cache / REPOSITORY / "refs" / "main", main)
    (cache / REPOSITORY / "snapshots").mkdir()
    assert place_of(CLIP) is None
    path = write(snapshot(cache) / "open_clip_model.safetensors")
    assert assets.resolve_clip(CLIP).weights == path


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_links_of_the_cache_are_followed_and_broken_ones_passed_over(home):
    cache = home / ".cache" / "huggingface" / "hub"
    link = snapshot(cache) / "open_clip_model.safetensors"
    link.parent.mkdir(parents=True)
    link.symlink_to(Path("..") / ".." / "blobs" / "abc")
    assert place_of(CLIP) is None
    write(cache / REPOSITORY / "blobs" / "abc")
    assert place_of(CLIP) == "Hugging Face cache"


def test_the_cache_is_where_its_variables_say(home, monkeypatch):
    assert hugging_face_cache() == home / ".cache" / "huggingface" / "hub"
    for variable, value, hub in (
        ("XDG_CACHE_HOME", home / "x", home / "x" / "huggingface" / "hub"),
        ("HF_HOME", home / "h", home / "h" / "hub"),
        ("HUGGINGFACE_HUB_CACHE", home / "older", home / "older"),
        ("HF_HUB_CACHE", "~/newer", home / "newer"),
    ):
        monkeypatch.setenv(variable, str(value))
        assert hugging_face_cache() == hub


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("webui-user.sh", 'export COMMANDLINE_ARGS="--api --clip-models-path DIR --xformers"'),
        ("webui-user.sh", "export COMMANDLINE_ARGS='--clip-models-path=DIR'"),
        ("webui-user.bat", "@echo off\nset COMMANDLINE_ARGS=--api --clip-models-path DIR\n"),
        ("webui-user.bat", 'set COMMANDLINE_ARGS=--clip-models-path "DIR"'),
        ("webui-user.ps1", '$env:COMMANDLINE_ARGS = "--clip-models-path DIR"'),
    ],
)
def test_the_webuis_own_options_are_read_from_the_file_that_starts_it(file, text, home):
    webui = make_webui(home / "webui")
    (webui / file).write_text(text)
    assert clip_models_folder(webui) == webui / "DIR"
    (webui / file).write_text("# " + text.replace("\n", "\n# "))
    assert clip_models_folder(webui) is None
    (webui / file).write_text(text.replace("DIR", str(home / "clips")))
    assert clip_models_folder(webui) == home / "clips"


def test_the_webuis_models_lie_where_its_options_put_them(home, monkeypatch):
    webui = make_webui(home / "webui")
    assert models_folder(webui) == webui / "models"
    monkeypatch.setenv("COMMANDLINE_ARGS", "--data-dir /data")
    assert models_folder(webui) == Path("/data/models")
    monkeypatch.setenv("COMMANDLINE_ARGS", "--data-dir /data --models-dir=/m")
    assert models_folder(webui) == Path("/m")


def test_a_webui_is_known_by_its_files_alone(home, monkeypatch):
    webui = make_webui(home / "webui")
    below = webui / "extensions" / "img2prompt" / "scripts"
    below.mkdir(parents=True)
    assert find_webui() is None and find_webui([below]) == webui
    monkeypatch.chdir(below)
    assert find_webui() == webui
    (webui / "webui.py").unlink()
    assert find_webui() is None
    monkeypatch.setenv("IMG2PROMPT_WEBUI", "~/webui")
    assert find_webui() == webui


def test_a_folder_that_cannot_be_read_is_passed_over(home):
    locked = home / "locked"
    write(locked / "ViT-L-14_openai.pt")
    locked.chmod(0)
    try:
        if os.access(locked, os.R_OK):
            pytest.skip("this user reads everything")
        assert place_of(CLIP, models_dir=locked) is None
    finally:
        locked.chmod(0o700)


def test_weights_beside_a_card_of_ones_own_are_used(home):
    card = write(home / "card.json", b"{}")
    with pytest.raises(i2p.ModelError, match="--clip-weights FILE"):
        assets.resolve_clip(card)
    weights = write(home / "card.safetensors")
    assert assets.resolve_clip(card).weights == weights
