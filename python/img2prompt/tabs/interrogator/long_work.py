"""Running long work from a button: its turn, its progress, and errors as one line of HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ...errors import Cancelled, Error, InvalidArgument
from ...jobs import Job
from ...service import Service
from .. import markup

T = TypeVar("T")


class Stopped(Exception):
    """Work that did not end; the text is HTML that says why."""


def run_job(service: Service, kind: str, job_id: str, work: Callable[[Job], T]) -> T:
    """The answer of work(job). Raises Stopped where it was interrupted or failed."""
    try:
        return service.jobs.run(service.jobs.add(kind, job_id or None), work)
    except Cancelled:
        raise Stopped("<p>Interrupted.</p>") from None
    except Error as error:
        raise Stopped(markup.problem(str(error).splitlines()[0])) from None


def require_picture(image: Any) -> None:
    """Raises InvalidArgument where no picture was given."""
    if image is None:
        raise InvalidArgument("no picture: drop one, or paste it")
