"""A home of its own for each test: no model, cache, WebUI or setting of this machine shows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

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
