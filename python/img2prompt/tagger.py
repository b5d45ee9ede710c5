"""DeepDanbooru: the tags of a drawn picture, as the WebUI's "Interrogate DeepBooru" finds them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Union

import numpy as np

from . import _core, assets
from .errors import InvalidArgument
from .images import ImageSource, listed_sources, source_at
from .memory import BudgetLike, HeldMemory, budget_core, held_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import TypeGuard

ProgressCallback = Callable[[str, int, int], None]
CancelCallback = Callable[[], bool]
PathLike = Union[str, "os.PathLike[str]"]
Tags = list[tuple[str, float]]
#: A picture, or a row of what Tagger.probabilities gave for one.
Tagged = Union[ImageSource, "NDArray[np.floating[Any]]"]


class Tagger:
    """A tagging model on one device. Threads may share it; calls take turns.

    model: "deepdanbooru", or the path of a card: a JSON file like models/tagger/deepdanbooru.json.
    weights: a checkpoint with TorchDeepDanbooru's names; None = the model's own, found on disk,
        else downloaded from where the card says. Its tags are the list "tags" within it, or a file
        tags.txt beside it, one tag a line.
    device: "auto" (CUDA, else MPS, else the CPU), "cpu", "cuda", "cuda:N" or "mps".
    dtype: "auto" (float16 on CUDA, float32 elsewhere), "float32", "float16" or "bfloat16".
    models_dir: where weights are looked for first, and where they are put.
    download, progress, cancel: as for Clip, of weights that are not on this disk.
    device_budget: shared with other models, see DeviceBudget; None = no limit.

    Files are checked at once; the weights are read when they are first used. A call from the
    model's own progress or cancel callback raises InvalidArgument.

    Raises ModelError for an unknown model, weights that are not there, or weights and tags that do
    not fit the card; CheckpointError for a damaged file; InvalidArgument for another device or
    dtype.
    """

    def __init__(
        self,
        model: PathLike = "deepdanbooru",
        weights: PathLike | None = None,
        device: str = "auto",
        dtype: str = "auto",
        models_dir: PathLike | None = None,
        *,
        device_budget: BudgetLike = None,
        download: bool = True,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> None:
        fetching = assets.Fetching(download, progress, cancel)
        found = assets.resolve_tagger(model, weights, models_dir, fetching)
        self.model: str = found.name
        tags = found.weights.with_name("tags.txt")
        self._core = _core.Tagger(
            str(found.card),
            str(found.weights),
            str(tags) if tags.is_file() else "",
            device,
            dtype,
        )
        budget = budget_core(device_budget)
        if budget is not None:
            self._core.join(budget)
        self._labels: tuple[str, ...] = tuple(self._core.labels)

    @property
    def labels(self) -> tuple[str, ...]:
        """What the columns of probabilities() stand for, "rating:safe" and its kin included."""
        return self._labels

    @property
    def device(self) -> str:
        """Where it computes: "cpu", "cuda:0", "mps:0"."""
        return self._core.device

    def probabilities(
        self,
        images: ImageSource | Iterable[ImageSource],
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> NDArray[np.float32]:
        """The probability of every label: float32 [N, labels]; N = 1 for a single picture.

        A row may be given to tags() and format() in the place of its picture, so that another
        threshold costs no new run. progress(stage, done, total) is called now and then; Cancelled
        is raised soon after cancel() answers True or Ctrl-C. Raises DecodeError for what is no
        picture.
        """
        sources, _ = listed_sources(images)
        return self._core.probabilities(source_at(sources), len(sources), progress, cancel)

    def tags(
        self,
        image: Tagged | Sequence[Tagged],
        threshold: float = 0.5,
        sort: str = "score",
        exclude: str | Iterable[str] = (),
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> Tags | list[Tags]:
        """Tags with their probability for a picture, or a list of such lists for a list.

        A picture is a path, the bytes of a file, a PIL image, an array uint8 [H, W, 3], or its row
        of probabilities(). Names are the model's own; "rating:..." is left out.

        threshold: least probability, 0 to 1.
        sort: "score", the most probable first, or "name".
        exclude: names to leave out, each a text of its own or several with commas between;
            spaces stand for underscores too.

        Raises InvalidArgument for a threshold or an order that is not accepted, DecodeError for
        what is no picture.
        """
        found, single = self._select(image, threshold, sort, exclude, progress, cancel)
        return found[0] if single else found

    def format(
        self,
        image: Tagged | Sequence[Tagged],
        threshold: float = 0.5,
        sort: str = "name",
        use_spaces: bool = True,
        escape: bool = True,
        exclude: str | Iterable[str] = (),
        scores: bool = False,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> str | list[str]:
        r"""The tags of a picture as a prompt, or a list of prompts for a list of pictures.

        Equal to the WebUI's text for the same probabilities; the defaults are the WebUI's too.

        image, threshold, sort, exclude: see tags().
        use_spaces: instead of underscores.
        escape: a backslash before \ ( and ), which otherwise weigh in a prompt.
        scores: "(tag:0.987)" instead of "tag".
        """
        found, single = self._select(image, threshold, sort, exclude, progress, cancel)
        prompts = [_core.format_tags(tags, use_spaces, escape, scores) for tags in found]
        return prompts[0] if single else prompts

    def unload(self) -> None:
        """Frees the weights; the next call loads them again."""
        self._core.unload()

    def memory(self) -> list[HeldMemory]:
        """What the weights hold: a list of one."""
        return held_memory(self._core.memory())

    def _select(
        self,
        image: Tagged | Sequence[Tagged],
        threshold: float,
        sort: str,
        exclude: str | Iterable[str],
        progress: ProgressCallback | None,
        cancel: CancelCallback | None,
    ) -> tuple[list[Tags], bool]:
        """The tags of each picture, and whether there was one alone."""
        names = [exclude] if isinstance(exclude, str) else list(exclude)
        least = _number("threshold", threshold)
        if _is_floats(image) and image.ndim == 2:
            image = list(image)
        sources, single = listed_sources(image)  # type: ignore[arg-type]
        rows: Any = sources
        if not sources or not all(_is_floats(source) for source in sources):
            # Options are checked before any work.
            self._core.select(np.zeros(len(self._labels), np.float32), least, sort, names)
            rows = self.probabilities(sources, progress, cancel)
        return [self._core.select(row, least, sort, names) for row in rows], single

    def __repr__(self) -> str:
        return f"Tagger({self.model!r}, device={self.device!r})"


def _is_floats(source: Any) -> TypeGuard[NDArray[np.floating[Any]]]:
    """Whether these are probabilities: no picture is an array of floats."""
    return isinstance(source, np.ndarray) and np.issubdtype(source.dtype, np.floating)


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InvalidArgument(f"{name} is {value!r}, a number is accepted") from None
