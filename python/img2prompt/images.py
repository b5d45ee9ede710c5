"""Pictures as arrays: reading them upright, and resizing them exactly as Pillow does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Union

import numpy as np

from . import _core
from .errors import DecodeError, InvalidArgument
from .pillow_formats import open_with_pillow

if TYPE_CHECKING:
    import PIL.Image
    from numpy.typing import NDArray

ImageSource = Union[str, "os.PathLike[str]", bytes, "PIL.Image.Image", "NDArray[np.uint8]"]


def _is_pil(source: Any) -> bool:
    """Whether this is a PIL image, told without importing PIL."""
    return any(
        kind.__module__.split(".")[0] == "PIL" and kind.__name__ == "Image"
        for kind in type(source).__mro__
    )


def _pil_to_array(source: Any) -> NDArray[np.uint8]:
    from PIL import ImageOps

    try:
        upright = ImageOps.exif_transpose(source)
        if upright.mode.startswith("I;16"):
            # The high byte, as the core reads such files; convert("RGB") would clip at 255.
            grey = (np.asarray(upright) >> 8).astype(np.uint8)
            return np.repeat(grey[:, :, None], 3, axis=2)
        return np.asarray(upright.convert("RGB"))
    except (OSError, SyntaxError) as error:  # what PIL raises while it decodes
        name = getattr(source, "filename", "") or "the PIL image"
        raise DecodeError(f"{name}: PIL cannot read it ({error})") from None


def core_source(source: ImageSource) -> Any:
    """What the core's functions take for a picture: PIL images become arrays, RGB and upright.

    So do files that only Pillow decodes (pillow_formats.py). Other paths, bytes and arrays pass
    through; the core refuses anything else with InvalidArgument.
    """
    if _is_pil(source):
        return _pil_to_array(source)
    if isinstance(source, (bytearray, memoryview)):
        source = bytes(source)
    opened = open_with_pillow(source)
    if opened is None:
        return source
    with opened:
        return _pil_to_array(opened)


def listed_sources(images: ImageSource | Iterable[ImageSource]) -> tuple[list[Any], bool]:
    """The pictures as a list, and whether there was one alone.

    Several are a list, a tuple, an iterator, or an array [N, H, W, 3].
    """
    if isinstance(images, np.ndarray):
        return (list(images), False) if images.ndim == 4 else ([images], True)
    if isinstance(images, (list, tuple)) or hasattr(images, "__next__"):
        return list(images), False  # type: ignore[arg-type]
    return [images], True


def source_at(sources: list[Any]) -> Callable[[int], Any]:
    """What the core asks for one picture after another, so that few are in memory at once."""
    return lambda index: core_source(sources[index])


def load_image(source: ImageSource) -> NDArray[np.uint8]:
    """A picture as uint8 [H, W, 3]: RGB, turned upright by its EXIF orientation.

    source: a path, the bytes of a file (PNG, JPEG, WebP, GIF, BMP, PNM, PSD, TGA; where Pillow
    is installed also what it reads of TIFF, AVIF, HEIF, JPEG XL and JPEG 2000), a PIL image, or an
    array uint8 [H, W, 3], which is copied. Alpha is dropped, as PIL's convert("RGB") does; 16-bit
    samples keep their high byte.

    Raises DecodeError for what is no such picture, is damaged, cut short or too large;
    InvalidArgument for another kind of source; Error for a file that cannot be read.
    """
    return _core.load_image(core_source(source))


def resize(image: ImageSource, size: tuple[int, int], filter: str = "bicubic") -> NDArray[np.uint8]:
    """The picture scaled to size = (width, height), as uint8 [height, width, 3].

    filter: "bicubic", "lanczos", "bilinear" or "box". Equal to Pillow's Image.resize byte for byte.
    Raises InvalidArgument for another filter or a side below 1 or above 65535.
    """
    try:
        width, height = (int(side.__index__()) for side in size)
    except (AttributeError, TypeError, ValueError):
        raise InvalidArgument(f"size {size!r}; accepted is (width, height), two integers") from None
    limit = 1 << 62  # what the core's integers hold; it checks the sides itself
    width, height = (max(-limit, min(side, limit)) for side in (width, height))
    return _core.resize(core_source(image), width, height, filter)
