"""The page of its own: no WebUI around, so work takes turns here; there is nowhere to send to."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class LocalHost:
    """Host of `img2prompt serve`. Implements host.Host."""

    name = "local"
    send_targets: tuple[str, ...] = ()

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        readable: Iterable[str | os.PathLike[str]] = (),
    ) -> None:
        """readable: folders of the server that clients may name, and what is within them."""
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._settings = dict(settings or {})
        self._readable = [Path(folder).resolve() for folder in readable]

    @contextmanager
    def busy(self, job: str) -> Iterator[None]:
        with self._turn:
            self._stop.clear()
            try:
                yield
            finally:
                self._stop.clear()

    def report(self, done: int, total: int, text: str) -> None:
        """Nothing to tell: the page asks the job itself."""

    def interrupted(self) -> bool:
        return self._stop.is_set()

    def interrupt(self) -> None:
        if self._turn.locked():
            self._stop.set()

    def setting(self, key: str, default: Any) -> Any:
        return self._settings.get(key, default)

    def may_read(self, folder: str) -> bool:
        try:
            named = Path(folder).resolve()
        except (OSError, ValueError, RuntimeError):
            return False
        return any(named == place or place in named.parents for place in self._readable)

    def resources(self) -> None:
        return None

    def connect_send_button(self, button: Any, target: str, infotext: Any, image: Any) -> None:
        raise NotImplementedError("the page of its own has nowhere to send to; see send_targets")
