"""The PNG Info tab: what the generator wrote into a file, and sending it on."""

from __future__ import annotations

import os
from typing import Any

import gradio as gr

from ..errors import Error
from ..images import load_image
from ..metadata import read_metadata
from ..service import Service
from . import record_html
from .gradio_versions import do_not_save, uploaded_path
from .send_buttons import add_send_buttons
from .sendable import sendable_infotext

LABEL = "PNG Info"
ID = "img2prompt_png_info"


def build(service: Service) -> Any:
    """The tab as gradio Blocks."""
    with gr.Blocks(analytics_enabled=False) as tab, gr.Row(elem_id=ID):
        with gr.Column():
            # The file's own bytes: an Image component would decode and write it anew.
            file = gr.File(label="Image file", elem_id=f"{ID}_file")
            image = gr.Image(label="Picture", type="pil", interactive=False, elem_id=f"{ID}_image")
        with gr.Column():
            summary = gr.HTML(elem_id=f"{ID}_summary")
            prompt = gr.Textbox(
                label="Prompt", lines=3, show_copy_button=True, elem_id=f"{ID}_prompt"
            )
            negative = gr.Textbox(
                label="Negative prompt", lines=2, show_copy_button=True, elem_id=f"{ID}_negative"
            )
            settings = gr.HTML(elem_id=f"{ID}_settings")
            infotext = gr.Textbox(visible=False, elem_id=f"{ID}_infotext")
            add_send_buttons(service.host, infotext, image, ID)
            with gr.Accordion("Raw fields", open=False):
                fields = gr.HTML(elem_id=f"{ID}_fields")
        file.change(
            _read,
            inputs=[file],
            outputs=[image, summary, prompt, negative, settings, infotext, fields],
            show_progress="hidden",
        )
    do_not_save(file, image, prompt, negative, infotext)
    return tab


def _read(file: Any) -> tuple[Any, ...]:
    """Picture, summary, prompt, negative prompt, settings, text to send, raw fields."""
    if file is None:
        return None, "", "", "", "", "", ""
    path = uploaded_path(file)
    name = os.path.basename(path)
    try:
        record = read_metadata(path)
    except Error as error:
        return None, record_html.problem(f"{name}: {error}"), "", "", "", "", ""
    summary = record_html.summary(name, record)
    try:
        picture = load_image(path)
    except Error as error:
        picture = None
        summary += record_html.problem(f"{name}: its pixels cannot be shown: {error}")
    return (
        picture,
        summary,
        record.prompt,
        record.negative_prompt,
        record_html.settings_table(record),
        sendable_infotext(record),
        record_html.raw_fields(record),
    )
