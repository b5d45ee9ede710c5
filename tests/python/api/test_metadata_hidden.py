"""Records hidden in pixels by the format's rules (readers/files.py), saved by Pillow."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import img2prompt as i2p

PIL = pytest.importorskip("PIL")
from PIL import Image, PngImagePlugin  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts" / "dev" / "readers"))
import files  # noqa: E402

INFOTEXT = "a cat, 猫\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, Seed: 1, Size: 64x160"
NOVELAI = json.dumps(
    {
        "Title": "AI generated image",
        "Description": "a cat",
        "Software": "NovelAI",
        "Source": "NovelAI Diffusion V3 1234ABCD",
        "Comment": json.dumps(
            {"prompt": "a cat", "uc": "dog", "steps": 28, "seed": 5, "sampler": "k_euler"}
        ),
    }
)
KINDS = ["stealth_pnginfo", "stealth_pngcomp", "stealth_rgbinfo", "stealth_rgbcomp"]


def hide(text: str, kind: str, size: tuple[int, int] = (64, 160)) -> Image.Image:
    """Noise of that width and height with the text in its lowest bits."""
    shape = (size[1], size[0], 3 if "rgb" in kind else 4)
    pixels = np.random.RandomState(0).randint(0, 256, shape, dtype=np.uint8)
    return Image.fromarray(files.hide(pixels, text, kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_every_kind_in_png_and_lossless_webp(tmp_path, kind, suffix):
    path = tmp_path / f"a.{suffix}"
    options = {"lossless": True, "exact": True} if suffix == "webp" else {}
    hide(INFOTEXT, kind).save(path, **options)
    metadata = i2p.read_metadata(path)
    assert metadata.infotext == INFOTEXT
    assert metadata.generator == "a1111"
    assert metadata.fields == [("stealth", "parameters", INFOTEXT)]
    assert metadata.warnings == []
    assert i2p.read_metadata(path.read_bytes()).infotext == INFOTEXT
    assert i2p.read_metadata(path, hidden="never").fields == []


def test_the_alpha_of_a_lossy_webp(tmp_path):
    hide(INFOTEXT, "stealth_pngcomp").save(tmp_path / "a.webp", quality=80)
    assert i2p.read_metadata(tmp_path / "a.webp").infotext == INFOTEXT


@pytest.mark.parametrize("size", [(600, 5), (40, 121), (9, 700)])
@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_low_and_high_pictures(tmp_path, suffix, size):
    path = tmp_path / f"a.{suffix}"
    options = {"lossless": True, "exact": True} if suffix == "webp" else {}
    hide(INFOTEXT, "stealth_pngcomp", size).save(path, **options)
    assert i2p.read_metadata(path).infotext == INFOTEXT


def test_novelai(tmp_path):
    hide(NOVELAI, "stealth_pngcomp").save(tmp_path / "a.png")
    metadata = i2p.read_metadata(tmp_path / "a.png")
    assert metadata.generator == "novelai"
    assert (metadata.prompt, metadata.negative_prompt) == ("a cat", "dog")
    assert metadata.settings["Steps"] == "28"


def test_sd_parsers_reads_the_same(tmp_path):
    parsers = pytest.importorskip("sd_parsers")
    extractors = pytest.importorskip("sd_parsers.extractors")
    hide(NOVELAI, "stealth_pngcomp").save(tmp_path / "a.png")
    manager = parsers.ParserManager(eagerness=extractors.Eagerness.EAGER)
    theirs = manager.parse(tmp_path / "a.png")
    ours = i2p.read_metadata(tmp_path / "a.png")
    assert [prompt.value for prompt in theirs.prompts] == [ours.prompt]
    assert [prompt.value for prompt in theirs.negative_prompts] == [ours.negative_prompt]


def test_a_record_that_is_not_hidden_goes_first(tmp_path):
    other = "other\nSteps: 1, Seed: 2, Size: 1x1"
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", other)
    hide(INFOTEXT, "stealth_pngcomp").save(tmp_path / "a.png", pnginfo=text)
    assert i2p.read_metadata(tmp_path / "a.png").fields == [("tEXt", "parameters", other)]
    always = i2p.read_metadata(tmp_path / "a.png", hidden="always")
    assert always.infotext == other
    assert always.fields[1:] == [("stealth", "parameters", INFOTEXT)]


@pytest.mark.parametrize(
    ("suffix", "mode"),
    [("png", mode) for mode in ("L", "LA", "RGB", "RGBA", "P", "1", "I;16")]
    + [("webp", mode) for mode in ("L", "RGB", "RGBA")],
)
def test_pictures_without_a_record_have_none(tmp_path, suffix, mode):
    picture = Image.radial_gradient("L").convert("RGBA" if mode == "P" else mode)
    if mode == "P":
        picture = picture.convert("RGB").quantize(16)
    picture.save(tmp_path / f"a.{suffix}", lossless=True)
    metadata = i2p.read_metadata(tmp_path / f"a.{suffix}", hidden="always")
    assert metadata.fields == [] and metadata.warnings == []


def test_another_word_for_hidden_is_refused(tmp_path):
    with pytest.raises(i2p.InvalidArgument, match="'auto', 'always' or 'never'"):
        i2p.read_metadata(b"", hidden="perhaps")
