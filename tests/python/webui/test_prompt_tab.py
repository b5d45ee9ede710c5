"""Interrogator's Prompt in a browser, with the bundled small model."""

from __future__ import annotations

import pytest

from .conftest import ROOT, choose, open_tab, require_picture, value, wait_for

pytestmark = pytest.mark.browser

PICTURE = ROOT / "models" / "demo" / "picture.png"
TAB = "#img2prompt_prompt"


def prepare(page, mode: str = "fast", nth: int = 0) -> None:
    open_tab(page, "Interrogator", nth)
    page.set_input_files(f"{TAB}_image input[type=file]", str(PICTURE))
    page.wait_for_selector(f"{TAB}_image img")
    choose(page, f"{TAB}_clip_model", "demo")
    choose(page, f"{TAB}_caption_model", "demo")
    page.locator(f"{TAB}_mode label", has_text=mode).click()


def generated(page) -> str:
    page.click(f"{TAB}_generate")
    page.wait_for_selector(f"{TAB}_status >> text=Similarity", timeout=90_000)
    return value(page, f"{TAB}_text")


def test_generate_answers_as_the_engine_does(page, host, demo_engine):
    prepare(page)
    assert generated(page) == demo_engine.interrogate(str(PICTURE), "fast").prompt
    state = host.state()
    assert state["reports"] == [] and state["queue_free"]
    assert state["state"]["job"] == "" and state["state"]["job_count"] == 0


def test_a_phrase_that_is_switched_off_leaves_the_prompt(page, demo_engine):
    prepare(page)
    generated(page)
    expected = [text for text, _ in demo_engine.interrogate(str(PICTURE), "fast").parts]
    page.locator(f"{TAB}_phrases label").filter(has=page.locator("input")).nth(1).click()
    wait_for(page, f"{TAB}_text", ", ".join(expected[:1] + expected[2:]))


def test_the_prompt_as_edited_is_sent(page):
    prepare(page, "caption")
    generated(page)
    page.fill(f"{TAB}_text textarea", "my own words")
    page.click(f"{TAB}_send_txt2img")
    wait_for(page, "#txt2img_prompt", "my own words")


def test_inpaint_gets_the_picture_and_the_prompt(page):
    prepare(page, "caption")
    prompt = generated(page)
    page.click(f"{TAB}_send_inpaint")
    wait_for(page, "#img2img_prompt", prompt)
    require_picture(page, "#img2maskimg", PICTURE)
    assert page.locator("#img2maskimg").is_visible()
    assert page.locator("#img2img_image img").count() == 0


def test_extras_gets_the_picture_alone(page, host):
    prepare(page, "caption")
    before = len(host.state()["pasted"])
    generated(page)
    page.click(f"{TAB}_send_extras")
    require_picture(page, "#extras_image", PICTURE)
    assert page.locator("#extras_image").is_visible()
    assert len(host.state()["pasted"]) == before


def test_a_negative_prompt_comes_too_and_is_sent_with_it(page, demo_engine):
    prepare(page, "caption")
    page.locator(f"{TAB}_with_negative label").first.click()
    prompt = generated(page)
    expected = demo_engine.interrogate(str(PICTURE), "negative").prompt
    wait_for(page, f"{TAB}_negative", expected)
    page.click(f"{TAB}_send_txt2img")
    wait_for(page, "#txt2img_neg_prompt", expected)
    wait_for(page, "#txt2img_prompt", prompt)


def test_in_mode_native_the_caption_stays_when_a_phrase_goes(page, demo_engine):
    prepare(page, "native")
    generated(page)
    expected = demo_engine.interrogate(str(PICTURE), "native")
    page.locator(f"{TAB}_phrases label").filter(has=page.locator("input")).nth(0).click()
    kept = [text for text, _ in expected.parts][1:]
    wait_for(page, f"{TAB}_text", ", ".join([expected.caption, *kept]))


def test_without_a_picture_it_says_so(page):
    open_tab(page, "Interrogator")
    page.click(f"{TAB}_generate")
    page.wait_for_selector(f"{TAB}_status >> text=no picture")


def test_missing_weights_are_named_with_their_place(page, host):
    prepare(page)
    choose(page, f"{TAB}_clip_model", "ViT-H-14/laion2b_s32b_b79k")
    page.click(f"{TAB}_generate")
    page.wait_for_selector(f"{TAB}_status .error >> text=ViT-H-14", timeout=60_000)
    assert host.state()["queue_free"] and host.state()["state"]["job"] == ""


def test_download_says_at_once_what_cannot_be_had_offline(page, host):
    prepare(page)
    choose(page, f"{TAB}_clip_model", "ViT-B-32/openai")
    page.click(f"{TAB}_download")
    page.wait_for_selector(f"{TAB}_status .error >> text=HF_HUB_OFFLINE", timeout=60_000)
    text = page.locator(f"{TAB}_status").first.inner_text()
    assert "ViT-B-32" in text and "https://" in text and "MB" in text
    assert host.state()["queue_free"]
