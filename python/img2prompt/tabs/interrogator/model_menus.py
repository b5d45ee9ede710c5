"""Menus of models: those on disk first, the rest marked with their size, looked up anew on demand.

What is on disk changes while the page is open, by a download or by hand: every menu of the tab
follows then.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from ...assets import DEMO, KnownModel, known_models, models
from ...errors import InvalidArgument
from ..context import TabContext
from ..gradio_versions import do_not_save

_NOT_HERE = " (to download, "


def add_model_menu(context: TabContext, kind: str, preferred: str, label: str, elem_id: str) -> Any:
    """A dropdown of the models of that kind; chosen_model() names what it shows."""
    rows = _rows(kind, context.known)
    shown = _label_of(_default(rows, preferred), rows)
    menu = gr.Dropdown([_label(row) for row in rows], value=shown, label=label, elem_id=elem_id)
    do_not_save(menu)
    context.model_menus.append((kind, menu))
    return menu


def add_refresh_button(context: TabContext, elem_id: str) -> None:
    """The button below the menus that looks again at what is on disk."""
    button = gr.Button("Look for models again", elem_id=elem_id, size="sm")
    context.menu_refreshers.append(button.click)


def connect_menus(context: TabContext) -> None:
    """Makes every menu follow the events of context.menu_refreshers; called once all are there."""
    kinds = [kind for kind, _ in context.model_menus]
    menus = [menu for _, menu in context.model_menus]
    for add_listener in context.menu_refreshers:
        add_listener(
            lambda *shown: _refreshed(kinds, shown),
            inputs=menus,
            outputs=menus,
            show_progress="hidden",
        )


def chosen_model(kind: str, label: str) -> str:
    """The name of the model that a menu shows as `label`.

    Raises InvalidArgument for one that is not listed, which no page sends.
    """
    name = _name(label)
    if name not in (DEMO, *(model.name for model in models(kind))):
        raise InvalidArgument(f"{kind} model {name[:80]!r} is not one of those that are listed")
    return name


def _refreshed(kinds: list[str], shown: tuple[str, ...]) -> list[Any]:
    known = known_models()
    rows = {kind: _rows(kind, known) for kind in set(kinds)}
    return [
        gr.update(
            choices=[_label(row) for row in rows[kind]], value=_label_of(_name(text), rows[kind])
        )
        for kind, text in zip(kinds, shown)
    ]


def _rows(kind: str, known: list[KnownModel]) -> list[KnownModel]:
    """The known models of a kind, those on disk first, the small one last of them."""
    rows = [row for row in known if row.kind == kind]
    return sorted(rows, key=lambda row: (row.path is None, row.name == DEMO))


def _default(rows: list[KnownModel], preferred: str) -> str:
    """The preferred model when it is on disk; else another that is, but never the small one."""
    usable = [row.name for row in rows if row.path is not None and row.name != DEMO]
    return preferred if preferred in usable or not usable else usable[0]


def _label(row: KnownModel) -> str:
    return row.name if row.path is not None else f"{row.name}{_NOT_HERE}{row.megabytes:,} MB)"


def _label_of(name: str, rows: list[KnownModel]) -> str | None:
    return next((_label(row) for row in rows if row.name == name), None)


def _name(label: str) -> str:
    return (label or "").partition(_NOT_HERE)[0]
