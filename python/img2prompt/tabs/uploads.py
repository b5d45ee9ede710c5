"""Files that the browser uploaded, and none that a request only names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gradio as gr

from .gradio_versions import MAJOR


def upload_files(**options: Any) -> Any:
    """A component that takes files; its options are gr.File's.

    gradio 3 would copy any file of the server that a request says was uploaded; gradio 4 looks.
    """
    component = gr.File(**options)
    if MAJOR < 4:
        # Not a subclass: gradio 3 writes a .pyi beside the source of each.
        copy, uploads = component.preprocess, Path(component.DEFAULT_TEMP_DIR)

        def preprocess(value: Any) -> Any:
            for file in value if isinstance(value, list) else [value]:
                if isinstance(file, dict) and file.get("is_file"):
                    _require_within(uploads, str(file.get("name")))
            return copy(value)

        component.preprocess = preprocess
    return component


def uploaded_path(file: Any) -> str:
    """Where a file of upload_files() lies: gradio 3 hands over an object with .name, 4 the path."""
    return file if isinstance(file, str) else str(file.name)


def _require_within(uploads: Path, name: str) -> None:
    try:
        inside = uploads.resolve() in Path(name).resolve().parents
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise gr.Error(f"{os.path.basename(name)[:80]}: was not uploaded")
