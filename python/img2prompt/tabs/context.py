"""What tabs share while they are built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..assets import KnownModel, known_models
from ..service import Service


@dataclass
class TabContext:
    """service: the engine behind them. interrogator_image: where a picture to guess from goes.

    known: the models as they were found when the page was made. model_menus: (kind, dropdown) of
    each menu of models; menu_refreshers: what adds a listener to an event after which they are
    looked up anew, such as a button's click.
    """

    service: Service
    interrogator_image: Any = None
    known: list[KnownModel] = field(default_factory=known_models)
    model_menus: list[tuple[str, Any]] = field(default_factory=list)
    menu_refreshers: list[Callable[..., Any]] = field(default_factory=list)
