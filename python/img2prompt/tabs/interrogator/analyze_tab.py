"""Analyze: which mediums, artists, movements, sites and flavors a picture is like."""

from __future__ import annotations

import html
from typing import Any

import gradio as gr

from ...jobs import Job
from ...service import Service
from ..context import TabContext
from ..gradio_versions import do_not_save, script
from .engine_controls import add_engine_controls, engine_choice
from .long_work import Stopped, add_interrupt_button, require_picture, run_job

LABEL = "Analyze"
_ID = "img2prompt_analyze"


def build(context: TabContext) -> None:
    """The components, and what its buttons do."""
    service = context.service
    with gr.Row(elem_id=_ID):
        with gr.Column():
            image = gr.Image(label="Picture", type="pil", elem_id=f"{_ID}_image")
            controls = add_engine_controls(context, _ID)
            top = gr.Slider(1, 50, value=5, step=1, label="Labels of each table")
            prompt = gr.Textbox(
                label="Prompt to take apart (its phrases are compared one by one)",
                lines=2,
                elem_id=f"{_ID}_prompt",
            )
        with gr.Column():
            with gr.Row():
                analyze = gr.Button("Analyze", variant="primary", elem_id=f"{_ID}_run")
                add_interrupt_button(_ID)
            gr.HTML(f'<div id="{_ID}_progress"></div>')
            tables = gr.HTML(elem_id=f"{_ID}_tables")
    job_id = gr.Textbox(visible=False)

    def run(job_id: str, image: Any, top: float, prompt: str, *controls: str) -> str:
        def work(job: Job) -> str:
            require_picture(image)
            return _look(service, job, image, int(top), prompt, controls)

        try:
            return run_job(service, "analyze", job_id, work)
        except Stopped as stopped:
            return str(stopped)

    analyze.click(
        run,
        inputs=[job_id, image, top, prompt, *controls],
        outputs=[tables],
        show_progress="hidden",
        **script("watch_job", ELEMENT=f"{_ID}_progress"),
    )
    do_not_save(image, top, prompt, job_id)


def _look(
    service: Service, job: Job, image: Any, top: int, prompt: str, controls: tuple[str, ...]
) -> str:
    engine = service.engine(engine_choice(service, *controls), with_captioner=False)
    tables = engine.analyze(image, top, progress=job.progress, cancel=job.cancelled)
    shown = [_bars(name, rows) for name, rows in tables.items()]
    phrases = [phrase.strip() for phrase in prompt.split(",") if phrase.strip()]
    if phrases:
        shown.insert(0, _contributions(engine, job, image, phrases))
    return "".join(shown)


def _contributions(engine: Any, job: Job, image: Any, phrases: list[str]) -> str:
    """What each phrase adds: the whole prompt's similarity less that of the prompt without it."""
    whole = ", ".join(phrases)
    without = [", ".join(phrases[:i] + phrases[i + 1 :]) for i in range(len(phrases))]
    values = engine.similarity(image, [whole, *without], job.progress, job.cancelled)
    rows = [(phrase, float(values[0] - value)) for phrase, value in zip(phrases, values[1:])]
    title = f"What each phrase adds to the prompt's similarity of {values[0]:.3f}"
    return _bars(title, sorted(rows, key=lambda row: -row[1]))


def _bars(title: str, rows: list[tuple[str, float]]) -> str:
    """A title, and a bar for each row, as long as its part of the largest."""
    largest = max((abs(value) for _, value in rows), default=0.0) or 1.0
    lines = "".join(
        f'<div class="img2prompt-bar" style="margin:2px 0">{value:+.3f} '
        f'<span style="display:inline-block;height:0.7em;width:{100 * abs(value) / largest:.0f}px;'
        f'background:{"#3b7" if value >= 0 else "#c55"}"></span> {html.escape(label)}</div>'
        for label, value in rows
    )
    return f'<h4 style="margin:8px 0 2px">{html.escape(title)}</h4>{lines}'
