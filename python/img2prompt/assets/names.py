"""From a model's name to its card, and what to answer to a name that no card has."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence

from ..errors import ModelError
from .cards import DEMO, MODELS_DIRECTORY, Model, models

_NAMED_AT_MOST = 8  # sets of weights in a message


def find_model(kind: str, name: str) -> Model:
    """The model of that name or alias. Raises ModelError naming the known ones, or the nearest."""
    known = models(kind)
    for model in known:
        if name == model.name or name in model.aliases:
            return model
    if kind == "clip":
        raise ModelError(_explain_unknown_clip(name, known))
    what = {"caption": "caption model and no such directory", "tagger": "tagger"}[kind]
    names = ", ".join([*(model.name for model in known), *([DEMO] if kind == "caption" else [])])
    raise ModelError(f"{name}: no such {what}; known models: {names}")


def model_named(name: str) -> Model:
    """The model of that name or alias, of whatever kind. Raises ModelError naming the nearest."""
    known = models()
    for model in known:
        if name == model.name or name in model.aliases:
            return model
    if "/" in name:
        return find_model("clip", name)
    near = difflib.get_close_matches(name, [model.name for model in known], n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise ModelError(f"{name}: no such model; {hint}`img2prompt models list` names all of them")


def clip_not_supported() -> dict[str, dict[str, str]]:
    """Families of open_clip's architectures that do not work here, each with the reasons."""
    text = (MODELS_DIRECTORY / "clip_not_supported.json").read_text(encoding="utf-8")
    families: dict[str, dict[str, str]] = json.loads(text)["families"]
    return families


def _explain_unknown_clip(name: str, known: Sequence[Model]) -> str:
    """What to answer to a name that none of `known` has, in one line.

    That the model is not supported, and why; or the weights of its architecture; or the nearest
    names, whichever case, separators or Hugging Face repository it is spelt with.
    """
    listed = "`img2prompt models list` names all of them"
    arch, _, tag = name.partition("/")
    families = clip_not_supported()
    for family, members in families.items():
        if arch in members:
            return f"{name} is not supported: {members[arch]} ({family})"
    names = _spellings(known, [arch for members in families.values() for arch in members])
    plain = _plain(name)
    near = [plain] if plain in names else difflib.get_close_matches(plain, names, 3, 0.8)
    tags = [m.pretrained for m in known for n in (m.name, *m.aliases) if n.startswith(arch + "/")]
    if tags and (not tag or not near):
        more = ", ..." if len(tags) > _NAMED_AT_MOST else ""
        return (
            f"{name}: say which weights, as {arch}/{tags[0]}; there are "
            f"{', '.join(tags[:_NAMED_AT_MOST])}{more}; {listed}"
        )
    if near:
        meant = " or ".join(dict.fromkeys(names[spelling] for spelling in near))
        return f"{name}: no such CLIP model; did you mean {meant}? {listed}"
    return f"{name}: no such CLIP model; {listed}; the path of a card (.json) is accepted too"


def _spellings(known: Sequence[Model], refused: Sequence[str]) -> dict[str, str]:
    """What may be meant by a plain spelling: a name's own, or its repository's."""
    names = {_plain(arch): arch for arch in refused}
    for model in known:
        names.setdefault(_plain(model.files[0].repository), model.name)
    for model in known:
        names |= {_plain(name): name for name in (*model.aliases, model.name)}
    return names


def _plain(name: str) -> str:
    """A name without case and without the difference between its separators."""
    return re.sub(r"[-_/: ]+", "-", name.removeprefix("hf-hub:").strip().lower())
