"""Errors as HTTP answers: a status and one sentence in `detail`, never an error as the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from ..errors import (
    Cancelled,
    DecodeError,
    Error,
    InvalidArgument,
    MetadataError,
    ModelError,
    OutOfDeviceMemory,
)
from ..jobs import Job
from ..service import Service

MOST_WAITING = 64  # jobs; more are refused instead of queued

T = TypeVar("T")


class OneSentenceRoute(APIRoute):
    """Answers a request of the wrong form with one sentence, where FastAPI gives a list."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handle_in_one_sentence(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                first = error.errors()[0]
                place = ".".join(str(part) for part in first["loc"] if part != "body")
                raise HTTPException(422, f"{place or 'the request'}: {first['msg']}") from None

        return handle_in_one_sentence


def run_job(service: Service, kind: str, work: Callable[[Job], T]) -> T:
    """Runs work by the host's turn and returns its answer; errors become HTTP answers."""
    require_room(service)
    try:
        return service.jobs.run(service.jobs.add(kind), work)
    except Error as error:
        raise as_http(error) from None


def require_room(service: Service) -> None:
    """Refuses a request while too many wait."""
    if service.jobs.waiting() >= MOST_WAITING:
        raise HTTPException(503, f"{MOST_WAITING} jobs are waiting already; ask again later")


def as_http(error: Error) -> HTTPException:
    """422 for what the request got wrong, 503 for what is missing or full here."""
    sentence = (str(error).strip() or type(error).__name__).splitlines()[0]
    if isinstance(error, (InvalidArgument, DecodeError, MetadataError)):
        return HTTPException(422, sentence)
    if isinstance(error, (ModelError, OutOfDeviceMemory, Cancelled)):
        return HTTPException(503, sentence)
    return HTTPException(500, sentence)
