"""The page of its own: no WebUI around, so work takes turns here; there is nowhere to send to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class LocalHost:
    """Host of `img2prompt serve`. Implements host.Host."""

    name = "local"
    send_targets: tuple[str, ...] = ()

    def __init__(self, settings: Mapping[str, Any] | None = None) -> None:
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._settings = dict(settings or {})
        self._mounts: list[Callable[[Any], None]] = []

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

    def resources(self) -> None:
        return None

    def connect_send_button(self, button: Any, target: str, infotext: Any, image: Any) -> None:
        raise NotImplementedError("the page of its own has nowhere to send to; see send_targets")

    def on_server_started(self, mount: Callable[[Any], None]) -> None:
        self._mounts.append(mount)

    def server_started(self, app: Any) -> None:
        """Mounts what on_server_started() collected; called by `serve` once the app is there."""
        for mount in self._mounts:
            mount(app)
