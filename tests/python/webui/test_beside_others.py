"""Beside an extension with the same routes and tab name, and in a host without gradio's queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import GRADIOS, ROOT, open_page, start_host, stop
from .test_interrogator_parts import PICTURE, open_part
from .test_prompt_tab import generated, prepare

pytestmark = pytest.mark.browser

# What clip-interrogator's extension registers, in its manner: its routes on the app as it starts,
# and a tab called Interrogator.
RIVAL = """
import gradio as gr
from modules import script_callbacks


def add_tab():
    with gr.Blocks(analytics_enabled=False) as tab:
        with gr.Tab("Prompt"):
            button = gr.Button("Generate", elem_id="rival_generate")
            text = gr.Textbox(label="Prompt", elem_id="rival_text")
            button.click(lambda: "the other one's", inputs=[], outputs=[text])
    return [(tab, "Interrogator", "interrogator")]


def mount(demo, app):
    @app.get("/interrogator/models")
    async def get_models():
        return ["the other one's"]

    @app.post("/interrogator/prompt")
    async def get_prompt():
        return {"prompt": "the other one's"}


script_callbacks.on_app_started(mount)
script_callbacks.on_ui_tabs(add_tab)
"""


@pytest.fixture(params=GRADIOS)
def gradio(request) -> str:
    return request.param


def rival(folder: Path) -> Path:
    script = folder / "clip-interrogator-ext" / "scripts" / "clip_interrogator_ext.py"
    script.parent.mkdir(parents=True)
    script.write_text(RIVAL)
    return script.parents[1]


@pytest.mark.parametrize("order", ["theirs first", "ours first"])
def test_the_rivals_extension_and_ours_both_work(gradio, order, browser, demo_engine, tmp_path):
    extensions = [rival(tmp_path), ROOT]
    if order == "ours first":
        extensions.reverse()
    host = start_host(gradio, tmp_path / "host", extensions)
    try:
        models = host.get("/interrogator/models")
        assert models == ["the other one's"] if order == "theirs first" else "demo" in models
        if order == "theirs first":
            assert host.post("/interrogator/prompt", {})["prompt"] == "the other one's"
        assert "/img2prompt/info" in host.get("/openapi.json")["paths"]
        page = open_page(host, browser)
        buttons = page.locator(".tabs button, #tabs button")
        titles = [title.strip() for title in buttons.all_inner_texts()]
        assert titles.count("Interrogator") == 2
        nth = 1 if order == "theirs first" else 0
        prepare(page, nth=nth)
        assert generated(page) == demo_engine.interrogate(str(PICTURE), "fast").prompt
        assert host.state()["reports"] == [] and page.errors == []
        page.close()
    finally:
        stop(host)


def test_without_gradios_queue_the_tabs_work(gradio, browser, demo_engine, tmp_path):
    host = start_host(gradio, tmp_path / "host", CONTRACT_NO_QUEUE="1")
    try:
        page = open_page(host, browser)
        prepare(page)
        assert generated(page) == demo_engine.interrogate(str(PICTURE), "fast").prompt
        prefix = open_part(page, "Analyze", interrogator_open=True)
        page.set_input_files(f"{prefix}_image input[type=file]", str(PICTURE))
        page.wait_for_selector(f"{prefix}_image img")
        page.click(f"{prefix}_run")
        page.wait_for_selector(f"{prefix}_tables .img2prompt-bar", timeout=60_000)
        assert host.state()["reports"] == [] and page.errors == []
        page.close()
    finally:
        stop(host)
