"""Tags: booru tags, whose threshold and order act at once without a new run."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ...jobs import Job
from ...service import Service
from ..context import TabContext
from ..failures import answers_failure
from ..gradio_versions import do_not_save, script
from ..send_buttons import add_send_buttons
from .long_work import Stopped, add_interrupt_button, require_picture, run_job
from .tag_controls import add_tag_controls, tag_options

LABEL = "Tags"
_ID = "img2prompt_tags"


def build(context: TabContext) -> None:
    """The components, and what its buttons do."""
    service = context.service
    job_id = gr.Textbox(visible=False)
    with gr.Row(elem_id=_ID):
        with gr.Column():
            image = gr.Image(label="Picture", type="pil", elem_id=f"{_ID}_image")
        with gr.Column():
            with gr.Row():
                run = gr.Button("Find tags", variant="primary", elem_id=f"{_ID}_run")
                add_interrupt_button(_ID)
            gr.HTML(f'<div id="{_ID}_progress"></div>')
            options = add_tag_controls(_ID)
            prompt = gr.Textbox(
                label="Prompt",
                lines=4,
                interactive=True,
                elem_id=f"{_ID}_text",
            )
            status = gr.HTML(elem_id=f"{_ID}_status")
            add_send_buttons(service.host, prompt, image, _ID)
    probabilities = gr.State(None)

    def find(job_id: str, image: Any, *values: Any) -> tuple[Any, ...]:
        def work(job: Job) -> Any:
            require_picture(image)
            return service.tagger().probabilities(image, job.progress, job.cancelled)[0]

        try:
            row = run_job(service, "tags", job_id, work)
        except Stopped as stopped:
            return gr.update(), gr.update(), str(stopped)
        return (row, *_again(service, row, *values))

    run.click(
        find,
        inputs=[job_id, image, *options],
        outputs=[probabilities, prompt, status],
        show_progress="hidden",
        **script("watch_job", ELEMENT=f"{_ID}_progress"),
    )
    for option in options:
        option.change(
            lambda *values: _again(service, *values),
            inputs=[probabilities, *options],
            outputs=[prompt, status],
            show_progress="hidden",
        )
    do_not_save(image, prompt, job_id)


@answers_failure(LABEL, lambda problem: (gr.update(), problem))
def _again(service: Service, row: Any, *values: Any) -> tuple[Any, str]:
    """The prompt with other options, of probabilities that are there already."""
    if row is None:
        return gr.update(), ""
    return _prompt(service, row, *values), ""


def _prompt(service: Service, row: Any, *values: Any) -> str:
    return tag_options(*values).format(service.tagger(), row)
