"""The routes of clip-interrogator's WebUI extension (0.2.1), so that its clients work unchanged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from ..assets import known_models
from ..interrogator import modes
from ..jobs import Job
from ..service import DEFAULT_CLIP_MODEL, Service
from .answers import FormOrJsonRoute, run_job
from .pictures import decode_base64, form_body

PREFIX = "/interrogator"
_TOP = 5

#: Their names of the tables, and ours.
_TABLES = {
    "medium": "mediums",
    "artist": "artists",
    "movement": "movements",
    "trending": "trendings",
    "flavor": "flavors",
}


class AnalyzeRequest(BaseModel):
    """One picture, and the CLIP model to look at it with."""

    image: str = Field("", description="base64 of a picture's file")
    clip_model_name: str = Field(DEFAULT_CLIP_MODEL, description="one of GET /interrogator/models")


class PromptRequest(AnalyzeRequest):
    """The same with a mode."""

    mode: str = Field("fast", description=f"one of {', '.join(modes())}")


class PromptAnswer(BaseModel):
    """The prompt."""

    prompt: str


class AnalyzeAnswer(BaseModel):
    """The most similar labels of each table, each with its similarity."""

    medium: dict[str, float]
    artist: dict[str, float]
    movement: dict[str, float]
    trending: dict[str, float]
    flavor: dict[str, float]


def make_router(service: Service) -> APIRouter:
    """GET /interrogator/models, POST /interrogator/prompt, POST /interrogator/analyze."""
    router = APIRouter(prefix=PREFIX, tags=["interrogator"], route_class=FormOrJsonRoute)

    @router.get("/models", response_model=list[str], summary="CLIP models that can be named")
    def models() -> list[str]:
        return clip_models()

    @router.post(
        "/prompt",
        response_model=PromptAnswer,
        summary="The prompt of a picture",
        openapi_extra=form_body("image", "mode", "clip_model_name"),
    )
    async def prompt(request: PromptRequest, client: Request) -> dict[str, str]:
        picture = await run_in_threadpool(_picture, request, request.mode)

        def work(job: Job) -> str:
            choice = service.choice(request.clip_model_name)
            engine = service.engine(choice, with_captioner=request.mode != "negative")
            return engine.interrogate(
                picture,
                request.mode,
                progress=job.progress,
                cancel=job.cancelled,
                native=service.native_options(),
                found=job.found,
            ).prompt

        return {"prompt": await run_job(service, "prompt", work, client)}

    @router.post(
        "/analyze",
        response_model=AnalyzeAnswer,
        summary="What a picture is like",
        openapi_extra=form_body("image", "clip_model_name"),
    )
    async def analyze(request: AnalyzeRequest, client: Request) -> dict[str, dict[str, float]]:
        picture = await run_in_threadpool(_picture, request)

        def work(job: Job) -> dict[str, Any]:
            engine = service.engine(service.choice(request.clip_model_name), with_captioner=False)
            return engine.analyze(picture, _TOP, progress=job.progress, cancel=job.cancelled)

        tables = await run_job(service, "analyze", work, client)
        return {name: dict(tables.get(ours, [])) for name, ours in _TABLES.items()}

    return router


def clip_models() -> list[str]:
    """Names of the known CLIP models, those on disk first."""
    rows = [row for row in known_models() if row.kind == "clip"]
    return [row.name for row in sorted(rows, key=lambda row: row.path is None)]


def _picture(request: AnalyzeRequest, mode: str | None = None) -> bytes:
    """The picture of a request whose names are known."""
    require_known(request.clip_model_name, mode)
    return decode_base64(request.image)


def require_known(clip_model: str, mode: str | None = None, accepted: Iterable[str] = ()) -> None:
    """Refuses names that are in no list; a path of a request is never opened.

    accepted: the modes, where they are others than the interrogator's.
    """
    if clip_model not in clip_models():
        raise HTTPException(
            404, f"clip_model_name: no model {clip_model[:80]!r}; see GET {PREFIX}/models"
        )
    accepted = tuple(accepted) or tuple(modes())
    if mode is not None and mode not in accepted:
        raise HTTPException(422, f"mode is {mode[:80]!r}; accepted are {', '.join(accepted)}")
