"""Booru tags of a picture."""

from __future__ import annotations

from typing import Any, cast

from fastapi import APIRouter, HTTPException, Request

from ..jobs import Job
from ..service import Service
from ..tagger import Tags
from .answers import OneSentenceRoute, run_job
from .pictures import REQUEST_BODY, read_request


def make_router(service: Service) -> APIRouter:
    """POST /img2prompt/tags: {"image", "threshold"} -> {"tags": {name: probability}, "prompt"}."""
    router = APIRouter(prefix="/img2prompt", tags=["img2prompt"], route_class=OneSentenceRoute)

    @router.post("/tags", summary="Booru tags of a picture", openapi_extra=REQUEST_BODY)
    async def tags(request: Request) -> dict[str, Any]:
        picture, fields = await read_request(request)
        threshold = _number(fields.get("threshold", 0.5))

        def work(job: Job) -> dict[str, Any]:
            tagger = service.tagger()
            row = tagger.probabilities(picture, job.progress, job.cancelled)[0]
            found = cast(Tags, tagger.tags(row, threshold))  # of one picture
            return {
                "tags": dict(found),
                "prompt": tagger.format(row, threshold),
            }

        return await run_job(service, "tags", work, request)

    return router


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise HTTPException(
            422, f"threshold is {str(value)[:80]!r}, a number is accepted"
        ) from None
