"""From a picture to a prompt that describes it, by the labels that CLIP finds nearest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from . import _core
from .assets import download_directory, find_webui, user_cache_directory
from .assets.webui import models_folder
from .captioner import Captioner
from .clip import Clip
from .images import ImageSource, core_source, listed_sources, source_at
from .labels import Labels, find_category_folder, find_labels
from .memory import BudgetLike, HeldMemory, budget_core, held_memory
from .native import NativeOptions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ProgressCallback = Callable[[str, int, int], None]
CancelCallback = Callable[[], bool]
FoundCallback = Callable[[str, float], None]
Matches = list[tuple[str, float]]

_CACHE_OF_CLIP_INTERROGATOR = "clip-interrogator"


@dataclass(frozen=True)
class Interrogation:
    """A prompt and how it came about; str() gives the prompt.

    caption: what the prompt starts from, "" in a mode without one.
    score: cosine similarity of prompt and picture.
    parts: the prompt's phrases in order, each with its own similarity; in mode native the labels,
        without the caption, each with its probability in its category.
    evaluations: how many texts were compared with the picture.
    """

    prompt: str
    caption: str
    score: float
    mode: str
    parts: list[tuple[str, float]]
    evaluations: int

    def __str__(self) -> str:
        return self.prompt

    def to_dict(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return asdict(self)


class Interrogator:
    """Guesses prompts. Threads may share it; their calls take turns.

    clip: the model that ranks; captioner: the one that writes captions, None = modes that start
        from a caption need `caption=`.
    labels: a folder with artists.txt, flavors.txt, mediums.txt, movements.txt, negative.txt and any
        other <name>.txt or <name>.topN.txt, or a mapping of table to lines. None = found on disk,
        see labels.find_labels. Lists are read when first used, and again after they change.
        Mode native takes every list of one folder, those that are new in it too.
    cache_dir: where the embeddings of labels are kept, in clip-interrogator's file format. None =
        its own folder beside the models where there is one, else a folder of the user's cache, see
        default_cache_directory; "" = nowhere.
    pool_size: how many phrases a chain chooses from.
    selection: "exact", or "clip-interrogator" for the prompts of clip-interrogator 0.6.0, which
        cuts tables in chunks of chunk_size and keeps an equal share of each.
    device_budget: what both models together may take of their device, so that they take turns on a
        small one: "auto", "low", a number of bytes, "4G", or a DeviceBudget that others share. None
        = the models stay as they are.

    Raises InvalidArgument for a folder without label lists and for values out of range.
    """

    def __init__(
        self,
        clip: Clip,
        captioner: Captioner | None = None,
        labels: Labels | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        pool_size: int = 2048,
        chunk_size: int = 2048,
        selection: str = "exact",
        device_budget: BudgetLike = None,
    ) -> None:
        self.clip = clip
        self.captioner = captioner
        weights = Path(clip.weights)
        sources, hint = find_labels(labels, clip.model, near=[weights])
        if cache_dir is None:
            cache_dir = default_cache_directory(weights)
        is_published = "/" in clip.model and not clip.model.endswith(".json")
        self._core = _core.Interrogator(
            clip._core,
            captioner._core if captioner is not None else None,
            [(s.name, str(s.path) if s.path else None, s.lines) for s in sources],
            hint,
            str(find_category_folder(labels, clip.model, near=[weights]) or ""),
            os.fspath(cache_dir),
            clip.model if is_published else Path(clip.model).stem,
            is_published,
            [str(weights)],
            pool_size,
            chunk_size,
            selection,
            budget_core(device_budget),
        )

    @overload
    def interrogate(
        self,
        image: ImageSource,
        mode: str = ...,
        caption: str | None = ...,
        min_flavors: int = ...,
        max_flavors: int = ...,
        progress: ProgressCallback | None = ...,
        cancel: CancelCallback | None = ...,
        native: NativeOptions | None = ...,
        found: FoundCallback | None = ...,
        search: str = ...,
        chain_beams: int = ...,
        first_pass: str | None = ...,
    ) -> Interrogation: ...

    @overload
    def interrogate(
        self,
        image: list[ImageSource] | tuple[ImageSource, ...] | Iterator[ImageSource],
        mode: str = ...,
        caption: str | None = ...,
        min_flavors: int = ...,
        max_flavors: int = ...,
        progress: ProgressCallback | None = ...,
        cancel: CancelCallback | None = ...,
        native: NativeOptions | None = ...,
        found: FoundCallback | None = ...,
        search: str = ...,
        chain_beams: int = ...,
        first_pass: str | None = ...,
    ) -> list[Interrogation]: ...

    def interrogate(
        self,
        image: Any,
        mode: str = "best",
        caption: str | None = None,
        min_flavors: int = 8,
        max_flavors: int = 32,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
        native: NativeOptions | None = None,
        found: FoundCallback | None = None,
        search: str = "exact",
        chain_beams: int = 1,
        first_pass: str | None = None,
    ) -> Interrogation | list[Interrogation]:
        """The prompt of a picture: a path, a file's bytes, a PIL image, or uint8 [H, W, 3].

        For a list of pictures (a tuple, an iterator) a list, in its order: they share the loading,
        and captions and features are computed some at a time. A picture that cannot be read ends
        it; cli and batch go on without.

        mode: one of `modes()`. caption: what the prompt starts from; None = the caption model's.
        min_flavors: steps that a chain takes even where the similarity falls; max_flavors: phrases
        at most. search: "exact" = a chain scores every phrase in every step; "lazy" = it scores
        again only those that may win by what they added before, in a fraction of the time.
        chain_beams: how many prompts a chain keeps of a step, 1 to 64; time grows with it.
        first_pass: "bfloat16" = a step's phrases are scored in it, and the best 64 of them exactly;
        faster on processors that multiply it faster, and takes half of the text tower's weights
        once more.
        progress(stage, done, total) is called from long work, found(prompt, similarity)
        with every prompt of a search that is better than those before. native: of that mode alone;
        None = the WebUI's defaults.

        Raises InvalidArgument (an unknown mode, a missing list or caption), DecodeError,
        ModelError, OutOfDeviceMemory, and Cancelled within a second of cancel() answering True or
        Ctrl-C.
        """
        options = (native or NativeOptions())._to_core()
        sources, single = listed_sources(image)
        answers = self._core.interrogate(
            source_at(sources),
            len(sources),
            mode,
            caption,
            min_flavors,
            max_flavors,
            search,
            chain_beams,
            first_pass,
            options,
            progress,
            cancel,
            found,
        )
        results = [Interrogation(**answer) for answer in answers]
        return results[0] if single else results

    def analyze(
        self,
        image: ImageSource,
        top: int = 5,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> dict[str, Matches]:
        """The most similar labels of each table but "negative", the best first."""
        return self._core.analyze(core_source(image), top, progress, cancel)

    def rank(
        self,
        image: ImageSource,
        table: str,
        top: int = 5,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> Matches:
        """The most similar labels of one table, the best first."""
        return self._core.rank(core_source(image), table, top, progress, cancel)

    def similarity(
        self,
        image: ImageSource,
        texts: str | Sequence[str],
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> NDArray[np.float32]:
        """Cosine similarity of picture and each text, float32 [N]."""
        listed = [texts] if isinstance(texts, str) else list(texts)
        return self._core.similarity(core_source(image), listed, progress, cancel)

    def unload(self) -> None:
        """Frees what models and tables hold, device and host; the next call loads them again."""
        self._core.unload()

    def memory(self) -> list[HeldMemory]:
        """What the models and the label tables hold, on the device and on the host."""
        return held_memory(self._core.memory())


def modes() -> dict[str, str]:
    """What interrogate() accepts as mode, and what each does in one line; the default first."""
    return dict(_core.modes())


def default_cache_directory(weights: Path | None = None) -> Path:
    """An existing folder clip-interrogator/ beside the models, else one of the user's cache.

    Models are in the WebUI's models/, where the weights are or one above, or in the user's folder.
    """
    webui = find_webui([weights] if weights else [])
    places = [models_folder(webui)] if webui else []
    places += list(weights.absolute().parents)[:2] if weights else []
    for place in [*places, download_directory()]:
        if (place / _CACHE_OF_CLIP_INTERROGATOR).is_dir():
            return place / _CACHE_OF_CLIP_INTERROGATOR
    return user_cache_directory() / "labels"
