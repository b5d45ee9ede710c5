"""The C++ core. Private: use the package's classes and functions."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

def set_log_level(name: str) -> None: ...

# -- devices --------------------------------------------------------------------------------------
# free_bytes("cuda:0") -> bytes or None; empty_cache("cuda:0")
def set_memory_functions(
    free_bytes: Callable[[str], int | None], empty_cache: Callable[[str], None]
) -> None: ...

class Residency:
    def __init__(self, kind: str, bytes: int) -> None: ...
    # (name, device, needed bytes, held bytes, mapped bytes)
    def memory(self) -> list[tuple[str, str, int, int, int]]: ...

# -- image -----------------------------------------------------------------------------------------
# source: a path, bytes, or an array uint8 [H, W, 3]
def load_image(source: Any) -> NDArray[np.uint8]: ...
def resize(
    source: Any, width: int, height: int, filter: str, threads: int = 0
) -> NDArray[np.uint8]: ...

# -- checkpoints -----------------------------------------------------------------------------------
def checkpoint_tensors(path: str) -> dict[str, tuple[str, tuple[int, ...]]]: ...  # dtype, shape

# A read-only view of the mapped file; bfloat16 as its bits in uint16.
def checkpoint_tensor(path: str, name: str) -> NDArray[Any]: ...
def checkpoint_text_lists(path: str) -> dict[str, list[str]]: ...

# -- clip ------------------------------------------------------------------------------------------
# For tests: with True the CPU takes the ways of attention that CUDA and MPS take.
def _force_portable_attention(forced: bool) -> None: ...

# A card as the towers take it, with an entry of its "pretrained" table applied: for tests.
def clip_card(path: str, pretrained: str = "") -> dict[str, Any]: ...

class Clip:
    def __init__(
        self, card: str, pretrained: str, weights: str, merges: str, device: str, dtype: str
    ) -> None: ...
    def tokenize(self, texts: list[str]) -> NDArray[np.int64]: ...
    def encode_text(
        self,
        texts: list[str],
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        stage: str = "texts",
        max_nodes: int = 0,
        attention: str = "auto",
    ) -> NDArray[np.float32]: ...
    # images: as load_image's source
    def encode_images(
        self,
        images: list[Any],
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> NDArray[np.float32]: ...
    def preprocess(self, image: Any) -> NDArray[np.float32]: ...
    def unload(self) -> None: ...
    def join(self, residency: Residency) -> None: ...
    def memory(self) -> list[tuple[str, str, int, int, int]]: ...
    @property
    def embed_dim(self) -> int: ...
    @property
    def context_length(self) -> int: ...
    @property
    def image_size(self) -> int: ...
    @property
    def device(self) -> str: ...
    @property
    def dtype(self) -> str: ...

# -- metadata --------------------------------------------------------------------------------------
# The tuples hold the attributes of metadata.Metadata, in its order.
def read_file_metadata(path: bytes, hidden: str) -> tuple[Any, ...]: ...
def read_files_metadata(
    paths: list[bytes], hidden: str, threads: int
) -> list[tuple[Any, ...] | None]: ...

# Seconds for each file; for benchmarks.
def time_files_metadata(paths: list[bytes], hidden: str) -> list[float]: ...
def read_bytes_metadata(bytes: bytes, name: str, hidden: str) -> tuple[Any, ...]: ...

# A copy with the infotext, or without any record where that is None.
def edited_file(path: bytes, infotext: bytes | None) -> bytes: ...
def edited_bytes(bytes: bytes, name: str, infotext: bytes | None) -> bytes: ...
def parse_infotext(text: bytes, exact: bool) -> dict[str, str]: ...
def format_infotext(
    prompt: bytes, negative_prompt: bytes, settings: list[tuple[bytes, bytes]]
) -> str: ...

# -- captioner -------------------------------------------------------------------------------------
class CaptionOptions:
    max_new_tokens: int
    min_length: int
    max_length: int | None
    num_beams: int
    prompt: str
    top_p: float | None
    seed: int | None
    repetition_penalty: float
    def __init__(self) -> None: ...

class Captioner:
    def __init__(
        self,
        config: str,
        preprocess: str,
        weights: str,
        vocabulary: str,
        device: str,
        dtype: str,
    ) -> None: ...
    # picture(index) gives what load_image takes
    def caption(
        self,
        picture: Callable[[int], Any],
        count: int,
        options: CaptionOptions,
        progress: Callable[[str, int, int], None] | None,
        cancel: Callable[[], bool] | None,
    ) -> list[str]: ...
    def encode_image(
        self,
        picture: Callable[[int], Any],
        count: int,
        progress: Callable[[str, int, int], None] | None,
        cancel: Callable[[], bool] | None,
    ) -> NDArray[np.float32]: ...
    def preprocess(self, source: Any) -> NDArray[np.float32]: ...
    def unload(self) -> None: ...
    def join(self, residency: Residency) -> None: ...
    def memory(self) -> list[tuple[str, str, int, int, int]]: ...
    @property
    def device(self) -> str: ...
    @property
    def dtype(self) -> str: ...

# -- tagger ----------------------------------------------------------------------------------------
class Tagger:
    # tags: a file with one tag a line, read where the checkpoint holds no list of them; "" = none
    def __init__(self, card: str, weights: str, tags: str, device: str, dtype: str) -> None: ...
    # picture(index) gives what load_image takes
    def probabilities(
        self,
        picture: Callable[[int], Any],
        count: int,
        progress: Callable[[str, int, int], None] | None,
        cancel: Callable[[], bool] | None,
    ) -> NDArray[np.float32]: ...
    def select(
        self, probabilities: NDArray[Any], threshold: float, sort: str, exclude: Sequence[str]
    ) -> list[tuple[str, float]]: ...
    def preprocess(self, source: Any) -> NDArray[np.float32]: ...
    def unload(self) -> None: ...
    def join(self, residency: Residency) -> None: ...
    def memory(self) -> list[tuple[str, str, int, int, int]]: ...
    @property
    def labels(self) -> list[str]: ...
    @property
    def device(self) -> str: ...
    @property
    def dtype(self) -> str: ...

def format_tags(
    tags: Sequence[tuple[str, float]], use_spaces: bool, escape: bool, scores: bool
) -> str: ...

# -- tokenizers ------------------------------------------------------------------------------------
class ClipTokenizer:
    def __init__(self, merges_path: str) -> None: ...
    def encode(self, text: str) -> list[int]: ...
    def tokenize(self, texts: Sequence[str], context_length: int = 77) -> NDArray[np.int64]: ...
    @property
    def start_id(self) -> int: ...
    @property
    def end_id(self) -> int: ...

class WordPieceTokenizer:
    # path: a vocabulary file, or a directory that holds vocab.txt
    def __init__(self, path: str) -> None: ...
    def encode(self, text: str) -> list[int]: ...
    def decode(self, ids: Sequence[int], skip_special: bool = True) -> str: ...
    def id(self, token: str) -> int | None: ...
    def __len__(self) -> int: ...

def _clean_clip_text(text: str) -> str: ...
def _repair_text(text: str) -> str: ...
def _normalize(form: str, text: str) -> str: ...

# -- interrogator ----------------------------------------------------------------------------------
def modes() -> list[tuple[str, str]]: ...

class NativeOptions:
    num_beams: int
    min_length: int
    max_length: int
    dict_limit: int
    skip_categories: Sequence[str]
    return_ranks: bool
    def __init__(self) -> None: ...

class Interrogator:
    # labels: (table, path of its file or None, its lines where there is no file)
    def __init__(
        self,
        clip: Clip,
        captioner: Captioner | None,
        labels: Sequence[tuple[str, str | None, Sequence[str]]],
        labels_hint: str,
        category_folder: str,
        cache_folder: str,
        model: str,
        is_published: bool,
        weights_files: list[str],
        pool_size: int,
        chunk_size: int,
        selection: str,
        residency: Residency | None,
    ) -> None: ...
    # picture(index) and image: as load_image's source
    def interrogate(
        self,
        picture: Callable[[int], Any],
        count: int,
        mode: str,
        caption: str | None,
        min_flavors: int,
        max_flavors: int,
        search: str,
        chain_beams: int,
        first_pass: str | None,
        native: NativeOptions,
        progress: Callable[[str, int, int], None] | None,
        cancel: Callable[[], bool] | None,
        found: Callable[[str, float], None] | None,
    ) -> list[dict[str, Any]]: ...
    def analyze(
        self,
        image: Any,
        top: int,
        progress: Callable[[str, int, int], None] | None,
        cancel: Callable[[], bool] | None,
    ) -> dict[str, list[tuple[str, float]]]: ...
    def rank(
        self,
        image: Any,
        table: str,
        top: int,
        progress: Callable[[str, int, int], None] | None,
        cancel: Callable[[], bool] | None,
    ) -> list[tuple[str, float]]: ...
    def similarity(
        self,
        image: Any,
        texts: list[str],
        progress: Callable[[str, int, int], None] | None,
        cancel: Callable[[], bool] | None,
    ) -> NDArray[np.float32]: ...
    def unload(self) -> None: ...
    def join(self, residency: Residency) -> None: ...
    def memory(self) -> list[tuple[str, str, int, int, int]]: ...
