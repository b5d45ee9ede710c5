"""Analyze, Batch and About in a browser, with the bundled small model."""

from __future__ import annotations

import shutil

import pytest

from .conftest import ROOT, choose, open_tab

pytestmark = pytest.mark.browser

PICTURE = ROOT / "models" / "demo" / "picture.png"


def open_part(page, part: str, interrogator_open: bool = False) -> str:
    """Opens one part of the tab with the small models chosen; returns the prefix of its ids."""
    if not interrogator_open:
        open_tab(page, "Interrogator")
    open_tab(page, part)
    prefix = f"#img2prompt_{part.lower()}"
    if part != "About":
        choose(page, f"{prefix}_clip_model", "demo")
        choose(page, f"{prefix}_caption_model", "demo")
    return prefix


def test_analyze_shows_each_table_and_what_phrases_add(page, demo_engine):
    prefix = open_part(page, "Analyze")
    page.set_input_files(f"{prefix}_image input[type=file]", str(PICTURE))
    page.wait_for_selector(f"{prefix}_image img")
    page.fill(f"{prefix}_prompt textarea", "a yellow heart, a blue dog")
    page.click(f"{prefix}_run")
    page.wait_for_selector(f"{prefix}_tables .img2prompt-bar", timeout=60_000)
    shown = page.locator(f"{prefix}_tables").first.inner_text()
    for label, similarity in demo_engine.analyze(str(PICTURE), top=5)["artists"]:
        assert f"{similarity:+.3f}" in shown and label in shown
    both, without_heart, without_dog = demo_engine.similarity(
        str(PICTURE), ["a yellow heart, a blue dog", "a blue dog", "a yellow heart"]
    )
    assert f"{both - without_heart:+.3f}" in shown and f"{both - without_dog:+.3f}" in shown


def test_batch_writes_beside_the_pictures_and_tells_of_the_bad_one(page, host, tmp_path):
    shutil.copy(PICTURE, tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"<script>")
    prefix = open_part(page, "Batch")
    page.locator(f"{prefix}_mode label", has_text="caption").click()
    page.fill(f"{prefix}_folder textarea, {prefix}_folder input", str(tmp_path))
    page.click(f"{prefix}_run")
    page.wait_for_selector(f"{prefix}_status >> text=1 done; 1 failed", timeout=60_000)
    assert "yellow heart" in (tmp_path / "good.txt").read_text()
    assert "bad.png" in page.locator(f"{prefix}_status").first.inner_text()
    assert host.state()["queue_free"]


def test_interrupt_ends_the_batch_alone_and_keeps_what_is_done(page, host, tmp_path):
    for index in range(300):  # more than are done before the click, however fast
        shutil.copy(PICTURE, tmp_path / f"{index}.png")
    prefix = open_part(page, "Batch")
    page.locator(f"{prefix}_mode label", has_text="best").click()
    page.fill(f"{prefix}_folder textarea, {prefix}_folder input", str(tmp_path))
    page.click(f"{prefix}_run")
    shown = r"#img2prompt_batch_progress >> text=/pictures [1-9]\d* of 300/"
    page.wait_for_selector(shown, timeout=180_000)
    page.click(f"{prefix}_interrupt")
    page.wait_for_selector(f"{prefix}_status >> text=interrupted", timeout=120_000)
    assert 1 <= len(list(tmp_path.glob("*.txt"))) < 300
    assert host.state()["queue_free"] and not host.state()["state"]["interrupted"]


def test_a_folder_that_is_not_there_is_told(page):
    prefix = open_part(page, "Batch")
    page.fill(f"{prefix}_folder textarea, {prefix}_folder input", "/no/such/folder")
    page.click(f"{prefix}_run")
    page.wait_for_selector(f"{prefix}_status .error >> text=no such folder", timeout=30_000)


def test_about_says_which_model_to_choose(page):
    prefix = open_part(page, "About")
    text = page.locator(f"{prefix}_text").first.inner_text()
    assert "ViT-H-14/laion2b_s32b_b79k" in text and "torch" in text


def listed(page, selector: str, part: str) -> list[str]:
    """The entries of a dropdown that contain `part`."""
    field = page.locator(f"{selector} input").first
    field.click()
    field.fill(part)
    page.wait_for_selector(f"{selector} [role=option], {selector} li")
    entries = page.locator(f"{selector} [role=option], {selector} li").all_inner_texts()
    field.press("Escape")
    return [entry.replace("✓", "").strip() for entry in entries if part in entry]


def test_menus_of_every_part_follow_what_is_on_disk(page, host):
    open_tab(page, "Interrogator")
    name, menu = "RN50x4/openai", "#img2prompt_prompt_clip_model"
    (before,) = listed(page, menu, name)
    assert before.startswith(f"{name} (to download, ") and before.endswith(" MB)")
    weights = host.root / "models" / "RN50x4_openai.safetensors"
    weights.parent.mkdir(exist_ok=True)
    weights.write_bytes(b"")
    try:
        page.click("#img2prompt_prompt_refresh_models")
        page.wait_for_timeout(1000)
        assert listed(page, menu, name) == [name]
        open_tab(page, "Batch")
        assert listed(page, "#img2prompt_batch_clip_model", name) == [name]
    finally:
        weights.unlink()
    page.click("#img2prompt_batch_refresh_models")
    page.wait_for_timeout(1000)
    assert listed(page, "#img2prompt_batch_clip_model", name) == [before]
    assert not page.errors
