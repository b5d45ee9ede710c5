"""Many pictures in one request, as a job that is queued, asked after and cancelled."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from ..batch import batch_modes
from ..errors import ModelError
from ..jobs import Job
from ..service import DEFAULT_CLIP_MODEL, Service
from ..service_guess import make_guess
from ..tag_options import TagOptions
from ..unexpected import sentence
from .answers import FormOrJsonRoute, require_room
from .interrogator_routes import require_known
from .pictures import decode_base64, form_body

MOST_PICTURES = 1000


class BatchRequest(BaseModel):
    """Pictures and how to look at them."""

    images: list[str] = Field(..., description="base64 of each picture's file")
    mode: str = Field("fast", description=f"one of {', '.join(batch_modes())}")
    clip_model_name: str = Field(DEFAULT_CLIP_MODEL, description="one of GET /interrogator/models")


def make_router(service: Service) -> APIRouter:
    """POST /img2prompt/batch answers with the job; GET /img2prompt/jobs/{id} with its results.

    `result` is a list as long as `images`: {"prompt"} or {"error"} for each.
    """
    router = APIRouter(prefix="/img2prompt", tags=["img2prompt"], route_class=FormOrJsonRoute)

    @router.post(
        "/batch",
        summary="Queues pictures; answers with the job's id and state",
        openapi_extra=form_body("images", "mode", "clip_model_name"),
    )
    def batch(request: BatchRequest) -> dict[str, Any]:
        require_known(request.clip_model_name, request.mode, batch_modes())
        if not 0 < len(request.images) <= MOST_PICTURES:
            raise HTTPException(
                422, f"images: {len(request.images)} pictures; 1 to {MOST_PICTURES} are accepted"
            )
        pictures = [decode_base64(image) for image in request.images]
        require_room(service)
        job = service.jobs.add("batch")
        service.jobs.start(job, lambda job: _prompts(service, job, request, pictures))
        return job.to_dict()

    return router


def _prompts(
    service: Service, job: Job, request: BatchRequest, pictures: list[bytes]
) -> list[dict[str, str]]:
    choice = service.choice(request.clip_model_name)
    guess = make_guess(service, job, request.mode, choice, TagOptions())
    job.result = results = []
    for index, picture in enumerate(pictures):
        job.progress("pictures", index, len(pictures))
        try:
            results.append({"prompt": guess(picture)})
        except ModelError:
            raise
        except Exception as error:
            if job.cancelled():
                raise
            results.append({"error": sentence(error, f"picture {index}")})
    return results
