"""`img2prompt serve`: the tabs as a page of their own, without a WebUI."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import socket
import sys
from typing import Any

from .engine_options import add_device_options
from .outcome import ALL_FAILED, DONE, complain

_PASSWORD = "IMG2PROMPT_PASSWORD"


def add_parser(commands: Any) -> None:
    """Adds `serve [--host 127.0.0.1] [--port 7861]`."""
    parser = commands.add_parser("serve", help="the tabs and the API as a page of their own")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=7861, help="(%(default)s)")
    parser.add_argument(
        "--allow",
        action="append",
        metavar="FOLDER",
        help="a folder whose pictures and label lists the page may name, and what is within it; "
        "can be given again (default: the folder this is started in)",
    )
    parser.add_argument("--user", help="asked for by the page and the API, with the password")
    parser.add_argument(
        "--password", help=f"better in the environment, as {_PASSWORD}, where no list shows it"
    )
    add_device_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serves until Ctrl-C."""
    password = arguments.password or os.environ.get(_PASSWORD, "")
    if bool(arguments.user) != bool(password):
        complain(f"--user and --password (or {_PASSWORD}) go together")
        return ALL_FAILED
    login = (arguments.user, password) if arguments.user else None
    # Before gradio is imported, which would ask its maker's server for news.
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    try:
        import uvicorn

        from ..page import make_app
        from ..service import Placement
    except ImportError as error:
        complain(f"serve needs gradio ({error}): {sys.executable} -m pip install gradio")
        return ALL_FAILED
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((arguments.host, arguments.port))
        except OSError as error:
            complain(
                f"{arguments.host}:{arguments.port}: {error.strerror}; another --port may be free"
            )
            return ALL_FAILED
    placement = Placement(arguments.device, arguments.device_budget or "")
    app = make_app(placement, arguments.dtype, arguments.allow or [os.getcwd()], login)
    print(f"img2prompt: http://{arguments.host}:{arguments.port} (Ctrl-C ends it)", flush=True)
    logging.getLogger("uvicorn.error").addFilter(_is_no_page_left_open)
    uvicorn.run(
        app,
        host=arguments.host,
        port=arguments.port,
        log_level="warning",
        timeout_graceful_shutdown=1,  # seconds; else a page left open keeps Ctrl-C waiting
    )
    return DONE


def _is_no_page_left_open(record: logging.LogRecord) -> bool:
    """Keeps back the traceback of a page that was open when Ctrl-C came."""
    kind = record.exc_info[0] if record.exc_info else None
    ended = kind is not None and issubclass(kind, asyncio.CancelledError)
    return not ended and "graceful shutdown exceeded" not in record.getMessage()
