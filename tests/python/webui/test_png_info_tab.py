"""PNG Info in a browser: a file's record shown and sent on, on both gradios."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from .conftest import open_tab, value, wait_for

pytestmark = pytest.mark.browser

INFOTEXT = (
    "a red fox <b>bold</b>, oil painting\n"
    "Negative prompt: blurry & <script>alert(1)</script>\n"
    "Steps: 31, Sampler: Euler a, CFG scale: 6.5, Seed: 1234, Size: 832x448"
)


def picture(folder: Path, text: str | None = INFOTEXT, size=(320, 200)) -> Path:
    pixels = np.random.default_rng(3).integers(0, 255, (size[1], size[0], 3), np.uint8)
    info = PngImagePlugin.PngInfo()
    if text is not None:
        info.add_text("parameters", text)
    path = folder / "picture.png"
    Image.fromarray(pixels).save(path, pnginfo=info)
    return path


def drop(page, path: Path) -> None:
    open_tab(page, "PNG Info", nth=1)
    page.set_input_files("#img2prompt_png_info_file input[type=file]", str(path))


def test_a_record_is_shown_without_running_its_markup(page, tmp_path):
    drop(page, picture(tmp_path))
    wait_for(page, "#img2prompt_png_info_prompt", "a red fox <b>bold</b>, oil painting")
    assert "blurry & <script>" in value(page, "#img2prompt_png_info_negative")
    table = page.locator("#img2prompt_png_info_settings")
    assert table.locator("tr", has_text="Sampler").inner_text().split("\t")[-1] == "Euler a"
    assert page.locator("#img2prompt_png_info b", has_text="bold").count() == 0
    assert page.errors == []


@pytest.mark.parametrize("target", ["txt2img", "img2img"])
def test_send_pastes_every_field_with_the_size_of_the_record(page, host, tmp_path, target):
    drop(page, picture(tmp_path))
    wait_for(page, "#img2prompt_png_info_prompt", "a red fox <b>bold</b>, oil painting")
    page.click(f"#img2prompt_png_info_send_{target}")
    wait_for(page, f"#{target}_prompt", "a red fox <b>bold</b>, oil painting")
    for field, expected in {
        "neg_prompt": "blurry & <script>alert(1)</script>",
        "steps": "31",
        "cfg_scale": "6.5",
        "width": "832",
        "height": "448",
        "seed": "1234",
    }.items():
        wait_for(page, f"#{target}_{field}", expected)
    if target == "img2img":
        page.wait_for_selector("#img2img_image img")
    assert page.locator(f"#{target}_prompt").is_visible()


def test_a_file_without_a_record_sends_no_old_parameters(page, host, tmp_path):
    drop(page, picture(tmp_path, None))
    page.wait_for_selector("#img2prompt_png_info_summary >> text=No prompt is recorded")
    before = len(host.state()["pasted"])
    page.click("#img2prompt_png_info_send_img2img")
    page.wait_for_selector("#img2img_image img")
    wait_for(page, "#img2img_width", "320")
    assert len(host.state()["pasted"]) == before


def test_the_checkpoint_is_never_loaded(host):
    assert host.state()["loads_of_sd_model"] == 0
    assert host.state()["reports"] == []
