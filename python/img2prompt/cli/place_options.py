"""Options that say where weights lie, shared by every command that looks for them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..assets.webui import is_webui


def add_place_options(parser: Any) -> None:
    """Adds --models-dir and --webui-dir to a parser or one of its groups."""
    parser.add_argument(
        "--models-dir",
        metavar="DIR",
        help="where weights are looked for first, and where downloads go",
    )
    parser.add_argument(
        "--webui-dir",
        metavar="DIR",
        action=_WebuiDir,
        help="root of a Stable Diffusion WebUI, whose models and label lists are used",
    )


class _WebuiDir(argparse.Action):
    """Stands for IMG2PROMPT_WEBUI, so that models, labels and caches are found alike."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        folder = Path(str(values)).expanduser()
        if not is_webui(folder):
            parser.error(f"{folder}: no WebUI; a folder with modules/ and webui.py is needed")
        os.environ["IMG2PROMPT_WEBUI"] = str(folder.absolute())
        setattr(namespace, self.dest, str(folder))
