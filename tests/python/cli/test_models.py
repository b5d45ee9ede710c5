"""`img2prompt models`: what it lists, for people and for programs."""

from __future__ import annotations

import json

import pytest


def write(path, content=b"weights"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def alone(tmp_path):
    """Variables of a home of its own, without any model."""
    names = ("IMG2PROMPT_MODELS", "IMG2PROMPT_WEBUI", "HF_HUB_CACHE", "HF_HOME", "TORCH_HOME")
    home = {name: str(tmp_path) for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME")}
    return {**home, **{name: "" for name in (*names, "HUGGINGFACE_HUB_CACHE", "COMMANDLINE_ARGS")}}


def test_path_lists_every_place_in_order_and_what_lies_there(command, alone, tmp_path):
    blip = "model_base_caption_capfilt_large.pth"
    webui = tmp_path / "webui"
    write(webui / "webui.py")
    (webui / "modules").mkdir()
    write(webui / "models" / "BLIP" / blip)
    own = tmp_path / "own"
    write(own / "ViT-L-14_openai.pt")
    options = ("--models-dir", own, "--webui-dir", webui)
    rows = [
        json.loads(line)
        for line in command("models", "path", "--json", *options, **alone).stdout.splitlines()
    ]
    there = {row["folder"]: row["models"] for row in rows if row["models"]}
    assert there == {
        str(own): {"ViT-L-14/openai": str(own / "ViT-L-14_openai.pt")},
        str(webui / "models" / "BLIP"): {
            "blip-base-capfilt": str(webui / "models" / "BLIP" / blip)
        },
    }
    names = [row["place"] for row in rows]
    assert names.index("WebUI, BLIP") < names.index("your models")
    assert names.index("your models") < names.index("Hugging Face cache")
    text = command("models", "path", *options, **alone).stdout
    assert f"    blip-base-capfilt  {blip}\n" in text and f"Downloads go to {own}\n" in text
    assert "IMG2PROMPT_MODELS: not set" in text


def test_a_folder_that_is_no_webui_is_refused(refused, tmp_path):
    refused(2, "models", "path", "--webui-dir", tmp_path, must="no WebUI")
