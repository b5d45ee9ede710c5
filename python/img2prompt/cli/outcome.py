"""What happened to the inputs of one command: error lines and the exit status."""

from __future__ import annotations

import json
import sys
from typing import Any

from ..errors import one_line

DONE, SOME_FAILED, ALL_FAILED, INTERRUPTED = 0, 1, 2, 130


class Outcome:
    """Counts inputs that were done and inputs that failed; the rest always goes on."""

    def __init__(self, as_json: bool, key: str = "file") -> None:
        self._as_json, self._key = as_json, key
        self._done = self._failed = 0

    def done(self, record: dict[str, Any] | None, text: str) -> None:
        """Prints one result: the record as a line of JSON, or the text."""
        self._done += 1
        print(json.dumps(record, ensure_ascii=False) if self._as_json else text, flush=True)

    def failed(self, file: str, error: Exception) -> None:
        """One line on stderr, and with --json also {key, "error"} on stdout."""
        self._failed += 1
        message = one_line(error)
        if self._as_json:
            print(json.dumps({self._key: file, "error": message}, ensure_ascii=False), flush=True)
        complain(message if file in message else f"{file}: {message}")

    @property
    def status(self) -> int:
        """The exit status: 0 all done, 1 some failed, 2 every input failed."""
        if not self._failed:
            return DONE
        return SOME_FAILED if self._done else ALL_FAILED


def complain(message: str) -> None:
    """One line on stderr."""
    print(f"img2prompt: {message}", file=sys.stderr, flush=True)
