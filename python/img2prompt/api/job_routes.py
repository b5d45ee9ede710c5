"""Asking after a job, and cancelling it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException

from ..jobs import Job
from ..service import Service


def make_router(service: Service) -> APIRouter:
    """GET /img2prompt/jobs/{id} and POST /img2prompt/jobs/{id}/cancel."""
    router = APIRouter(prefix="/img2prompt/jobs", tags=["img2prompt"])

    def find(id: str) -> Job:
        job = service.jobs.get(id)
        if job is None:
            raise HTTPException(404, f"no job {id[:80]!r}: it never was, or ended long ago")
        return job

    @router.get("/{id}", summary="State, progress and what is found so far")
    def state(id: str) -> dict[str, Any]:
        return find(id).to_dict()

    @router.post("/{id}/cancel", summary="Asks a job to stop; it does within a second")
    def cancel(id: str) -> dict[str, Any]:
        job = find(id)
        job.cancel()
        return job.to_dict()

    return router
