"""Batch: a prompt for every picture of a folder."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from ...batch import (
    EXISTING,
    OUTPUTS,
    TAGS,
    BatchOptions,
    BatchResult,
    batch_modes,
    run_batch,
)
from ...errors import InvalidArgument
from ...host import require_readable
from ...jobs import Job
from ...service import Service
from ...service_guess import make_guess
from ..context import TabContext
from ..gradio_versions import do_not_save, script
from .engine_controls import add_engine_controls, engine_choice
from .long_work import Stopped, add_interrupt_button, run_job
from .tag_controls import add_tag_controls, tag_options

LABEL = "Batch"
_ID = "img2prompt_batch"
_MOST_FAILURES_SHOWN = 50


def build(context: TabContext) -> None:
    """The components, and what its buttons do."""
    service = context.service
    with gr.Row(elem_id=_ID):
        with gr.Column():
            folder = gr.Textbox(label="Folder of pictures", elem_id=f"{_ID}_folder")
            recursive = gr.Checkbox(label="Folders within it too", elem_id=f"{_ID}_recursive")
            mode = gr.Radio(list(batch_modes()), value="fast", label="Mode", elem_id=f"{_ID}_mode")
            controls = add_engine_controls(context, _ID)
            with gr.Accordion("How mode tags writes them", open=False):
                tags = add_tag_controls(_ID)
            output = gr.Radio(list(OUTPUTS), value="txt", label="Write", elem_id=f"{_ID}_output")
            existing = gr.Radio(
                list(EXISTING),
                value="keep",
                label="Prompts that are there already",
                elem_id=f"{_ID}_existing",
            )
            with gr.Row():
                prefix = gr.Textbox(label="Before each prompt", elem_id=f"{_ID}_prefix")
                suffix = gr.Textbox(label="Behind each prompt", elem_id=f"{_ID}_suffix")
            from_record = gr.Checkbox(
                label="Take the prompt recorded in a file where there is one",
                elem_id=f"{_ID}_from_record",
            )
        with gr.Column():
            with gr.Row():
                start = gr.Button("Start", variant="primary", elem_id=f"{_ID}_run")
                add_interrupt_button(_ID)
            gr.HTML(f'<div id="{_ID}_progress"></div>')
            status = gr.HTML(elem_id=f"{_ID}_status")
    job_id = gr.Textbox(visible=False)
    # In the order of BatchOptions.
    choices = [mode, output, existing, recursive, prefix, suffix, from_record]

    def options(chosen: Sequence[Any], written: Sequence[Any]) -> BatchOptions:
        return replace(BatchOptions(*chosen), tags=tag_options(*written))

    def run(job_id: str, folder: str, *values: Any) -> str:
        chosen, values = values[: len(choices)], values[len(choices) :]
        written, controls = values[: len(tags)], values[len(tags) :]
        try:
            result = run_job(
                service,
                "batch",
                job_id,
                lambda job: _batch(service, job, folder, options(chosen, written), controls),
            )
        except Stopped as stopped:
            return str(stopped)
        return _describe(result)

    start.click(
        run,
        inputs=[job_id, folder, *choices, *tags, *controls],
        outputs=[status],
        show_progress="hidden",
        **script("watch_job", ELEMENT=f"{_ID}_progress"),
    )
    do_not_save(folder, *choices, *tags, job_id)


def _batch(
    service: Service, job: Job, folder: str, options: BatchOptions, controls: tuple[str, ...]
) -> BatchResult:
    if not folder.strip():
        raise InvalidArgument("no folder was named")
    require_readable(service.host, folder.strip())
    choice = engine_choice(service, *controls) if options.mode != TAGS else None
    guess = make_guess(service, job, options.mode, choice, options.tags)

    def report(done: int, total: int, name: str, rate: float) -> None:
        job.partial = f"{name} ({rate:.2f} pictures a second)" if rate else name
        job.progress("pictures", done, total)

    return run_batch(folder.strip(), options, guess, report, job.cancelled)


def _describe(result: BatchResult) -> str:
    lines = [f"<p>{html.escape(result.summary())}</p>"]
    lines += [f"<p>Written: {html.escape(str(path))}</p>" for path in result.files]
    failed = result.failures()[:_MOST_FAILURES_SHOWN]
    lines += [f'<p class="error">{html.escape(line)}</p>' for line in failed]
    if len(result.failed) > len(failed):
        lines.append(f"<p>... and {len(result.failed) - len(failed)} more</p>")
    return "".join(lines)
