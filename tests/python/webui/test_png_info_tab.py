"""PNG Info in a browser: a file's record shown and sent on, on both gradios."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

import img2prompt

from .conftest import open_tab, require_picture, value, wait_for

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


def test_send_to_inpaint_puts_the_picture_there_with_its_prompt(page, host, tmp_path):
    path = picture(tmp_path)
    drop(page, path)
    wait_for(page, "#img2prompt_png_info_prompt", "a red fox <b>bold</b>, oil painting")
    page.click("#img2prompt_png_info_send_inpaint")
    wait_for(page, "#img2img_prompt", "a red fox <b>bold</b>, oil painting")
    wait_for(page, "#img2img_width", "832")
    require_picture(page, "#img2maskimg", path)
    assert page.locator("#img2maskimg").is_visible()
    assert page.locator("#img2img_image img").count() == 0
    assert page.errors == []


def test_send_to_extras_puts_the_picture_there_and_pastes_nothing(page, host, tmp_path):
    path = picture(tmp_path)
    drop(page, path)
    wait_for(page, "#img2prompt_png_info_prompt", "a red fox <b>bold</b>, oil painting")
    before = len(host.state()["pasted"])
    page.click("#img2prompt_png_info_send_extras")
    require_picture(page, "#extras_image", path)
    assert page.locator("#extras_image").is_visible()
    assert len(host.state()["pasted"]) == before and page.errors == []


@pytest.mark.parametrize("chosen", [None, "sd/renamed.safetensors [6ce0161689]"])
def test_a_model_that_is_named_keeps_no_paste_back(page, host, tmp_path, chosen):
    host.post("/contract/option/sd_model_checkpoint", chosen)
    drop(page, picture(tmp_path, INFOTEXT + ", Model hash: 6ce0161689, Model: v1-5"))
    wait_for(page, "#img2prompt_png_info_prompt", "a red fox <b>bold</b>, oil painting")
    page.click("#img2prompt_png_info_send_txt2img")
    wait_for(page, "#txt2img_seed", "1234")
    assert ("Model: v1-5" in host.state()["pasted"][-1][1]) == (chosen is not None)
    host.post("/contract/option/sd_model_checkpoint", None)


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


def test_it_tells_which_of_the_files_a_record_names_are_here(page, tmp_path):
    drop(page, picture(tmp_path, INFOTEXT + ", Model hash: 6ce0161689, Model: v1-5, VAE: absent"))
    table = page.locator("#img2prompt_png_info_resources").first
    table.locator("tr", has_text="v1-5").wait_for(timeout=30_000)
    assert "here as sd/renamed" in table.locator("tr", has_text="v1-5").inner_text()
    assert "civitai.com for absent" in table.locator("tr", has_text="absent").first.inner_text()


def test_one_button_leads_to_the_interrogator_with_the_picture(page, tmp_path):
    drop(page, picture(tmp_path, None))
    page.wait_for_selector("#img2prompt_png_info_image img")
    page.click("#img2prompt_png_info_guess")
    page.wait_for_selector("#img2prompt_prompt_image img", timeout=30_000)
    assert page.locator("#img2prompt_prompt_generate").is_visible()


def test_several_files_are_a_table_and_a_csv(page, host, tmp_path):
    formula = '=HYPERLINK("http://x")\nSteps: 1, Seed: 5, Size: 8x8'
    first, second = picture(tmp_path), tmp_path / "second"
    second.mkdir()
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"<b>no picture</b>")
    open_tab(page, "PNG Info", nth=1)
    paths = [first, picture(second, formula), bad]
    page.set_input_files(
        "#img2prompt_png_info_file input[type=file]", [str(path) for path in paths]
    )
    table = page.locator("#img2prompt_png_info_several table").first
    table.wait_for(timeout=30_000)
    assert table.locator("tr").count() == 4
    assert "a red fox <b>bold</b>" in table.inner_text() and table.locator("b").count() == 0
    with page.expect_download() as download:
        page.locator("#img2prompt_png_info_csv a").first.click()
    rows = list(csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == ["picture.png", "picture.png", "bad.png"]
    assert rows[2][2].startswith("'=HYPERLINK") and rows[2][5] == "5"
    assert rows[3][-1]
    assert host.state()["reports"] == []


def test_copies_without_metadata_keep_their_pixels(page, tmp_path):
    original = picture(tmp_path)
    drop(page, original)
    wait_for(page, "#img2prompt_png_info_prompt", "a red fox <b>bold</b>, oil painting")
    page.click("#img2prompt_png_info_strip")
    with page.expect_download() as download:
        page.locator("#img2prompt_png_info_stripped a").first.click()
    copy = Path(download.value.path()).read_bytes()
    assert img2prompt.read_metadata(copy).infotext is None
    assert np.array_equal(img2prompt.load_image(copy), img2prompt.load_image(original))


def test_on_a_narrow_page_the_table_scrolls_within_it(page, tmp_path):
    page.set_viewport_size({"width": 420, "height": 900})
    drop(page, picture(tmp_path, INFOTEXT + ", Model hash: 6ce0161689, Model: v1-5, VAE: absent"))
    table = page.locator("#img2prompt_png_info_resources table").first
    table.locator("tr", has_text="v1-5").wait_for(timeout=30_000)
    inside = "table => table.parentElement.getBoundingClientRect().right <= innerWidth"
    assert table.evaluate(inside)
    kind = table.locator("td", has_text="checkpoint").first
    lines = kind.evaluate(
        """cell => {
          const range = document.createRange();
          range.selectNodeContents(cell);
          return range.getClientRects().length;
        }"""
    )
    assert lines == 1  # the word is not broken
