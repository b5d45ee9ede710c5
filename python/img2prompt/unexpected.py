"""Errors as one sentence; those that nobody foresaw are logged with their traceback too."""

from __future__ import annotations

import logging

from .errors import Error, one_line

_LOG = logging.getLogger("img2prompt")
_LONGEST = 300  # characters of the message of an error that is not ours


def sentence(error: Exception, part: str) -> str:
    """What to tell the user of an error that ended `part`, such as "Tags".

    An img2prompt.Error says it itself. Of any other the class and the message's first line are
    told, and the traceback goes to the log, which without a handler is the terminal.
    """
    first = one_line(error)
    if isinstance(error, Error):
        return first
    _LOG.error("%s: an unexpected error", part, exc_info=error)
    name = type(error).__name__
    what = name if first == name else f"{name}: {first[:_LONGEST]}"
    return f"{part} failed unexpectedly ({what}); the terminal's log has the details"
