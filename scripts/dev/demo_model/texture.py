"""Noise, softening and coarse grids: the textures that mediums and finishes are made of."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter


def noise(rng: np.random.Generator, cells: int, side: int) -> np.ndarray:
    """float32 [side, side], about -1..1: smooth clouds, `cells` of them to a side."""
    small = rng.uniform(-1, 1, (cells + 1, cells + 1)).astype(np.float32)
    return np.asarray(Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC))


def grain(rng: np.random.Generator, cells: int, side: int) -> np.ndarray:
    """float32 [side, side], about -1..1: fine specks, `cells` of them to a side."""
    small = rng.uniform(-1, 1, (cells, cells)).astype(np.float32)
    return np.asarray(Image.fromarray(small).resize((side, side), Image.Resampling.BILINEAR))


def soften(pixels: np.ndarray, radius: float) -> np.ndarray:
    """Gaussian blur of float [S, S] or [S, S, 3] in 0..1; radius in sides."""
    side = pixels.shape[0]
    as_bytes = (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)
    blurred = Image.fromarray(as_bytes).filter(ImageFilter.GaussianBlur(radius * side))
    return np.asarray(blurred, dtype=np.float32) / 255.0


def box_grid(pixels: np.ndarray, cells: int) -> np.ndarray:
    """float32 [cells, cells(, 3)]: the mean of each cell of float [S, S(, 3)] in 0..1."""
    as_bytes = (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)
    small = Image.fromarray(as_bytes).resize((cells, cells), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / 255.0
