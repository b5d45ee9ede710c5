"""Errors as HTTP answers: a status and one sentence in `detail`, never an error as the result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, cast

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect

from ..errors import (
    Cancelled,
    DecodeError,
    Error,
    InvalidArgument,
    MetadataError,
    ModelError,
    OutOfDeviceMemory,
    one_line,
)
from ..jobs import Job
from ..service import Service
from ..unexpected import sentence
from .pictures import form_as_json, require_small

MOST_WAITING = 64  # jobs; more are refused instead of queued

T = TypeVar("T")


class OneSentenceRoute(APIRoute):
    """Answers every failure with one sentence, where FastAPI gives a list or nothing.

    A request whose length is not told, or too large, is refused before it is read.
    """

    async def as_json(self, request: Request) -> Request:
        """The request as the route's function takes it."""
        return request

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handle_in_one_sentence(request: Request) -> Response:
            if request.method == "POST":
                require_small(request)
            try:
                return await handle(await self.as_json(request))
            except RequestValidationError as error:
                first = error.errors()[0]
                place = ".".join(str(part) for part in first["loc"] if part != "body")
                raise HTTPException(422, f"{place or 'the request'}: {first['msg']}") from None
            except (StarletteHTTPException, ClientDisconnect):
                raise
            except Error as error:
                raise _as_http(error) from None
            except Exception as error:
                raise HTTPException(500, sentence(error, request.url.path)) from None

        return handle_in_one_sentence


class FormOrJsonRoute(OneSentenceRoute):
    """Takes a form with picture files as well as JSON with base64; see pictures.form_body()."""

    async def as_json(self, request: Request) -> Request:
        """A form's request with JSON in its place."""
        return await form_as_json(request)


async def run_job(service: Service, kind: str, work: Callable[[Job], T], client: Request) -> T:
    """Runs work by the host's turn and returns its answer; errors become HTTP answers.

    It waits on a thread of its own: the server's few threads stay free for other requests. The job
    is cancelled when the client, whose request has been read, closes its connection.
    """
    require_room(service)
    job, loop = service.jobs.add(kind), asyncio.get_running_loop()
    outcome: asyncio.Future[tuple[T | None, Exception | None]] = loop.create_future()

    def tell(answer: T | None, failure: Exception | None) -> None:
        if not outcome.done():
            outcome.set_result((answer, failure))

    def ended(answer: T | None, failure: Exception | None) -> None:
        try:
            loop.call_soon_threadsafe(tell, answer, failure)
        except RuntimeError:
            pass  # the server has ended

    service.jobs.start(job, work, ended)
    watch = asyncio.ensure_future(_cancel_when_gone(client, job))
    try:
        answer, failure = await outcome
    finally:
        watch.cancel()
    if failure is not None:
        raise failure
    return cast(T, answer)


async def _cancel_when_gone(client: Request, job: Job) -> None:
    """Cancels the job when the client of a request that has been read closes its connection.

    A middleware may hand out the body again, or refuse to be asked: then nobody is watched, and the
    job goes on.
    """
    try:
        message = await client.receive()
    except Exception:
        return
    if message["type"] == "http.disconnect":
        job.cancel()


def require_room(service: Service) -> None:
    """Refuses a request while too many wait."""
    if service.jobs.waiting() >= MOST_WAITING:
        raise HTTPException(503, f"{MOST_WAITING} jobs are waiting already; ask again later")


def _as_http(error: Error) -> HTTPException:
    """422: the request is wrong; 503: something is missing or full here; 500: anything else."""
    status = 500
    if isinstance(error, (InvalidArgument, DecodeError, MetadataError)):
        status = 422
    elif isinstance(error, (ModelError, OutOfDeviceMemory, Cancelled)):
        status = 503
    return HTTPException(status, one_line(error))
