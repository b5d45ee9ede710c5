"""What a generator wrote into a file."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from ..metadata import read_metadata
from ..service import Service
from .answers import OneSentenceRoute
from .pictures import REQUEST_BODY, read_request


def make_router(service: Service) -> APIRouter:
    """POST /img2prompt/info, which waits for no other work."""
    router = APIRouter(prefix="/img2prompt", tags=["img2prompt"], route_class=OneSentenceRoute)

    @router.post("/info", summary="The record in a picture's file", openapi_extra=REQUEST_BODY)
    async def info(request: Request) -> dict[str, Any]:
        picture, _ = await read_request(request)
        return (await run_in_threadpool(read_metadata, picture)).to_dict()

    return router
