"""BLIP: a sentence about a picture."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import numpy as np

from . import _core, assets
from .errors import InvalidArgument, ModelError
from .images import ImageSource, listed_sources, source_at
from .memory import BudgetLike, HeldMemory, budget_core, held_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

ProgressCallback = Callable[[str, int, int], None]
CancelCallback = Callable[[], bool]
# As transformers writes them; the first that is there is read.
_WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)

PathLike = Union[str, "os.PathLike[str]"]


class Captioner:
    """A BLIP captioning model on one device. Threads may share it; calls take turns.

    model: "blip-large", "blip-base", "blip-base-capfilt" (Salesforce's .pth, which the WebUI uses),
        "demo", or a directory in Hugging Face's layout: config.json, model.safetensors or
        pytorch_model.bin, whole or in shards, vocab.txt and preprocessor_config.json
        (BlipForConditionalGeneration).
    weights: a checkpoint with transformers' or Salesforce's names; None = the model's own, found on
        disk, else downloaded from where the card says.
        Salesforce trained with a vision layer_norm_eps of 1e-6, Hugging Face's models say 1e-5:
        the model's configuration decides.
    device: "auto" (CUDA, else MPS, else the CPU), "cpu", "cuda", "cuda:N" or "mps".
    dtype: "auto" (float16 on CUDA, float32 elsewhere), "float32", "float16" or "bfloat16".
    models_dir: where a named model is looked for first, and where it is put.
    download, progress, cancel: as for Clip, of weights that are not on this disk.
    device_budget: shared with other models, see DeviceBudget; None = no limit.

    Files are checked at once; the weights are read when they are first used. A call from the
    model's own progress or cancel callback raises InvalidArgument.

    Raises ModelError for an unknown model, missing files, or weights that do not fit the
    configuration; CheckpointError for a damaged file; InvalidArgument for another device or dtype.
    """

    def __init__(
        self,
        model: PathLike = "blip-large",
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
        found = assets.resolve_captioner(model, weights, models_dir, fetching)
        self.model: str = found.name
        self._core = _core.Captioner(*_files(found), device, dtype)
        budget = budget_core(device_budget)
        if budget is not None:
            self._core.join(budget)

    @property
    def device(self) -> str:
        """Where it computes: "cpu", "cuda:0", "mps:0"."""
        return self._core.device

    def caption(
        self,
        images: ImageSource | Iterable[ImageSource],
        max_new_tokens: int = 32,
        min_length: int = 0,
        max_length: int | None = None,
        num_beams: int = 1,
        prompt: str = "",
        top_p: float | None = None,
        seed: int | None = None,
        repetition_penalty: float = 1.0,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> str | list[str]:
        """One sentence for a picture, or a list of them for a list (or another iterable).

        The words are those that transformers' generate() writes with the same settings. A picture
        is a path, the bytes of a file, a PIL image, or an array uint8 [H, W, 3]; its caption does
        not depend on the pictures beside it.

        max_new_tokens: most tokens after the prompt.
        min_length: fewest tokens before the sentence may end. Counts the start token and the
            prompt, as transformers does.
        max_length: most tokens, counted the same way; set, it takes the place of max_new_tokens.
        num_beams: 1 = greedy; more = beam search.
        prompt: how the sentence begins, "a picture of"; it stays in the caption.
        top_p: sample from the most likely tokens whose probabilities add up to top_p, out of the
            50 most likely (the configuration's top_k), instead of taking the best; needs
            num_beams=1.
        seed: 0 to 2**64 - 1, of the sampling, set anew for each picture: the same seed gives the
            same caption, on the CPU the one that transformers gives after torch.manual_seed(seed).
            None = another each time. Without top_p nothing is random.
        repetition_penalty: above 1 makes tokens that were used already less likely.
        progress: called as progress(stage, done, total): "caption: looking" in pictures,
            "caption: writing" in tokens.
        cancel: asked several times a second; True raises Cancelled.

        Raises InvalidArgument for values out of range, DecodeError for what is no picture.
        """
        options = _core.CaptionOptions()
        options.max_new_tokens = _whole("max_new_tokens", max_new_tokens)
        options.min_length = _whole("min_length", min_length)
        options.max_length = None if max_length is None else _whole("max_length", max_length)
        options.num_beams = _whole("num_beams", num_beams)
        options.prompt = prompt
        options.top_p = None if top_p is None else _number("top_p", top_p)
        options.seed = None if seed is None else _seed(seed)
        options.repetition_penalty = _number("repetition_penalty", repetition_penalty)
        sources, single = listed_sources(images)
        captions = self._core.caption(source_at(sources), len(sources), options, progress, cancel)
        return captions[0] if single else captions

    def encode_image(
        self,
        images: ImageSource | Iterable[ImageSource],
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> NDArray[np.float32]:
        """What the text decoder sees of each picture: float32 [N, tokens, width].

        The image encoder's output after its last norm, equal to transformers' vision_model(...)[0];
        N = 1 for a single picture. Raises DecodeError for what is no picture.
        """
        sources, _ = listed_sources(images)
        return self._core.encode_image(source_at(sources), len(sources), progress, cancel)

    def unload(self) -> None:
        """Frees the weights; the next call loads them again."""
        self._core.unload()

    def memory(self) -> list[HeldMemory]:
        """What the weights hold: a list of one."""
        return held_memory(self._core.memory())

    def __repr__(self) -> str:
        return f"Captioner({self.model!r}, device={self.device!r})"


def _files(found: assets.CaptionerAssets) -> tuple[str, str, str, str]:
    """Configuration, preprocessing ("" = in the configuration), weights and vocabulary."""
    card = assets.MODELS_DIRECTORY / "blip" / f"{found.name}.json"
    named = card.is_file() and not Path(found.name).is_dir()
    # The folder of a file that the caller names may hold some other model's configuration.
    folder = None if named and found.weights is not None else found.directory
    config, preprocess, vocabulary = (
        folder / name if folder is not None and (folder / name).is_file() else None
        for name in ("config.json", "preprocessor_config.json", "vocab.txt")
    )
    if config is None and not named:
        raise ModelError(
            f"{found.directory}: no config.json; a directory in Hugging Face's layout is needed: "
            "config.json, model.safetensors, vocab.txt"
        )
    weights = found.weights or _weights_in(found.directory)
    bundled = assets.MODELS_DIRECTORY / "vocab" / "bert_base_uncased.txt"
    return (
        str(config or card),
        str(preprocess or ""),
        str(weights),
        # The directory, so that its settings for the tokenizer are read too.
        str(folder if vocabulary is not None else bundled),
    )


def _weights_in(directory: Path) -> Path:
    for name in _WEIGHTS:
        if (directory / name).is_file():
            return directory / name
    raise ModelError(f"{directory}: no weights; one of {', '.join(_WEIGHTS)} is needed")


def _whole(name: str, value: Any) -> int:
    try:
        whole = int(value.__index__())
    except (AttributeError, TypeError):
        raise InvalidArgument(f"{name} is {value!r}, a whole number is accepted") from None
    limit = 1 << 62  # what the core's integers hold; it checks the range itself
    return max(-limit, min(whole, limit))


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InvalidArgument(f"{name} is {value!r}, a number is accepted") from None


def _seed(value: Any) -> int:
    try:
        seed = int(value.__index__())
    except (AttributeError, TypeError):
        seed = -1
    if not 0 <= seed < 1 << 64:
        raise InvalidArgument(f"seed is {value!r}, a whole number from 0 to 2**64 - 1 is accepted")
    return seed
