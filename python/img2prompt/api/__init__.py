"""HTTP routes, the same in the WebUI and on the page of its own."""

from __future__ import annotations

from typing import Any

from ..service import Service
from . import job_routes

_PARTS = (job_routes,)


def mount(app: Any, service: Service) -> None:
    """Adds every route to a FastAPI application."""
    for part in _PARTS:
        app.include_router(part.make_router(service))
