"""Handlers that answer with what went wrong, where gradio would leave the page as it was."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..unexpected import sentence
from . import markup


def answers_failure(
    part: str, failed: Callable[[str], Any]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Has a handler answer failed(HTML of one line) for an exception.

    part: what the line names as failed, such as the tab's label.
    """

    def decorate(handler: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(handler)
        def run(*values: Any) -> Any:
            try:
                return handler(*values)
            except Exception as error:
                return failed(markup.problem(sentence(error, part)))

        return run

    return decorate
