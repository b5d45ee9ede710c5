"""HTTP routes, the same in the WebUI and on the page of its own."""

from __future__ import annotations

from typing import Any

from ..service import Service
from . import batch_routes, info_routes, interrogator_routes, job_routes, tag_routes

_PARTS = (interrogator_routes, info_routes, tag_routes, batch_routes, job_routes)


def mount(app: Any, service: Service) -> None:
    """Adds every route to a FastAPI application, but none whose path is taken.

    clip-interrogator's extension has routes of the same names: where it is installed too, they stay
    its own.
    """
    taken = {getattr(route, "path", "") for route in app.routes}
    for part in _PARTS:
        router = part.make_router(service)
        if not taken & {route.path for route in router.routes}:
            app.include_router(router)
