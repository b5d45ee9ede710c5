"""What the Prompt part shows while it searches, what models hold, and where they are put."""

from __future__ import annotations

import json

import pytest

from .conftest import choose
from .test_prompt_tab import PICTURE, TAB, generated, prepare

pytestmark = pytest.mark.browser

HELD = f"{TAB}_held"


def test_the_growing_prompt_is_shown_and_gone_at_the_end(page, demo_engine):
    told = []
    demo_engine.interrogate(str(PICTURE), found=lambda prompt, score: told.append(prompt))
    seen = []

    def keep(route):
        answer = route.fetch()
        job = answer.json()
        if answer.ok and job["partial"] and not seen:
            # Shown until it was seen: the small model searches faster than a busy browser paints.
            job.update(state="running", result=None)
            route.fulfill(response=answer, body=json.dumps(job))
        else:
            route.fulfill(response=answer)

    prepare(page, "best")
    page.route("**/img2prompt/jobs/*", keep)
    page.click(f"{TAB}_generate")
    partial = f"{TAB}_progress .img2prompt-partial"
    page.wait_for_selector(f"{partial}:not(:empty)", timeout=90_000)
    seen.append(page.inner_text(f"{partial}:not(:empty)"))
    assert seen[0] in [*told, demo_engine.interrogate(str(PICTURE)).prompt]
    page.wait_for_selector(partial, state="detached")
    page.wait_for_selector(f"{TAB}_status >> text=Similarity")


def open_placement(page) -> None:
    page.locator(f"{TAB}_placement >> text=Device and memory").first.click()
    page.wait_for_selector(f"{HELD} >> visible=true")


def test_what_is_held_is_shown_and_let_go_of(page):
    prepare(page)
    generated(page)
    open_placement(page)
    page.wait_for_selector(f"{HELD} >> text=CLIP, texts")
    held = page.locator(HELD).first.inner_text()
    assert "captions" in held and "label tables" in held and "MB in all" in held and "cpu" in held
    page.click(f"{TAB}_unload")
    page.wait_for_selector(f"{HELD} >> text=No model is loaded")
    generated(page)
    page.wait_for_selector(f"{HELD} >> text=CLIP, texts")


def test_low_vram_keeps_one_model_at_a_time(page, demo_engine):
    prepare(page)
    open_placement(page)
    choose(page, f"{TAB}_budget", "low")
    expected = demo_engine.interrogate(str(PICTURE), "fast").prompt
    page.wait_for_timeout(500)
    assert generated(page) == expected
    page.wait_for_selector(f"{HELD} >> text=MB in all")
    held = page.locator(HELD).first.inner_text()
    models = [name for name in ("CLIP, texts", "CLIP, pictures", "captions") if name in held]
    assert len(models) == 1
    field = page.locator(f"{TAB}_budget input").first
    field.fill("much")
    field.press("Enter")
    page.wait_for_selector(f"{HELD} .error >> text=device budget 'much'")


def test_the_settings_page_places_models(page, host, demo_engine):
    options = host.state()["options"]
    assert {"img2prompt_device", "img2prompt_device_budget"} <= set(options)
    host.post("/contract/reload")  # forgets what the tests above chose
    host.wait_until_ready(times=2)
    host.post("/contract/option/img2prompt_device_budget", "low")
    page.reload()
    prepare(page)
    assert generated(page) == demo_engine.interrogate(str(PICTURE), "fast").prompt
    open_placement(page)
    held = page.locator(HELD).first.inner_text()
    assert sum(name in held for name in ("CLIP, texts", "CLIP, pictures", "captions")) == 1
    host.post("/contract/option/img2prompt_device_budget", "")
