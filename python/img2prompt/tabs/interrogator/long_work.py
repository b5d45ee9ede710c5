"""Running long work from a button: its turn, its progress, and errors as one line of HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from ...errors import Cancelled, InvalidArgument
from ...jobs import Job
from ...service import Service
from ...unexpected import sentence
from .. import markup
from ..gradio_versions import script

T = TypeVar("T")


class Stopped(Exception):
    """Work that did not end; the text is HTML that says why."""


def run_job(service: Service, kind: str, job_id: str, work: Callable[[Job], T]) -> T:
    """The answer of work(job). Raises Stopped where it was interrupted or failed."""
    try:
        return service.jobs.run(service.jobs.add(kind, job_id or None), work)
    except Cancelled:
        raise Stopped("<p>Interrupted.</p>") from None
    except Exception as error:
        raise Stopped(markup.problem(sentence(error, kind.capitalize()))) from None


def add_interrupt_button(prefix: str) -> None:
    """A button that cancels the job whose progress #<prefix>_progress shows, and no other work."""
    button = gr.Button("Interrupt", elem_id=f"{prefix}_interrupt")
    button.click(None, inputs=[], outputs=[], **script("cancel_job", ELEMENT=f"{prefix}_progress"))


def require_picture(image: Any) -> None:
    """Raises InvalidArgument where no picture was given."""
    if image is None:
        raise InvalidArgument("no picture: drop one, or paste it")
