"""The PNG Info tab: what the generator wrote into a file, and sending it on."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import gradio as gr

from ...errors import Error
from ...host import Host
from ...images import load_image
from ...metadata import read_metadata
from ...metadata_edit import strip_metadata
from ...resources import judge, named_resources
from ...unexpected import sentence
from .. import markup
from ..context import TabContext
from ..failures import answers_failure
from ..gradio_versions import do_not_save, lossless, script
from ..send_buttons import add_send_buttons
from ..uploads import upload_files, uploaded_path
from . import record_html, several
from .sendable import sendable_infotext

LABEL = "PNG Info"
ID = "img2prompt_png_info"


def build(context: TabContext) -> Any:
    """The tab as gradio Blocks."""
    host = context.service.host
    with gr.Blocks(analytics_enabled=False) as tab:
        with gr.Row(elem_id=ID):
            with gr.Column():
                # The file's own bytes: an Image component would decode and write it anew.
                files = upload_files(
                    label="Image files", file_count="multiple", elem_id=f"{ID}_file"
                )
                image = gr.Image(
                    label="Picture",
                    type="pil",
                    interactive=False,
                    elem_id=f"{ID}_image",
                    **lossless(),
                )
            with gr.Column():
                outputs = _record_components(host, image)
                guess = gr.Button("Guess a prompt from the picture", elem_id=f"{ID}_guess")
        with gr.Row():
            strip = gr.Button("Save without metadata", elem_id=f"{ID}_strip")
            stripped = gr.File(
                label="Copies without metadata", visible=False, elem_id=f"{ID}_stripped"
            )
        problems = gr.HTML(elem_id=f"{ID}_problems")
        strip.click(
            lambda chosen: _strip(chosen),
            inputs=[files],
            outputs=[stripped, problems],
            show_progress="hidden",
        )
        table = gr.HTML(elem_id=f"{ID}_several")
        export = gr.File(label="All of it as csv", visible=False, elem_id=f"{ID}_csv")
        files.change(
            lambda chosen: (*_read(host, chosen), *_read_several(chosen)),
            inputs=[files],
            outputs=[image, *outputs, table, export],
            show_progress="hidden",
        )
        guess.click(
            lambda picture: picture,
            inputs=[image],
            outputs=[context.interrogator_image],
            show_progress="hidden",
        )
        guess.click(None, inputs=[], outputs=[], **script("open_interrogator"))
    do_not_save(files, image, *outputs, stripped, export)
    return tab


def _record_components(host: Host, image: Any) -> list[Any]:
    """Summary, prompt, negative prompt, settings, resources, text to send, raw fields."""
    summary = gr.HTML(elem_id=f"{ID}_summary")
    prompt = gr.Textbox(label="Prompt", lines=3, elem_id=f"{ID}_prompt")
    negative = gr.Textbox(label="Negative prompt", lines=2, elem_id=f"{ID}_negative")
    settings = gr.HTML(elem_id=f"{ID}_settings")
    infotext = gr.Textbox(visible=False, elem_id=f"{ID}_infotext")
    add_send_buttons(host, infotext, image, ID)
    resources = gr.HTML(elem_id=f"{ID}_resources")
    with gr.Accordion("Raw fields", open=False):
        fields = gr.HTML(elem_id=f"{ID}_fields")
    return [summary, prompt, negative, settings, resources, infotext, fields]


def _paths(files: Any) -> list[str]:
    """The paths of what gr.File hands over: one file, several, or none."""
    chosen = files if isinstance(files, list) else [files]
    return [uploaded_path(file) for file in chosen if file is not None]


@answers_failure(LABEL, lambda problem: (None, problem, *[""] * 6))
def _read(host: Host, files: Any) -> tuple[Any, ...]:
    """The first file's picture, then what _record_components() shows."""
    paths = _paths(files)
    if not paths:
        return None, "", "", "", "", "", "", ""
    name = os.path.basename(paths[0])
    try:
        record = read_metadata(paths[0])
    except Error as error:
        return None, markup.problem(f"{name}: {error}"), "", "", "", "", "", ""
    summary = record_html.summary(name, record)
    try:
        picture = load_image(paths[0])
    except Exception as error:
        picture = None
        why = sentence(error, LABEL)
        summary += markup.problem(f"{name}: its pixels cannot be shown: {why}")
    named = named_resources(record)
    return (
        picture,
        summary,
        record.prompt,
        record.negative_prompt,
        record_html.settings(record),
        record_html.resources(judge(named, host.resources()) if named else []),
        sendable_infotext(record, host),
        record_html.raw_fields(record),
    )


@answers_failure(LABEL, lambda problem: (_no_file(), problem))
def _strip(files: Any) -> tuple[Any, str]:
    """Copies without any record, under the files' own names, and what could not be copied."""
    folder = Path(tempfile.mkdtemp(prefix="img2prompt-"))
    copies, problems = [], []
    for index, path in enumerate(_paths(files)):
        try:
            content = strip_metadata(path)
        except Exception as error:
            problems.append(markup.problem(sentence(error, LABEL)))
            continue
        copy = folder / str(index) / os.path.basename(path)
        copy.parent.mkdir()
        copy.write_bytes(content)
        copies.append(str(copy))
    return gr.update(value=copies or None, visible=bool(copies)), "".join(problems)


@answers_failure(LABEL, lambda problem: (problem, _no_file()))
def _read_several(files: Any) -> tuple[str, Any]:
    """The table and its csv, where there is more than one file."""
    paths = _paths(files)
    if len(paths) < 2:
        return "", _no_file()
    rows = several.read_rows(paths)
    return several.as_html(rows), gr.update(value=several.write_csv(rows), visible=True)


def _no_file() -> Any:
    """For a File component that has nothing to offer."""
    return gr.update(value=None, visible=False)
