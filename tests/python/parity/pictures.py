"""Pictures to encode, and the comparison with Pillow that the pixel tests share."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFile

import img2prompt as i2p

ImageFile.MAXBLOCK = 1 << 22  # Pillow cannot write a progressive JPEG that outgrows its buffer


def pillow(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def assert_as_pillow(data: bytes) -> None:
    np.testing.assert_array_equal(i2p.load_image(data), pillow(data))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def noise(width: int, height: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def photo(width: int, height: int) -> Image.Image:
    """Smooth colours, edges and a little noise: what lossy formats are made for."""
    y, x = np.mgrid[:height, :width]
    image = np.stack([128 + 90 * np.sin(x / 17), 2 * y % 256, 255 - x * y / 90 % 256], axis=2)
    image[height // 3 : height // 2, width // 4 : width // 2] = [250, 20, 40]
    image += np.random.default_rng(5).normal(0, 6, image.shape)
    return Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))
