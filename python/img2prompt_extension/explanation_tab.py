"""The tab that is there when img2prompt cannot be: why, and what mends it."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from .failure import kept_failure

_CORE = "img2prompt"  # it, or a part of it, is missing where installing it failed


def register(root: Path, error: ImportError) -> None:
    """Registers the tab with the WebUI, and says the same once on the terminal."""
    from modules import script_callbacks

    reason = str(error).strip() or "img2prompt cannot be imported"
    if not isinstance(error, ModuleNotFoundError) or (error.name or "").split(".")[0] == _CORE:
        reason = kept_failure(root) or reason
    reason = reason.splitlines()[0]
    print(f"img2prompt: {reason}")
    script_callbacks.on_ui_tabs(lambda: [_tab(root, reason)])


def _tab(root: Path, reason: str) -> tuple[Any, str, str]:
    import gradio as gr

    with gr.Blocks(analytics_enabled=False) as tab:
        gr.HTML(
            '<div id="img2prompt_explanation"><h3>img2prompt is not ready yet</h3>'
            f"<p>{html.escape(reason)}</p>"
            "<p>Close the WebUI, run this with the WebUI's own Python, and start it again:</p>"
            f"<pre>python {html.escape(str(root / 'install.py'))}</pre></div>"
        )
    return tab, "Interrogator", "img2prompt_interrogator"
