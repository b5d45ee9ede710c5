"""Where label lists and caches are looked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import img2prompt as i2p
from img2prompt import labels as finding
from img2prompt.assets import find_webui
from img2prompt.interrogator import default_cache_directory
from img2prompt.labels import find_labels


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A WebUI, an installed clip-interrogator whose code must not run, and the package's models."""
    webui, site, models = tmp_path / "webui", tmp_path / "site", tmp_path / "models"
    for folder in (webui / "modules", webui / "models" / "clip", webui / "interrogate"):
        folder.mkdir(parents=True)
    (webui / "webui.py").touch()
    package = site / "clip_interrogator"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    (models / "labels").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(site)])
    monkeypatch.delitem(sys.modules, "clip_interrogator", raising=False)
    monkeypatch.delenv("IMG2PROMPT_WEBUI", raising=False)
    monkeypatch.setattr(finding, "MODELS_DIRECTORY", models)
    monkeypatch.chdir(tmp_path)
    return {"webui": webui, "package": package / "data", "models": models / "labels"}


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("x\n")


def found(*arguments, **options) -> dict[str, Path]:
    return {source.name: source.path for source in find_labels(*arguments, **options)[0]}


def test_each_table_comes_from_the_first_place_that_has_it(places):
    write(places["models"], "artists.txt", "flavors.txt", "mediums.txt")
    write(places["package"], "artists.txt", "flavors.txt")
    write(places["webui"] / "interrogate", "artists.txt")
    weights = places["webui"] / "models" / "clip" / "w.safetensors"
    assert found(near=[weights]) == {
        "artists": places["webui"] / "interrogate" / "artists.txt",
        "flavors": places["package"] / "flavors.txt",
        "mediums": places["models"] / "mediums.txt",
    }
    assert found()["artists"] == places["package"] / "artists.txt"


def test_a_named_folder_is_the_only_place(places, tmp_path):
    write(places["package"], "artists.txt")
    own = tmp_path / "own"
    own.mkdir()
    with pytest.raises(i2p.InvalidArgument, match=r"own: no label list"):
        find_labels(own)
    write(own, "flavors.top3.txt", "styles.txt", "flavors.txt", "looks.top2.txt", "notes.md")
    rows = {source.name: source.path.name for source in find_labels(own)[0]}
    assert rows == {"flavors": "flavors.txt", "looks": "looks.top2.txt", "styles": "styles.txt"}
    with pytest.raises(i2p.InvalidArgument, match=r"nowhere: no such folder .*artists\.txt"):
        find_labels(tmp_path / "nowhere")


def test_without_any_list_the_hint_says_how_to_get_them(places):
    rows, hint = find_labels()
    assert rows == []
    assert "pip install --no-deps clip-interrogator" in hint


def test_the_webui_is_found_above_and_by_its_variable(places, monkeypatch, tmp_path):
    assert find_webui() is None
    assert find_webui([places["webui"] / "models" / "x"]) == places["webui"]
    monkeypatch.chdir(places["webui"] / "models")
    assert find_webui() == places["webui"]
    monkeypatch.setenv("IMG2PROMPT_WEBUI", str(tmp_path / "other"))
    assert find_webui() == tmp_path / "other"


def test_caches_go_beside_the_models_if_a_folder_is_there_else_to_the_users(
    places, monkeypatch, tmp_path
):
    monkeypatch.delenv("IMG2PROMPT_MODELS", raising=False)
    cache = tmp_path / "cache"
    monkeypatch.setenv("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", str(cache))
    own = cache / "img2prompt" / "labels"
    webui, models = places["webui"] / "models", tmp_path / "weights"
    assert default_cache_directory(webui / "clip" / "w.safetensors") == own
    for folder, weights in (
        (cache / "img2prompt" / "models", None),
        (models, models / "ViT-L-14_openai" / "w.safetensors"),
        (webui, webui / "clip" / "w.safetensors"),
    ):
        (folder / "clip-interrogator").mkdir(parents=True)
        assert default_cache_directory(weights) == folder / "clip-interrogator"
