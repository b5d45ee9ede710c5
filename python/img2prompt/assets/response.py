"""One request and its answer, read by a thread, so that waiting for it can be given up.

Nothing that a server does, or fails to do, keeps the caller for longer than the limits say: not a
name that does not resolve, not a connection that stays silent, not one that drips.
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urljoin, urlsplit

from ..errors import Cancelled, ModelError
from .addresses import check_address, opener_for
from .limits import Limits

_BLOCK = 1 << 17
_POLL_SECONDS = 0.1
_REDIRECTS = (301, 302, 303, 307, 308)


class Unanswered(Exception):
    """No answer came at all: no name, no connection, no reply. str() says which."""


class Broken(Exception):
    """The answer ended early, stalled, or makes no sense. str() says which."""


@dataclass(frozen=True)
class Head:
    """Status and headers of the answer. first_headers: of the first redirect on the way, if any."""

    status: int
    headers: Message
    first_headers: Message


class Response:
    """The answer to a GET. A context manager: leaving it lets go of the connection."""

    def __init__(
        self,
        url: str,
        headers: dict[str, str],
        limits: Limits,
        cancel: Callable[[], bool] | None = None,
    ) -> None:
        check_address(url)
        self._url, self._headers, self._limits, self._cancel = url, headers, limits, cancel
        self._queue: queue.Queue[object] = queue.Queue(maxsize=8)
        self._left = False
        threading.Thread(target=self._read, daemon=True, name="img2prompt-download").start()

    def __enter__(self) -> Response:
        return self

    def __exit__(self, *_: object) -> None:
        self._left = True  # the thread sees it, or ends with its socket's own time

    def head(self) -> Head:
        """Waits for the answer. Raises Unanswered, Broken, and ModelError for a redirect that is
        not followed."""
        item = self._next(self._limits.open_seconds + 1)
        if item is _SILENCE:
            raise Unanswered(f"no answer within {self._limits.open_seconds:.0f} s")
        if isinstance(item, ModelError):
            raise item
        if isinstance(item, (http.client.HTTPException, ConnectionResetError)):
            raise Broken(_reason(item)) from None  # someone is there, but what came is no answer
        if isinstance(item, BaseException):
            raise Unanswered(_reason(item)) from None
        assert isinstance(item, Head)
        return item

    def blocks(self) -> Iterator[bytes]:
        """The body. Raises Broken when it stalls or breaks off as far as the connection tells."""
        since, got = time.monotonic(), 0
        while True:
            item = self._next(max(0.0, since + self._limits.stall_seconds - time.monotonic()))
            if item is _END:
                return
            if isinstance(item, bytes):
                yield item
                got += len(item)
            elif isinstance(item, BaseException):
                raise Broken(_reason(item)) from None
            if time.monotonic() - since >= self._limits.stall_seconds:
                if got < self._limits.least_bytes:
                    raise Broken(f"it stalled for {self._limits.stall_seconds:.0f} s")
                since, got = time.monotonic(), 0

    def _next(self, seconds: float) -> object:
        """What the thread has for us; _SILENCE when it has nothing in that time."""
        deadline = time.monotonic() + seconds
        while True:
            if self._cancel is not None and self._cancel():
                raise Cancelled("cancelled")
            left = deadline - time.monotonic()
            with contextlib.suppress(queue.Empty):
                return self._queue.get(timeout=max(0.001, min(_POLL_SECONDS, left)))
            if left <= 0:
                return _SILENCE

    def _read(self) -> None:
        try:
            with contextlib.closing(self._open()) as answer:
                while not self._left:
                    block = answer.read1(_BLOCK)
                    self._put(block if block else _END)
                    if not block:
                        return
        except Exception as error:
            self._put(error)

    def _put(self, item: object) -> None:
        while not self._left:
            with contextlib.suppress(queue.Full):
                return self._queue.put(item, timeout=_POLL_SECONDS)

    def _open(self) -> http.client.HTTPResponse:
        """Follows redirects to the answer, and hands on its head."""
        url, first_headers = self._url, None
        for _ in range(self._limits.redirects + 1):
            request = urllib.request.Request(url, headers=self._headers)
            # A socket's time counts each wait; the whole is watched by the caller.
            seconds = max(self._limits.open_seconds, self._limits.stall_seconds)
            answer = opener_for(url).open(request, timeout=seconds)
            if first_headers is None:
                first_headers = answer.headers
            if answer.status not in _REDIRECTS:
                self._put(Head(answer.status, answer.headers, first_headers))
                return answer
            answer.close()
            location = answer.headers.get("Location", "")
            with contextlib.suppress(ValueError):  # no address at all: refused as it stands
                location = urljoin(url, location)
            check_address(location, first=self._url)
            url = location
        host = urlsplit(self._url).hostname
        raise ModelError(f"{host} redirects more than {self._limits.redirects} times")


def _reason(error: BaseException) -> str:
    """An error of the connection in a few words."""
    inner = getattr(error, "reason", error)
    if isinstance(inner, (http.client.IncompleteRead, http.client.RemoteDisconnected)):
        return "it broke off"
    if isinstance(inner, http.client.HTTPException):
        return "its answer is no HTTP"
    return str(getattr(inner, "strerror", None) or inner or type(inner).__name__)


_SILENCE, _END = object(), object()
