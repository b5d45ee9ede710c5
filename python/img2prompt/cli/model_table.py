"""How `img2prompt models list` shows models: what is on disk, and all names, compactly."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from ..assets import KnownModel

_WIDTH = 100  # columns of a wrapped line
_OTHERS = {"caption": "Caption models, as --caption-model NAME", "tagger": "Taggers"}


def overview(models: list[KnownModel], families: Iterable[str]) -> str:
    """What is on disk, then every name, one architecture a paragraph."""
    here = [model for model in models if model.path]
    lines = ["On disk:", *_indented(details(here)), "", "CLIP models, as --clip-model NAME:"]
    lines += _architectures(
        [model for model in models if model.kind == "clip" and not _plain(model)]
    )
    for kind, title in _OTHERS.items():
        rows = [model for model in models if model.kind == kind]
        missing = [model for model in rows if not model.path]
        if rows:
            lines += ["", f"{title}:", *(_indented(details(missing)) or ["  all are on disk"])]
    lines += [
        "",
        *_wrapped("Not supported: " + ", ".join(families) + ".", ""),
        "`img2prompt models list NAME` shows size, source and licence of the models whose names "
        "begin so,",
        "`--all` those of every model, and why a model is not supported.",
    ]
    return "\n".join(lines)


def details(models: list[KnownModel]) -> list[str]:
    """One model a line: kind, name, size, licence, and its place on disk or its source."""
    width = max((len(model.name) for model in models), default=0)
    lines = []
    for model in models:
        state = f"on disk  {model.path}" if model.path else f"missing  {model.source}"
        name, size = f"{model.name:<{width}}", f"{model.megabytes:>6} MB"
        lines.append(f"{model.kind:<8} {name} {size}  {model.licence:<12} {state}")
    return lines


def reasons(families: dict[str, dict[str, str]]) -> list[str]:
    """One architecture that is not supported a line, with the reason."""
    width = max(len(arch) for members in families.values() for arch in members)
    lines = []
    for family, members in families.items():
        lines.append(f"{family}, not supported:")
        lines += [f"  {arch:<{width}}  {because}" for arch, because in members.items()]
    return lines


def _plain(model: KnownModel) -> bool:
    return "/" not in model.name


def _architectures(models: list[KnownModel]) -> list[str]:
    """The sets of weights of each architecture in one paragraph; a star marks what is on disk."""
    tables: dict[str, list[KnownModel]] = {}
    for model in models:
        tables.setdefault(model.name.partition("/")[0], []).append(model)
    width = max(len(arch) for arch in tables) + 1
    lines = []
    for arch, rows in tables.items():
        names = [row.name.partition("/")[2] + ("*" if row.path else "") for row in rows]
        start = f"  {arch + '/':<{width}} {rows[0].megabytes:>6} MB  "
        lines += _wrapped(", ".join(names), start)
    return lines


def _wrapped(text: str, start: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_on_hyphens=False,
    )


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]
