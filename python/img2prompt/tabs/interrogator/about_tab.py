"""About: versions, device, models found, and which model to choose."""

from __future__ import annotations

import html

import gradio as gr

from ... import _build_info
from ...assets import known_models
from ...service import Service
from ..context import TabContext

LABEL = "About"
_ID = "img2prompt_about"

_CHOICE = """
<h4>Which model to choose</h4>
<ul>
<li>Stable Diffusion 1.x: <b>ViT-L-14/openai</b>, the text model it was trained with.</li>
<li>Stable Diffusion 2.x: <b>ViT-H-14/laion2b_s32b_b79k</b>, for the same reason.</li>
<li>SDXL: <b>ViT-L-14/openai</b>, or with more memory <b>ViT-bigG-14/laion2b_s39b_b160k</b>.</li>
<li>Captions: <b>blip-large</b> says more, <b>blip-base</b> needs half the memory.</li>
<li>Mode <b>best</b> is the nearest prompt, <b>fast</b> a list of what CLIP sees, <b>native</b> the
WebUI's own interrogation.</li>
</ul>
"""


def build(context: TabContext) -> None:
    """One page of HTML, made when asked for."""
    service = context.service
    with gr.Column(elem_id=_ID):
        shown = gr.HTML(_describe(service), elem_id=f"{_ID}_text")
        refresh = gr.Button("Look again", elem_id=f"{_ID}_refresh")
    refresh.click(lambda: _describe(service), inputs=[], outputs=[shown])


def _describe(service: Service) -> str:
    from ... import __version__

    rows = [row for row in known_models() if row.path is not None and row.name != "demo"]
    found = "".join(
        f"<li>{row.kind}: <b>{html.escape(row.name)}</b> in {html.escape(str(row.path))}</li>"
        for row in rows
    )
    return (
        f"<p>img2prompt {__version__}, built for torch {_build_info.TORCH_VERSION}; "
        f"{html.escape(service.device_text())}</p>{_CHOICE}"
        f"<h4>Models found</h4><ul>{found or '<li>none yet</li>'}</ul>"
    )
