"""A button that fetches the chosen models' weights where they are not on this disk."""

from __future__ import annotations

import html
from typing import Any

import gradio as gr

from ...assets import DEMO, models, search_path
from ...assets.find import find
from ...assets.pull import pull
from ...jobs import Job
from ..context import TabContext
from ..gradio_versions import script
from .long_work import Stopped, run_job
from .model_menus import chosen_model


def add_download_button(
    context: TabContext, clip: Any, caption: Any, job_id: Any, status: Any, prefix: str
) -> None:
    """The button; what it says goes to `status`, its progress to #<prefix>_progress."""
    service = context.service
    button = gr.Button("Download the chosen models", elem_id=f"{prefix}_download")

    def run(job_id: str, clip_model: str, caption_model: str) -> str:
        try:
            return run_job(
                service, "download", job_id, lambda job: _fetch(job, clip_model, caption_model)
            )
        except Stopped as stopped:
            return str(stopped)

    fetched = button.click(
        run,
        inputs=[job_id, clip, caption],
        outputs=[status],
        show_progress="hidden",
        **script("watch_job", ELEMENT=f"{prefix}_progress"),
    )
    context.menu_refreshers.append(fetched.then)


def _fetch(job: Job, clip_model: str, caption_model: str) -> str:
    names = [chosen_model("clip", clip_model), chosen_model("caption", caption_model)]
    told = []
    for model in models():
        if model.name not in names or model.name == DEMO:
            continue
        found = find(model, search_path())
        if found is None:
            path = pull(model, progress=job.progress, cancel=job.cancelled)
            told.append(f"{model.name}: downloaded to {path}")
        else:
            told.append(f"{model.name}: here already, {found.path}")
    return "".join(f"<p>{html.escape(line)}</p>" for line in told) or "<p>Nothing to fetch.</p>"
