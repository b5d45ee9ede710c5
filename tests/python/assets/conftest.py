"""A home of its own for each test: no model, cache, WebUI or setting of this machine shows."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from img2prompt import assets
from img2prompt.assets import cards
from img2prompt.assets.cards import Model

from .server import Server

# Of the known model "Tiny/test", which is the demo model.
WEIGHTS = (assets.DEMO_DIRECTORY / "clip.safetensors").read_bytes()
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()
REPOSITORY, FILE = "org/tiny", "open_clip_model.safetensors"

_SETTINGS = (
    "IMG2PROMPT_MODELS",
    "IMG2PROMPT_WEBUI",
    "IMG2PROMPT_OFFLINE",
    "COMMANDLINE_ARGS",
    "HF_HOME",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "TRANSFORMERS_CACHE",
    "HF_ENDPOINT",
    "HF_HUB_OFFLINE",
    "TRANSFORMERS_OFFLINE",
    "TORCH_HOME",
    "XDG_CACHE_HOME",
)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    for name in _SETTINGS:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder))
    if sys.platform == "win32":
        monkeypatch.setenv("LOCALAPPDATA", str(folder / ".cache"))
    monkeypatch.chdir(folder)
    return folder


def write(path: Path, content: bytes = b"weights") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def make_webui(folder: Path) -> Path:
    """The parts of a WebUI by which it is known."""
    write(folder / "webui.py")
    (folder / "modules").mkdir()
    return folder


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def tiny(home, server, monkeypatch) -> Model:
    """The only known model, "Tiny/test", in a repository of the server's."""
    folder = home / "cards"
    for kind in ("blip", "tagger"):
        (folder / kind).mkdir(parents=True)
    entry = {"repository": REPOSITORY, "file": FILE, "megabytes": 9, "sha256": SHA256}
    card = json.loads((assets.DEMO_DIRECTORY / "clip.json").read_text())
    card["pretrained"] = {"test": {**entry, "licence": "mit"}}
    write(folder / "clip" / "Tiny.json", json.dumps(card).encode())
    monkeypatch.setattr(cards, "MODELS_DIRECTORY", folder)
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("IMG2PROMPT_DOWNLOAD", "")
    (model,) = cards.models("clip")
    return model
