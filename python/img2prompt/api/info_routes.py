"""What a generator wrote into a file."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from ..errors import Error
from ..metadata import read_metadata
from ..service import Service
from .answers import OneSentenceRoute, as_http
from .pictures import REQUEST_BODY, read_request


def make_router(service: Service) -> APIRouter:
    """POST /img2prompt/info, which waits for no other work."""
    router = APIRouter(prefix="/img2prompt", tags=["img2prompt"], route_class=OneSentenceRoute)

    @router.post("/info", summary="The record in a picture's file", openapi_extra=REQUEST_BODY)
    async def info(request: Request) -> dict[str, Any]:
        picture, _ = await read_request(request)
        try:
            record = await run_in_threadpool(read_metadata, picture)
        except Error as error:
            raise as_http(error) from None
        return record.to_dict()

    return router
