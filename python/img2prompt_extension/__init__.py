"""What the WebUI's extension does at its start: find the core, then register the tabs.

Its own package, because importing img2prompt fails on purpose where the core is missing or does not
fit the installed torch, and then the tab has to say so.
"""

from __future__ import annotations

from pathlib import Path


def register(root: Path) -> None:
    """Registers tabs, settings and routes with the WebUI; never raises.

    root: the extension's folder. Where img2prompt cannot be imported, one tab says why and what
    mends it.
    """
    from .core_location import add_core_to_path

    try:
        add_core_to_path(root)
        from img2prompt.host_webui import register as register_tabs
    except ImportError as error:
        from .explanation_tab import register as register_explanation

        register_explanation(root, error)
        return
    register_tabs()
