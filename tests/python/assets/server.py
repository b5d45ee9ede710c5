"""A server on this machine that answers as it is told: rightly, or wrong in one of many ways."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """One request; answers write to `wfile`."""

    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.requests.append((self.command, self.path, dict(self.headers)))
        self.close_connection = True
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.server.next_answer(self.path)(self)

    do_HEAD = do_GET

    def send(self, status: int, headers: dict[str, object], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def asked(self, content: bytes, etag: str) -> int:
        """Where the part that is asked for begins; 0 = all of it."""
        wanted = re.fullmatch(r"bytes=(\d+)-\d*", self.headers.get("Range", ""))
        if not wanted or self.headers.get("If-Range", etag) != etag:
            return 0
        return int(wanted[1])

    def begin(self, content: bytes, etag: str = '"one"', **headers: object) -> int:
        """Sends status and headers of a right answer; returns where the body begins."""
        start = self.asked(content, etag)
        told: dict[str, object] = {"ETag": etag, "Content-Length": len(content) - start, **headers}
        if start:
            told["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.send(206 if start else 200, told)
        return start


class Server(ThreadingHTTPServer):
    """Answers each request with the next of its answers, the last one for ever after.

    requests: (method, path, headers) of each. gone: set when the test is over.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.gone = threading.Event()
        self._answers: list[Answer] = []
        self._by_path: dict[str, Answer] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, *answers: Answer) -> None:
        self._answers = list(answers)

    def answer_at(self, path: str, answer: Answer) -> None:
        self._by_path[path] = answer

    def next_answer(self, path: str) -> Answer:
        with self._lock:
            if path in self._by_path:
                return self._by_path[path]
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def ranges(self) -> list[str | None]:
        return [headers.get("Range") for _, _, headers in self.requests]

    def close(self) -> None:
        self.gone.set()
        self.shutdown()
        self.server_close()


def content_of(size: int, seed: int = 0) -> bytes:
    """Bytes that repeat nowhere, the same for the same seed."""
    blocks = (hashlib.sha256(b"%d %d" % (seed, i)).digest() for i in range(size // 32 + 1))
    return b"".join(blocks)[:size]


def whole(content: bytes, **options: object) -> Answer:
    """As it should be, parts too."""

    def answer(request: Request) -> None:
        start = request.begin(content, **options)
        if request.command != "HEAD":
            request.wfile.write(content[start:])

    return answer


def breaks_off(content: bytes, after: int, **options: object) -> Answer:
    """Ends the connection after so many bytes of what was asked for."""

    def answer(request: Request) -> None:
        start = request.begin(content, **options)
        request.wfile.write(content[start : start + after])

    return answer


def stalls(content: bytes, after: int) -> Answer:
    """Sends so many bytes of what was asked for, then nothing more, but stays."""

    def answer(request: Request) -> None:
        start = request.begin(content)
        request.wfile.write(content[start : start + after])
        request.wfile.flush()
        request.server.gone.wait(60)

    return answer


def drips(content: bytes, seconds: float) -> Answer:
    """One byte now and then."""

    def answer(request: Request) -> None:
        start = request.begin(content)
        for byte in content[start:]:
            request.wfile.write(bytes([byte]))
            if request.server.gone.wait(seconds):
                return

    return answer


def silent(request: Request) -> None:
    """Takes the request and never answers."""
    request.server.gone.wait(60)


def hangs_up(request: Request) -> None:
    """Ends the connection without an answer."""


def no_http(request: Request) -> None:
    """Says something, but not HTTP."""
    request.wfile.write(b"220 mail.example ESMTP\r\n\r\n")


def ignores_range(content: bytes, **headers: object) -> Answer:
    """Sends all, whatever part was asked for."""

    def answer(request: Request) -> None:
        request.send(200, {"ETag": '"one"', "Content-Length": len(content), **headers}, content)

    return answer


def says(length: int, body: bytes) -> Answer:
    """Announces another length than it sends."""

    def answer(request: Request) -> None:
        request.send(200, {"Content-Length": length}, body)

    return answer


def another_part(content: bytes, start: int) -> Answer:
    """Sends a part that was not asked for."""

    def answer(request: Request) -> None:
        part = content[start:]
        told = f"bytes {start}-{len(content) - 1}/{len(content)}"
        request.send(206, {"Content-Length": len(part), "Content-Range": told}, part)

    return answer


def status(code: int, **headers: object) -> Answer:
    """A status without the file."""

    def answer(request: Request) -> None:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        request.send(code, {**told, "Content-Length": 5}, b"sorry")

    return answer


def redirect(location: str, code: int = 302, **headers: object) -> Answer:
    return status(code, Location=location, **headers)


def chunked(content: bytes) -> Answer:
    """Announces no length."""

    def answer(request: Request) -> None:
        request.send(200, {"Transfer-Encoding": "chunked"})
        for first in range(0, len(content), 1000):
            block = content[first : first + 1000]
            request.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))
        request.wfile.write(b"0\r\n\r\n")

    return answer


def endless(sent: list[int]) -> Answer:
    """Announces no length and never ends; sent[0] counts the bytes."""

    def answer(request: Request) -> None:
        request.send(200, {"Transfer-Encoding": "chunked"})
        block = b"x" * 10_000
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not request.server.gone.is_set():
            request.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))
            sent[0] += len(block)

    return answer
