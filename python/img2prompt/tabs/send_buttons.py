"""Buttons that copy a prompt or send it, and a picture with it, to the WebUI's tabs."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ..host import Host
from .gradio_versions import script


def add_send_buttons(
    host: Host, infotext: Any, image: Any | None, prefix: str, copied: Any | None = None
) -> None:
    """A row of buttons: Copy, and one for each tab that the host can send to.

    infotext: the Textbox whose text is pasted; image: the Image component that goes with it;
    copied: the Textbox whose text Copy takes, None = infotext.
    """
    # Not the Textbox's own: with that gradio leaves its field without a label for screen readers.
    with gr.Row():
        copy = gr.Button("Copy", elem_id=f"{prefix}_copy", min_width=80)
        copy.click(None, inputs=[copied or infotext], outputs=[], **script("copy_text"))
        for target in host.send_targets:
            button = gr.Button(
                f"Send to {target}", elem_id=f"{prefix}_send_{target}", min_width=120
            )
            host.connect_send_button(button, target, infotext, image)
