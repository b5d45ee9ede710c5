"""Fetches one file over HTTPS: whole and verified, or not at all.

The bytes go to FILE.part, which is renamed only when its size and sha256 are those that the card
states; a download that was broken off goes on from there, in this run or a later one. The server
decides nothing but the bytes: not the file's name, not its place, not how long we wait.
"""

from __future__ import annotations

import contextlib
import email.utils
import errno
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import Cancelled, ModelError
from .addresses import check_address
from .cards import WeightsFile, bytes_text
from .digest import Progress, is_published, sha256_of
from .file_lock import file_lock
from .limits import Limits
from .partial_file import PartialFile
from .response import Broken, Head, Response, Unanswered

Cancel = Callable[[], bool]

_TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_GONE = (404, 410)
_HEADERS = {"User-Agent": "img2prompt", "Accept-Encoding": "identity"}
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)
# A size that a card gives in megabytes is right to about one part in a hundred.
_ABOUT, _ABOUT_BYTES = 1.25, 16 << 20


class NoConnection(ModelError):
    """The server cannot be reached from here at all."""


class NotPublished(ModelError):
    """There is no such file at that address."""


def download(
    file: WeightsFile,
    target: Path,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    limits: Limits | None = None,
) -> Path:
    """Fetches `file` to `target`, and returns that; does nothing when it is there already.

    progress("download NAME", bytes, bytes of all); cancel() answering True, or Ctrl-C, raises
    Cancelled within a second and keeps what has come.

    Raises NoConnection and NotPublished (both ModelError), and ModelError for everything else that
    keeps the file from coming: too little room on the disk, a size or sha256 that is not the
    published one (nothing is kept then), a server that keeps failing (the part is kept).
    """
    fetch = _Fetch(file, target, progress, cancel, limits or Limits())
    made = not target.parent.exists()
    try:
        check_address(file.address)
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = target.with_name(target.name + ".lock")
        with file_lock(lock, fetch.waiting, cancel):
            if not target.is_file():
                fetch.run()
    except (KeyboardInterrupt, Cancelled):
        raise Cancelled(fetch.stopped()) from None
    except OSError as error:
        raise ModelError(fetch.failed_on_disk(error)) from None
    finally:
        if made:
            with contextlib.suppress(OSError):
                target.parent.rmdir()  # only while nothing is in it
    return target


def reach(address: str, limits: Limits, cancel: Cancel | None = None) -> None:
    """Asks for one byte. Raises NoConnection when no answer comes; any answer will do."""
    try:
        with Response(address, {**_HEADERS, "Range": "bytes=0-0"}, limits, cancel) as response:
            response.head()
    except Unanswered as error:
        raise NoConnection(f"{urlsplit(address).hostname} cannot be reached: {error}") from None
    except Broken:
        pass


