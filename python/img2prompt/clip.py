"""CLIP: texts and pictures to features whose inner product tells how well they go together."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, assets
from .images import ImageSource, core_source
from .memory import BudgetLike, HeldMemory, budget_core, held_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

ProgressCallback = Callable[[str, int, int], None]
CancelCallback = Callable[[], bool]

_PICTURES_AT_A_TIME = 64  # decoded pictures are held in memory


class Clip:
    """A CLIP model on one device. Threads may share it.

    model: "arch/pretrained" as open_clip names it ("ViT-L-14/openai"), "demo", or the path of a
        card: a JSON with open_clip's model_config keys, plus an optional "preprocess".
    weights: a checkpoint with open_clip's, OpenAI's or Hugging Face's names: safetensors, what
        torch.save writes, a TorchScript archive, or an index of shards; None = found on disk, else
        downloaded from where the card says.
    device: "auto" (CUDA, else MPS, else the CPU), "cpu", "cuda", "cuda:N" or "mps".
    dtype: "auto" (float16 on CUDA, float32 elsewhere), "float32", "float16" or "bfloat16".
    models_dir: where weights are looked for first, and where they are put.
    download: False = weights that are not on this disk are named in an error instead; so they are
        when IMG2PROMPT_DOWNLOAD is "never".
    progress("download NAME", bytes, bytes of all): None = a line on stderr. cancel() answering
        True ends a download with Cancelled; the next one goes on from there.
    device_budget: shared with other models, see DeviceBudget; None = no limit.

    Files are checked at once; the weights are read when they are first used. A call from the
    model's own progress or cancel callback raises InvalidArgument.

    Raises ModelError for an unknown model, weights that are not there, or weights that do not fit
    the card; CheckpointError for a damaged file; InvalidArgument for another device or dtype.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = "ViT-L-14/openai",
        weights: str | os.PathLike[str] | None = None,
        device: str = "auto",
        dtype: str = "auto",
        models_dir: str | os.PathLike[str] | None = None,
        *,
        device_budget: BudgetLike = None,
        download: bool = True,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> None:
        fetching = assets.Fetching(download, progress, cancel)
        found = assets.resolve_clip(model, weights, models_dir, fetching)
        self.model: str = found.name
        self.weights: Path = found.weights
        self._weights_sha256: str | None = None
        self._core = _core.Clip(
            str(found.card),
            found.pretrained,
            str(found.weights),
            str(assets.MODELS_DIRECTORY / "vocab" / "clip_merges.txt"),
            device,
            dtype,
        )
        budget = budget_core(device_budget)
        if budget is not None:
            self._core.join(budget)

    @property
    def embed_dim(self) -> int:
        """Length of a feature."""
        return self._core.embed_dim

    @property
    def context_length(self) -> int:
        """Ids of a tokenized text, start and end included."""
        return self._core.context_length

    @property
    def image_size(self) -> int:
        """Pixels a side of what the image tower sees."""
        return self._core.image_size

    @property
    def device(self) -> str:
        """Where it computes: "cpu", "cuda:0", "mps:0"."""
        return self._core.device

    @property
    def weights_sha256(self) -> str:
        """The weights file's sha256 in hexadecimal; read once, when it is first asked for."""
        if self._weights_sha256 is None:
            digest = hashlib.sha256()
            with open(self.weights, "rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
            self._weights_sha256 = digest.hexdigest()
        return self._weights_sha256

    def tokenize(self, texts: str | Sequence[str]) -> NDArray[np.int64]:
        """Ids as int64 [N, context_length]: start, the text cut to fit, end-of-text, zeros."""
        return self._core.tokenize(_listed(texts))

    def encode_text(
        self,
        texts: str | Sequence[str],
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> NDArray[np.float32]:
        """Features as float32 [N, embed_dim], each of length 1.

        Texts that share a beginning cost what their ends cost, and repeated texts cost nothing, so
        give many at once. progress(stage, done, total) is called now and then; Cancelled is raised
        soon after cancel() answers True or Ctrl-C.
        """
        return self._core.encode_text(_listed(texts), progress, cancel)

    def encode_image(
        self,
        images: ImageSource | Iterable[ImageSource],
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> NDArray[np.float32]:
        """Features as float32 [N, embed_dim], each of length 1; N = 1 for a single picture.

        A picture is a path, the bytes of a file, a PIL image, or an array uint8 [H, W, 3].
        Raises DecodeError for what is no picture. progress and cancel: see encode_text.
        """
        sources = list(images) if isinstance(images, (list, tuple)) else _pictures(images)
        parts = [np.empty((0, self.embed_dim), np.float32)]
        for first in range(0, len(sources), _PICTURES_AT_A_TIME):
            some = [core_source(source) for source in sources[first : first + _PICTURES_AT_A_TIME]]
            told = _shifted(progress, first, len(sources))
            parts.append(self._core.encode_images(some, told, cancel))
        return np.concatenate(parts)

    def unload(self) -> None:
        """Frees the memory of the weights, device and host; the next call loads them again."""
        self._core.unload()

    def memory(self) -> list[HeldMemory]:
        """What the text and the image tower hold."""
        return held_memory(self._core.memory())

    def __repr__(self) -> str:
        return f"Clip({self.model!r}, device={self.device!r})"


def _listed(texts: str | Sequence[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)


def _pictures(images: Any) -> list[Any]:
    """One picture as a list of one; an iterator or an array [N, H, W, 3] as its pictures."""
    if isinstance(images, np.ndarray):
        return list(images) if images.ndim == 4 else [images]
    return list(images) if hasattr(images, "__next__") else [images]


def _shifted(progress: ProgressCallback | None, offset: int, total: int) -> ProgressCallback | None:
    if progress is None:
        return None
    return lambda stage, done, _: progress(stage, offset + done, total)
