"""`img2prompt doctor` on machines that lack things: what it finds, and the remedy it names."""

from __future__ import annotations

import json

import pytest

from img2prompt_cli.doctor import run

from .conftest import DEMO


@pytest.fixture
def doctor(tmp_path, monkeypatch, capsys):
    """Findings by subject, on a machine of its own; returns (exit status, findings)."""
    names = ("IMG2PROMPT_WEBUI", "HF_HUB_CACHE", "HF_HOME", "TORCH_HOME", "HUGGINGFACE_HUB_CACHE")
    home = dict.fromkeys(("HOME", "USERPROFILE", "XDG_CACHE_HOME"), str(tmp_path))
    alone = {**home, **dict.fromkeys(names, ""), "IMG2PROMPT_MODELS": str(tmp_path / "models")}
    for name, value in alone.items():
        monkeypatch.setenv(name, value)

    def run_here(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        status = run(["--json", *map(str, arguments)])
        printed = capsys.readouterr()
        assert not printed.err, printed.err
        return status, {f["subject"]: f for f in json.loads(printed.out)["findings"]}

    return run_here


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


WHOLE = (DEMO / "clip.safetensors").read_bytes()


def test_missing_models_are_notes_with_the_command_that_gets_them(doctor):
    status, found = doctor()
    assert status == 0
    for subject, command in (
        ("CLIP model", "`img2prompt models pull ViT-L-14/openai` (1.7 GB)"),
        ("caption model", "`img2prompt models pull blip-large` (1.9 GB)"),
    ):
        assert found[subject]["state"] == "note" and found[subject]["remedy"] == command


def test_offline_the_remedy_is_the_file_its_address_and_its_folder(doctor, tmp_path):
    _, found = doctor(HF_HUB_OFFLINE="1")
    remedy = found["CLIP model"]["remedy"]
    assert "https://huggingface.co/timm/" in remedy and str(tmp_path / "models") in remedy
    assert found["downloads"]["detail"] == "HF_HUB_OFFLINE forbids them"


def test_models_are_named_with_the_place_they_lie_in(doctor, tmp_path):
    path = write(tmp_path / "models" / "ViT-L-14_openai" / "open_clip_model.safetensors", WHOLE)
    write(tmp_path / "models" / "ViT-H-14_dfn5b.safetensors", WHOLE)
    _, found = doctor()
    clip = found["CLIP model"]
    assert clip["state"] == "ok" and not clip["remedy"]
    assert f"ViT-L-14/openai in {path} (IMG2PROMPT_MODELS)" in clip["detail"]
    assert "also here: ViT-H-14/dfn5b" in clip["detail"]


def test_another_model_than_the_default_serves_and_is_named_as_an_option(doctor, tmp_path):
    write(tmp_path / "models" / "ViT-H-14_dfn5b.safetensors", WHOLE)
    _, found = doctor()
    assert found["CLIP model"]["state"] == "note"
    assert found["CLIP model"]["remedy"].startswith("--clip-model ViT-H-14/dfn5b, or `img2prompt")


def test_a_damaged_file_is_a_fault_with_its_remedy(doctor, tmp_path):
    path = write(tmp_path / "models" / "blip-large" / "model.safetensors", WHOLE[:1000])
    status, found = doctor()
    assert status == 1 and found["blip-large"]["state"] == "fault"
    assert found["blip-large"]["remedy"] == (
        f"delete {path}, then `img2prompt models pull blip-large`"
    )


def test_a_file_of_another_size_than_the_published_one_is_noted(doctor, tmp_path):
    write(tmp_path / "models" / "blip-base" / "pytorch_model.bin", WHOLE)
    status, found = doctor()
    assert status == 0 and "989,820,849" in found["blip-base"]["detail"]
    assert found["blip-base"]["remedy"] == "`img2prompt models verify blip-base`"


def test_unfinished_downloads_are_noted(doctor, tmp_path):
    part = write(tmp_path / "models" / "blip-base" / "pytorch_model.bin.part", bytes(70_000))
    _, found = doctor()
    assert found["unfinished downloads"]["detail"] == f"{part} (70 kB)"


def test_a_webui_and_what_it_keeps_are_named(doctor, tmp_path):
    webui = tmp_path / "webui"
    write(webui / "webui.py", b"")
    (webui / "modules").mkdir()
    caches = webui / "models" / "clip-interrogator"
    write(caches / "ViT-L-14_openai_artists.safetensors", WHOLE)
    _, found = doctor("--webui-dir", webui)
    assert str(webui) in found["WebUI"]["detail"]
    assert f"label tables encoded for it: 1 in {caches}" in found["WebUI"]["detail"]
    status, found = doctor(IMG2PROMPT_WEBUI=str(tmp_path / "nowhere"))
    assert status == 1 and found["WebUI"]["state"] == "fault"
