"""A user's name and password before every page, route and socket of `img2prompt serve`."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any

_COOKIE = "img2prompt_session"
_REALM = b'Basic realm="img2prompt", charset="UTF-8"'
_POLICY_VIOLATION = 1008  # of WebSocket's closing codes

_Scope = dict[str, Any]
_Receive = Callable[[], Awaitable[dict[str, Any]]]
_Send = Callable[[dict[str, Any]], Awaitable[None]]


class PageGuard:
    """ASGI middleware: HTTP Basic, then a cookie, since browsers send sockets no password.

    own_token: the secret of requests that the server sends to itself; "" = it sends none.
    """

    def __init__(self, app: Any, user: str, password: str, own_token: Callable[[], str]) -> None:
        self._app, self._own_token = app, own_token
        self._expected = f"{user}:{password}".encode()
        self._session = secrets.token_urlsafe(32)

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        headers = {name.lower(): value for name, value in scope["headers"]}
        if self._has_cookie(headers) or self._is_own(headers):
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        if not self._has_password(headers):
            return await _refuse(send)
        cookie = f"{_COOKIE}={self._session}; HttpOnly; SameSite=Strict; Path=/".encode()

        async def send_with_cookie(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"set-cookie", cookie)]}
            await send(message)

        await self._app(scope, receive, send_with_cookie)

    def _has_cookie(self, headers: dict[bytes, bytes]) -> bool:
        try:
            found = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(_COOKIE)
        except CookieError:
            return False
        return found is not None and secrets.compare_digest(
            found.value.encode("utf-8", "replace"), self._session.encode()
        )

    def _is_own(self, headers: dict[bytes, bytes]) -> bool:
        token, given = self._own_token(), headers.get(b"authorization", b"")
        return bool(token) and secrets.compare_digest(given, f"Bearer {token}".encode())

    def _has_password(self, headers: dict[bytes, bytes]) -> bool:
        scheme, _, value = headers.get(b"authorization", b"").partition(b" ")
        try:
            given = base64.b64decode(value, validate=True)
        except ValueError:  # binascii.Error is one
            return False
        return scheme.lower() == b"basic" and secrets.compare_digest(given, self._expected)


async def _refuse(send: _Send) -> None:
    body = b'{"detail":"a user and a password are needed"}'
    headers = [(b"www-authenticate", _REALM), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": body})
