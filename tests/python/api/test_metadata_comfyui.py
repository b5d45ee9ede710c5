"""ComfyUI's graphs in files as its nodes write them with Pillow, and in real pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import img2prompt as i2p

pytest.importorskip("PIL")
from PIL import Image, PngImagePlugin  # noqa: E402

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"

MODEL, MAKE = 0x0110, 0x010F

GRAPH = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 2**64 - 1,
            "steps": 20,
            "cfg": 8.0,
            "sampler_name": "dpmpp_2m_sde_gpu",
            "scheduler": "karras",
            "denoise": 1.0,
            "model": ["10", 0],
            "positive": ["6", 0],
            "negative": ["7", 0],
            "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "XL\\base.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 832, "height": 1216}},
    "6": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "a 猫 ✨,\n(roof:1.2)", "clip": ["4", 1]},
    },
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "dog\n", "clip": ["4", 1]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {
        "class_type": "SaveImage",
        "inputs": {"images": ["8", 0]},
        "is_changed": float("nan"),
    },
    "10": {
        "class_type": "LoraLoader",
        "inputs": {
            "lora_name": "detail.safetensors",
            "strength_model": 0.8,
            "strength_clip": 1.0,
            "model": ["4", 0],
            "clip": ["4", 1],
        },
    },
}
SETTINGS = {
    "Steps": "20",
    "Sampler": "DPM++ 2M SDE",
    "Schedule type": "Karras",
    "CFG scale": "8.0",
    "Seed": "18446744073709551615",
    "Size": "832x1216",
    "Model": "base",
    "AddNet Enabled": "True",
    "AddNet Module 1": "LoRA",
    "AddNet Model 1": "detail",
    "AddNet Weight A 1": "0.8",
    "AddNet Weight B 1": "1.0",
}


def picture() -> Image.Image:
    return Image.radial_gradient("L").resize((48, 32)).convert("RGB")


def save_png(path: Path) -> None:
    """As ComfyUI's SaveImage."""
    info = PngImagePlugin.PngInfo()
    info.add_text("prompt", json.dumps(GRAPH))
    info.add_text("workflow", json.dumps({"nodes": [], "links": []}))
    picture().save(path, pnginfo=info)


def save_animated_png(path: Path) -> None:
    """As ComfyUI's SaveAnimatedPNG: a chunk of its own behind the pixels."""
    info = PngImagePlugin.PngInfo()
    info.add(b"comf", b"prompt\0" + json.dumps(GRAPH).encode("latin-1"), after_idat=True)
    picture().save(path, pnginfo=info, save_all=True, append_images=[picture()])


def save_webp(path: Path) -> None:
    """As ComfyUI's SaveAnimatedWEBP."""
    exif = picture().getexif()
    exif[MODEL] = f"prompt:{json.dumps(GRAPH)}"
    exif[MAKE] = f"workflow:{json.dumps({'nodes': [], 'links': []})}"
    picture().save(path, exif=exif, save_all=True, append_images=[picture()])


@pytest.mark.parametrize("save", [save_png, save_animated_png, save_webp])
def test_files_as_comfyui_writes_them(tmp_path, save):
    path = tmp_path / ("a.webp" if save is save_webp else "a.png")
    save(path)
    metadata = i2p.read_metadata(path)
    assert metadata.generator == "comfyui"
    assert metadata.prompt == "a 猫 ✨,\n(roof:1.2)"
    assert metadata.negative_prompt == "dog"
    assert metadata.settings == SETTINGS
    assert metadata.warnings == []
    read_back = i2p.parse_infotext(metadata.infotext)
    assert read_back.pop("Prompt") == metadata.prompt
    assert read_back.pop("Negative prompt") == metadata.negative_prompt
    assert read_back == SETTINGS


def texts_behind(graph: dict, node: dict, side: str) -> list[str]:
    """Every text that reaches a sampler's side, by a walk that knows nothing but links."""
    found, seen = [], set()
    queue = [node["inputs"].get(side)]
    while queue:
        link = queue.pop()
        if not (isinstance(link, list) and len(link) == 2 and str(link[0]) in graph):
            continue
        if link[0] in seen:
            continue
        seen.add(link[0])
        source = graph[str(link[0])]
        if source["class_type"] == "ConditioningZeroOut":
            continue
        inputs = source["inputs"]
        found += [inputs[key] for key in ("text", "prompt") if isinstance(inputs.get(key), str)]
        names = ("conditioning", "cond", side)
        queue += [value for key, value in inputs.items() if key.startswith(names)]
    return [text for text in (" ".join(text.split()) for text in found) if text]


def samples() -> list[Path]:
    return sorted(SAMPLES.glob("comfyui_*"))


@pytest.mark.skipif(not samples(), reason="the collection of real pictures is not here")
def test_real_pictures():
    read, plain = 0, 0
    for path in samples():
        metadata = i2p.read_metadata(path)
        assert metadata.generator == "comfyui", path.name
        assert metadata.warnings == [], path.name
        assert metadata.settings.get("Steps") and metadata.settings.get("Sampler"), path.name
        assert metadata.infotext is not None
        read_back = i2p.parse_infotext(metadata.infotext)
        assert read_back["Prompt"] == metadata.prompt, path.name
        assert read_back["Negative prompt"] == metadata.negative_prompt, path.name
        read += bool(metadata.prompt)

        executed = dict((key, text) for _, key, text in metadata.fields).get("prompt")
        if executed is None:
            continue
        graph = json.loads(executed)
        samplers = [node for node in graph.values() if node["class_type"] == "KSampler"]
        if len(samplers) != 1 or "Custom" in executed:
            continue
        plain += 1
        for side, prompt in (
            ("positive", metadata.prompt),
            ("negative", metadata.negative_prompt),
        ):
            expected = texts_behind(graph, samplers[0], side)
            assert bool(expected) == bool(prompt), path.name
            for text in expected:
                assert text in " ".join(prompt.split()), path.name
        inputs = samplers[0]["inputs"]
        assert metadata.settings["Seed"] == str(inputs["seed"])
        assert metadata.settings["Steps"] == str(inputs["steps"])
        assert metadata.settings["CFG scale"] == str(inputs["cfg"])
    assert plain > 0 and read > 0
