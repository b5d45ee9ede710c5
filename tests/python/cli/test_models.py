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
    write(webui / "models" / "clip-interrogator" / "ViT-L-14_openai_artists.safetensors")
    for name in ("artists", "flavors.top3"):
        write(webui / "interrogate" / f"{name}.txt")
    own = tmp_path / "own"
    write(own / "ViT-L-14_openai.pt")
    options = ("--models-dir", own, "--webui-dir", webui)
    rows = [
        json.loads(line)
        for line in command("models", "path", "--json", *options, **alone).stdout.splitlines()
    ]
    there = {row["folder"]: row["models"] for row in rows if row.get("models")}
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
    tables = {row["folder"]: row["tables"] for row in rows if "tables" in row}
    assert tables[str(webui / "interrogate")] == ["artists", "flavors"]
    assert f"{webui / 'models' / 'clip-interrogator'} (1 tables)" in text


def test_a_folder_that_is_no_webui_is_refused(refused, tmp_path):
    refused(2, "models", "path", "--webui-dir", tmp_path, must="no WebUI")


def test_list_is_compact_and_names_every_model_and_what_is_not_supported(command, alone, tmp_path):
    weights = write(tmp_path / "ViT-L-14_dfn2b.safetensors")
    run = command("models", "list", "--models-dir", tmp_path, **alone)
    lines = run.stdout.splitlines()
    assert run.returncode == 0 and len(lines) < 60
    for name in ("ViT-L-14/", "dfn2b*,", "metaclip_altogether", "blip-large", str(weights)):
        assert name in run.stdout, name
    assert "Not supported: CoCa, " in run.stdout and "SigLIP" in run.stdout


def test_list_shows_the_named_models_in_full(command):
    lines = command("models", "list", "ViT-H-14/", "blip-base-").stdout.splitlines()
    assert len(lines) == 5 and sum("apple-amlr" in line for line in lines) == 1
    assert lines[0].split()[1:3] == ["ViT-H-14/laion2b_s32b_b79k", "3944"]
    assert "https://huggingface.co/laion/CLIP-ViT-H-14-laion2B-s32B-b79K" in lines[0]


def test_list_all_gives_reasons(command):
    text = command("models", "list", "--all").stdout
    assert "ViT-B-32/commonpool_s_s13m_b4k" in text
    assert "coca_ViT-L-14 " in text and "the image tower pools by attention" in text
    rows = [
        json.loads(line)
        for line in command("models", "list", "--all", "--json").stdout.split("\n")[:-1]
    ]
    refused = {row["name"]: row["not_supported"] for row in rows if "not_supported" in row}
    assert refused["EVA02-L-14"] == "the image tower is timm's eva02_large_patch14_clip_224"


def test_list_of_an_unknown_name_is_refused(refused):
    refused(2, "models", "list", "ViT-Z", must="ViT-Z")