class _Fetch:
    """One download: the attempts, and what is said of them."""

    def __init__(
        self,
        file: WeightsFile,
        target: Path,
        progress: Progress | None,
        cancel: Cancel | None,
        limits: Limits,
    ) -> None:
        self._file, self._target, self._limits = file, target, limits
        self._progress, self._cancel = progress, cancel
        self._host = urlsplit(file.address).hostname or ""
        self._was_answered = False
        self._restarts = 0
        self._kept = 0  # bytes of the part, for messages
        self._linked_sha256 = ""

    def run(self) -> None:
        """Attempts until the file is whole. Raises as download() does."""
        origin = {"url": self._file.address, "sha256": self._file.sha256}
        with PartialFile(self._target, origin) as part:
            failures = 0
            resumed = part.size > 0
            while True:
                before = part.size
                try:
                    self._attempt(part)
                    if self._verify(part, resumed):
                        return part.finish()
                    # What an earlier run left was not the same file after all: once more, all.
                    resumed, before = False, 0
                    continue
                except Unanswered as error:
                    if not self._was_answered:
                        raise NoConnection(f"{self._host} cannot be reached: {error}") from None
                    reason, wait = f"no connection: {error}", None
                except _TryLater as error:
                    reason, wait = str(error), error.seconds
                except Broken as error:
                    reason, wait = str(error), None
                finally:
                    self._kept = part.size
                gained = part.size - before
                failures = 1 if gained >= self._limits.worthwhile_bytes else failures + 1
                self._pause(reason, failures, wait)

    def _attempt(self, part: PartialFile) -> None:
        """One request; appends what comes. Returns when the body ended where it should."""
        if not part.validator and not self._file.sha256:
            part.clear()  # nothing would tell whether the rest belongs to it
        if part.size and part.size == self._file.size:
            return
        with Response(self._file.address, _headers(part), self._limits, self._cancel) as response:
            head = response.head()
            self._was_answered = True
            total = self._begin(head, part)
            if total == part.size and total:
                return
            self._check_size(total, part)
            most = total or self._most()
            for block in response.blocks():
                if part.size + len(block) > most:
                    part.clear()
                    raise ModelError(
                        f"{self._file.name}: {self._host} sends more than the "
                        f"{bytes_text(most)} that it may have; nothing was kept"
                    )
                part.write(block)
                self._tell(part.size, total or self._file.about_size)
        if total and part.size < total:
            raise Broken(f"it broke off after {bytes_text(part.size)} of {bytes_text(total)}")

    def _begin(self, head: Head, part: PartialFile) -> int:
        """Reads status and headers, readies the part for what follows; returns the total or 0."""
        status = head.status
        self._linked_sha256 = _linked_sha256(head) or self._linked_sha256
        if status == 206:
            start, total = _content_range(head)
            if start == part.size and total > start:
                return total
            part.clear()
            raise Broken("it sent another part than was asked for")
        if status == 416:
            if part.size and _content_range(head)[1] == part.size:
                return part.size
            part.clear()
            raise Broken("it no longer has the part that is missing")
        if status == 200:
            self._restarts += part.size > 0
            if self._restarts > self._limits.attempts:
                part.clear()
                raise ModelError(
                    f"{self._file.name}: {self._host} keeps breaking off and always begins anew"
                )
            part.clear()
            part.note(_validator(head))
            return _length(head)
        if status in _GONE:
            raise NotPublished(f"{self._file.address} is not there (status {status})")
        if status in _TRY_AGAIN:
            raise _TryLater(f"it answered with status {status}", _retry_after(head))
        if status in (401, 403):
            raise ModelError(
                f"{self._file.name}: {self._host} refuses it (status {status}); it may need an "
                f"account there, see {self._file.source}"
            )
        raise ModelError(
            f"{self._file.name}: {self._host} answered with status {status} for "
            f"{self._file.address}"
        )

    def _check_size(self, total: int, part: PartialFile) -> None:
        """Refuses a size that is not the published one, or that the disk has no room for."""
        file, folder = self._file, self._target.parent
        if total and not self._may_have(total):
            part.clear()
            raise ModelError(
                f"{file.name}: {self._host} offers {total:,} bytes, but the published file has "
                f"{f'{file.size:,}' if file.size else 'about ' + file.size_text}; nothing was kept"
            )
        left = (total or file.about_size) - part.size
        free = shutil.disk_usage(folder).free
        if left + self._limits.margin_bytes > free:
            needed = bytes_text(left + self._limits.margin_bytes)
            raise ModelError(
                f"{file.name}: {needed} must be free in {folder}, and {bytes_text(free)} are; make "
                "room, or choose another folder with --models-dir"
            )

    def _verify(self, part: PartialFile, resumed: bool) -> bool:
        """Whether the part is the published file; False = fetch it all anew, nothing is left.

        Raises ModelError when it is not, and all of it came in this run.
        """
        published = self._file.sha256 or self._linked_sha256
        found = sha256_of(part.path, self._progress, self._cancel) if published else ""
        size = part.size
        if self._may_have(size) and (not published or is_published(found, published)):
            return True
        part.clear()
        if resumed:
            return False
        what = f"sha256 {found}, but {published}" if found else f"{size:,} bytes, but others"
        raise ModelError(
            f"{self._file.name}: what came from {self._host} has {what} is published; nothing was "
            "kept. Try again; if it stays so, the source has changed"
        )

    def _pause(self, reason: str, failures: int, asked: float | None) -> None:
        """Waits before the next attempt. Raises ModelError after the last, or when asked to wait
        for too long."""
        limits = self._limits
        wait = limits.first_wait * 2 ** (failures - 1) if asked is None else asked
        if failures >= limits.attempts or wait > limits.longest_wait:
            later = f", and asks to wait for {wait:.0f} s" if asked is not None else ""
            raise ModelError(
                f"{self._file.name}: {self._host} keeps failing: {reason}{later}; "
                f"{self._going_on()}"
            )
        deadline = time.monotonic() + wait
        while (left := deadline - time.monotonic()) > 0:
            if self._cancel is not None and self._cancel():
                raise Cancelled("cancelled")
            time.sleep(min(left, 0.1))

    def _most(self) -> int:
        """The most bytes that the file may have."""
        if self._file.size:
            return self._file.size
        about = self._file.about_size
        return round(about * _ABOUT) + _ABOUT_BYTES if about else self._limits.most_bytes

    def _may_have(self, size: int) -> bool:
        """Whether the published file can have this size."""
        if self._file.size:
            return size == self._file.size
        # Far less is a page that says something, not the file.
        least = round(self._file.about_size / _ABOUT) - _ABOUT_BYTES
        return least <= size <= self._most()

    def _tell(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(f"download {self._file.name}", done, max(done, total))

    def waiting(self) -> None:
        """Another process has the lock."""
        if self._progress is not None:
            self._progress(f"wait for another download of {self._file.name}", 0, 1)

    def stopped(self) -> str:
        """What is said after Ctrl-C or cancel()."""
        part = self._target.with_name(self._target.name + ".part")
        with contextlib.suppress(OSError):
            self._kept = part.stat().st_size
        return f"{self._file.name}: stopped; {self._going_on()}"

    def failed_on_disk(self, error: OSError) -> str:
        """What is said when the disk does not take the file."""
        folder = self._target.parent
        if error.errno in _FULL:
            return f"{self._file.name}: the disk of {folder} is full; {self._going_on()}"
        reason = error.strerror or type(error).__name__
        return f"{self._file.name}: cannot be written to {folder} ({reason})"

    def _going_on(self) -> str:
        if not self._kept:
            return "nothing has come yet, try again"
        return f"{bytes_text(self._kept)} are kept, and the next download goes on from there"


class _TryLater(Exception):
    """A status that may pass. seconds: as the server asks, None when it does not."""

    def __init__(self, reason: str, seconds: float | None) -> None:
        super().__init__(reason)
        self.seconds = seconds


def _headers(part: PartialFile) -> dict[str, str]:
    headers = dict(_HEADERS)
    if part.size:
        headers["Range"] = f"bytes={part.size}-"
        if part.validator:
            headers["If-Range"] = part.validator
    return headers


def _validator(head: Head) -> str:
    """What names this version of the file for If-Range: a strong ETag, else its date."""
    etag = head.headers.get("ETag", "")
    if re.fullmatch(r'"[\x21\x23-\x7e]{1,200}"', etag):
        return etag
    date = head.headers.get("Last-Modified", "")
    return date if email.utils.parsedate_tz(date) and len(date) < 64 else ""


def _linked_sha256(head: Head) -> str:
    """What Hugging Face says of a large file when it redirects to where that is kept."""
    linked = re.fullmatch(r'"([0-9a-f]{64})"', head.first_headers.get("X-Linked-ETag", ""))
    return linked[1] if linked else ""


def _length(head: Head) -> int:
    text = head.headers.get("Content-Length", "")
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0


def _content_range(head: Head) -> tuple[int, int]:
    """Start and total of the part that is sent; 0 where it does not say."""
    text = head.headers.get("Content-Range", "")
    said = re.fullmatch(r"bytes (?:([0-9]{1,15})-[0-9]{1,15}|\*)/([0-9]{1,15})", text)
    return (int(said[1] or 0), int(said[2])) if said else (0, 0)


def _retry_after(head: Head) -> float | None:
    text = head.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    date = email.utils.parsedate_tz(text)
    return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None
