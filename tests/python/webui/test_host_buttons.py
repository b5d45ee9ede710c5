"""The host's own buttons, API and PNG Info answered by the engine, and theirs again afterwards."""

from __future__ import annotations

import base64

import pytest

from .conftest import ROOT, open_tab, value, wait_for

pytestmark = pytest.mark.browser

PICTURE = ROOT / "models" / "demo" / "picture.png"
IMAGE = base64.b64encode(PICTURE.read_bytes()).decode()
OFF, ON = False, True


@pytest.fixture
def replaced(host):
    """The setting, with the small models chosen; off again afterwards."""
    for key in ("img2prompt_native_clip_model", "img2prompt_native_caption_model"):
        host.post(f"/contract/option/{key}", "demo")
    host.post("/contract/option/img2prompt_replace_buttons", ON)
    yield host
    host.post("/contract/option/img2prompt_replace_buttons", OFF)


def interrogated(host) -> str:
    return host.post("/sdapi/v1/interrogate", {"image": IMAGE, "model": "clip"})["caption"]


def test_it_is_off_until_it_is_turned_on_and_off_restores(host, demo_engine):
    assert interrogated(host) == "<error>"
    for key in ("img2prompt_native_clip_model", "img2prompt_native_caption_model"):
        host.post(f"/contract/option/{key}", "demo")
    host.post("/contract/option/img2prompt_replace_buttons", ON)
    assert interrogated(host) == demo_engine.interrogate(str(PICTURE), "native").prompt
    host.post("/contract/option/img2prompt_replace_buttons", OFF)
    assert interrogated(host) == "<error>"
    state = host.state()
    assert state["queue_free"] and state["state"]["job"] == "" and state["reports"] == []


def test_the_button_of_img2img_writes_the_prompt(page, replaced, demo_engine):
    open_tab(page, "img2img")
    page.set_input_files("#img2img_image input[type=file]", str(PICTURE))
    page.wait_for_selector("#img2img_image img")
    page.click("#interrogate")
    wait_for(page, "#img2img_prompt", demo_engine.interrogate(str(PICTURE), "native").prompt)


def test_missing_weights_are_an_error_and_no_prompt(page, replaced):
    replaced.post("/contract/option/img2prompt_native_clip_model", "ViT-H-14/laion2b_s32b_b79k")
    open_tab(page, "img2img")
    page.set_input_files("#img2img_image input[type=file]", str(PICTURE))
    page.wait_for_selector("#img2img_image img")
    page.click("#interrogate")
    page.wait_for_selector(".toast-body >> text=ViT-H-14/laion2b_s32b_b79k", timeout=60_000)
    assert value(page, "#img2img_prompt") == ""
    assert replaced.state()["state"]["job"] == ""


def test_png_info_reads_what_the_host_cannot(page, replaced, tmp_path):
    from PIL import Image, PngImagePlugin

    info = PngImagePlugin.PngInfo()
    info.add_itxt(
        "invokeai_metadata", '{"positive_prompt": "a boat", "seed": 5, "steps": 9, "width": 64}'
    )
    path = tmp_path / "invoke.png"
    Image.new("RGB", (64, 64)).save(path, pnginfo=info)
    open_tab(page, "PNG Info", nth=0)
    page.set_input_files("#pnginfo_image input[type=file]", str(path))
    page.wait_for_selector("#pnginfo_image img")
    page.wait_for_timeout(2000)
    page.locator("button", has_text="Send to txt2img").nth(0).click()
    wait_for(page, "#txt2img_prompt", "a boat")


def test_a_reload_keeps_it_working(replaced, demo_engine):
    replaced.post("/contract/reload")
    expected = demo_engine.interrogate(str(PICTURE), "native").prompt
    replaced.wait_until_ready(times=2)
    assert interrogated(replaced) == expected
    assert "/interrogator/models" in str(replaced.get("/openapi.json"))
