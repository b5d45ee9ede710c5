"""What parse_infotext(..., defaults=True) adds: each of the WebUI's rules once."""

from __future__ import annotations

import itertools

import pytest

import img2prompt as i2p
from img2prompt.webui_defaults import parse_version, uses_emphasis

LINE = "Steps: 20, Seed: 1, Model: m"


def parse(settings: str = "", prompt: str = "a cat") -> dict:
    return i2p.parse_infotext(f"{prompt}\n{LINE}, {settings}", defaults=True)


def test_absent_settings_get_the_webuis_values():
    assert parse() == {
        "Prompt": "a cat",
        "Negative prompt": "",
        "Steps": "20",
        "Seed": "1",
        "Model": "m",
        "Clip skip": "1",
        "Hires resize-1": 0,
        "Hires resize-2": 0,
        "Hires sampler": "Use same sampler",
        "Hires schedule type": "Use same scheduler",
        "Hires checkpoint": "Use same checkpoint",
        "Hires prompt": "",
        "Hires negative prompt": "",
        "Mask mode": "Inpaint masked",
        "Masked content": "original",
        "Inpaint area": "Whole picture",
        "Masked area padding": 32,
        "RNG": "GPU",
        "Schedule type": "Automatic",
        "Schedule max sigma": 0,
        "Schedule min sigma": 0,
        "Schedule rho": 0,
        "VAE Encoder": "Full",
        "VAE Decoder": "Full",
        "FP8 weight": "Disable",
        "Refiner switch by sampling steps": False,
    }


def test_settings_of_the_text_are_kept():
    parsed = parse("Clip skip: 2, RNG: CPU, Hires resize: 8x9, Masked area padding: 4")
    assert parsed["Clip skip"] == "2"
    assert parsed["RNG"] == "CPU"
    assert (parsed["Hires resize-1"], parsed["Hires resize-2"]) == ("8", "9")
    assert parsed["Masked area padding"] == "4"


def test_fp8_brings_its_cache():
    assert "Cache FP16 weight for LoRA" not in parse()
    assert parse("FP8 weight: Enable")["Cache FP16 weight for LoRA"] is False


def test_a_hypernet_goes_into_the_prompt():
    assert parse("Hypernet: h")["Prompt"] == "a cat<hypernet:h:1.0>"
    assert parse("Hypernet: h, Hypernet strength: 0.5")["Prompt"] == "a cat<hypernet:h:0.5>"


@pytest.mark.parametrize(
    "settings, size, resize",
    [
        ("Size: 1024x768, First pass size: 512x384", (512, 384), (1024, 768)),
        ("First pass size: 64x128", (64, 128), (512, 512)),
        # 1024 x 768 has 3 times 512 x 512 pixels: 591.2 x 443.4, each up to the next 64
        ("Size: 1024x768, First pass size: 0x0", (640, 448), (1024, 768)),
    ],
)
def test_the_old_hires_fix(settings, size, resize):
    parsed = parse(settings)
    assert (parsed["Size-1"], parsed["Size-2"]) == size
    assert (parsed["Hires resize-1"], parsed["Hires resize-2"]) == resize


def test_sizes_written_out_as_words_stop_nothing():
    assert parse("First pass size-1: a, First pass size-2: b")["Hires resize-1"] == 0
    assert parse("Size: 0x0, First pass size: 0x0")["Size-1"] == 0


@pytest.mark.parametrize(
    "version, expected",
    [
        ("v1.5.2", {"timelines", "pad", "downcast", "refiner"}),
        ("v1.6.0", {"downcast", "refiner"}),
        ("v1.6.0-2-g4afaaf8a", {"downcast", "refiner"}),
        ("v1.7.0-224-gabc", {"downcast", "refiner"}),
        ("v1.7.0-225-gabc", {"refiner"}),
        ("v1.8.0", set()),
        ("v1.10.0", set()),
        ("f2.0.1v1.10.1-previous", set()),
        ("stable-diffusion.cpp", set()),
    ],
)
def test_switches_for_texts_of_older_versions(version, expected):
    parsed = parse(f"Version: {version}, Sampler: DDIM, Refiner: r", prompt="a [cat:dog:0.5]")
    found = {
        "timelines": parsed.get("Old prompt editing timelines", False),
        "pad": parsed.get("Pad conds v0", False),
        "downcast": parsed.get("Downcast alphas_cumprod", False),
        "refiner": parsed["Refiner switch by sampling steps"],
    }
    assert {name for name, value in found.items() if value} == expected


def test_old_versions_without_what_the_switches_are_for():
    parsed = parse("Version: v1.5.2, Sampler: Euler")
    assert "Old prompt editing timelines" not in parsed and "Pad conds v0" not in parsed
    assert parsed["Refiner switch by sampling steps"] is False


def test_versions_are_ordered_as_packaging_orders_them():
    packaging = pytest.importorskip("packaging.version")
    names = ["1.6", "1.6.0", "v1.6.0-RC", "1.6.0rc2", "1.6.0a1", "1.6.0b", "v1.6.0-225", "1.10.0"]
    names += ["v1.7.0-1", "1.5.99", "1.6.1", "2", "1.6.0-0"]
    for a, b in itertools.product(names, repeat=2):
        expected = packaging.parse(a) < packaging.parse(b)
        assert (parse_version(a) < parse_version(b)) == expected, (a, b)
    for name in (None, "", "x", "1.x", "v", "f2.0.1v1.10.1"):
        assert parse_version(name) is None


@pytest.mark.parametrize(
    "prompt, expected",
    [
        ("a cat", False),
        ("", False),
        ("a (cat)", True),
        ("a [cat]", True),
        ("(unbalanced", True),
        ("unbalanced)", False),
        (r"\(literal\) \[too\]", False),
        ("(cat:1.0)", False),
        ("(cat: 1.2 )", True),
        ("cat:1.2)", False),
        ("((cat:0.5):2)", False),
        ("()", False),
        ("a BREAK b", False),
        ("(a BREAK b:1.0)", False),
        ("(BREAK)", True),
        ("(a:1.2.3)", True),
        ("<lora:x:0.5>", False),
        ("\\", False),
    ],
)
def test_emphasis(prompt, expected):
    assert uses_emphasis(prompt) is expected
    assert ("Emphasis" in parse(prompt=prompt or "-")) is expected
    assert parse("Emphasis: None", prompt=prompt or "-")["Emphasis"] == "None"


def test_emphasis_of_a_hostile_prompt_ends():
    assert uses_emphasis("(a" * 50_000 + ")" * 50_000)
