"""A button whose click handlers run one after another, in the order in which they were added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from .gradio_versions import MAJOR


class ClickSequence:
    """Stands for a gradio button where the WebUI binds its send handlers.

    The WebUI adds a handler for the image, one for the text and one that switches the tab, and
    gradio runs handlers of one click side by side; image and text both set the size, so whichever
    ended last would win. Here each begins when the one before it has ended, failed or not.
    """

    def __init__(self, button: Any) -> None:
        self._button = button
        self._last: Any = None

    def click(
        self,
        fn: Callable[..., Any] | None = None,
        inputs: Sequence[Any] | None = None,
        outputs: Sequence[Any] | None = None,
        **options: Any,
    ) -> Any:
        """As gr.Button.click(); returns what that returns."""
        if MAJOR >= 4 and "_js" in options:
            options["js"] = options.pop("_js")
        add = self._button.click if self._last is None else self._last.then
        listener = add(
            fn=_only_with_input(fn, outputs) if fn else None,
            inputs=inputs,
            outputs=outputs,
            **options,
        )
        # gradio 3 does not go on from a handler that is JavaScript alone.
        if fn is not None:
            self._last = listener
        return listener


def _only_with_input(fn: Callable[..., Any], outputs: Sequence[Any] | None) -> Callable[..., Any]:
    """Runs fn only when it has something to send: the WebUI pastes old parameters for no text."""

    def send(*values: Any) -> Any:
        if any(value is None or value == "" for value in values):
            nothing = [gr.update() for _ in outputs or []]
            return nothing if len(nothing) != 1 else nothing[0]
        return fn(*values)

    return send
