"""What differs between the gradio of AUTOMATIC1111 and reForge (3.41) and that of Forge (4.40)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

_SCRIPTS = Path(__file__).parent / "scripts"
MAJOR = int(gr.__version__.split(".")[0])


def javascript(code: str) -> dict[str, str]:
    """The argument of an event listener that runs `code` in the browser first."""
    return {"_js": code} if MAJOR < 4 else {"js": code}


def do_not_save(*components: Any) -> None:
    """Keeps the WebUI from remembering these components' values in ui-config.json."""
    for component in components:
        component.do_not_save_to_config = True


def script(name: str, **replacements: str) -> dict[str, str]:
    """The same with a file of scripts/, the words given replaced."""
    code = (_SCRIPTS / f"{name}.js").read_text(encoding="utf-8")
    code = "\n".join(line for line in code.split("\n") if not line.lstrip().startswith("//"))
    for word, text in replacements.items():
        code = code.replace(word, text)
    return javascript(code)


def lossless() -> dict[str, str]:
    """The argument of gr.Image that has it store pictures as PNG: gradio 4 takes WebP, lossy."""
    return {} if MAJOR < 4 else {"format": "png"}
