"""What tabs share while they are built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..service import Service


@dataclass
class TabContext:
    """service: the engine behind them. interrogator_image: where a picture to guess from goes."""

    service: Service
    interrogator_image: Any = None
