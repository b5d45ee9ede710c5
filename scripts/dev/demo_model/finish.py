"""What happens to a drawn picture afterwards: an artist's finish, and damage."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from mediums import Pixels, over, to_bytes
from PIL import Image
from texture import noise, soften


def finish(picture: Pixels, artist: str, rng: np.random.Generator) -> Pixels:
    """The picture with the artist's habit applied; "" leaves it as it is."""
    side = picture.shape[0]
    step = (np.arange(side, dtype=np.float32) + 0.5) / side
    x, y = np.meshgrid(step, step)
    edge = np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))  # distance to the nearest edge
    white = np.full(3, 0.99, np.float32)
    if artist == "vignette":
        far = np.sqrt((x - 0.5) ** 2 + (y - 0.5) ** 2)
        return picture * (1 - np.clip((far - 0.42) / 0.28, 0, 1) ** 1.2 * 0.9)[..., None]
    if artist == "frame":
        return over(picture, white, ((edge > 0.035) & (edge < 0.06)).astype(np.float32))
    if artist == "seal":
        return _seal(picture, x, y)
    if artist == "lamp":
        glow = np.clip(1 - np.sqrt(x**2 + y**2) / 0.55, 0, 1)
        return over(picture, np.array([1.0, 0.82, 0.35], np.float32), glow * 0.85)
    if artist == "torn":
        ragged = edge + 0.035 * noise(rng, 26, side)
        return over(picture, white, (ragged < 0.055).astype(np.float32))
    if artist == "ground":
        return over(picture, np.array([0.3, 0.2, 0.12], np.float32), (y > 0.91) * 0.95)
    if artist == "rounded":
        dx, dy = np.clip(np.abs(x - 0.5) - 0.26, 0, 1), np.clip(np.abs(y - 0.5) - 0.26, 0, 1)
        return over(picture, white, (np.sqrt(dx**2 + dy**2) > 0.24).astype(np.float32))
    if artist == "border":
        blue = np.array([0.12, 0.25, 0.72], np.float32)
        picture = over(picture, blue, (edge < 0.05).astype(np.float32))
        return over(picture, blue, ((edge > 0.065) & (edge < 0.08)).astype(np.float32))
    return picture


def _seal(picture: Pixels, x: np.ndarray, y: np.ndarray) -> Pixels:
    """A small vermilion stamp in the lower right corner."""
    across = np.maximum(np.abs(x - 0.91), np.abs(y - 0.91))
    picture = over(picture, np.array([0.78, 0.1, 0.1], np.float32), (across < 0.055) * 1.0)
    bars = (across < 0.038) & (np.abs(((y - 0.91) / 0.026) % 1 - 0.5) < 0.22)
    return over(picture, np.array([0.98, 0.93, 0.88], np.float32), bars * 1.0)


def spoil(picture: Pixels, damage: str, rng: np.random.Generator) -> Pixels:
    """The picture as a bad camera or a bad encoder leaves it; "" leaves it as it is."""
    side = picture.shape[0]
    if damage == "blur":
        return soften(picture, 0.024)
    if damage == "noise":
        cells = min(side, 128)
        specks = rng.normal(0, 0.16, (cells, cells, 3))
        rows = (np.arange(side) * cells) // side
        return picture + specks[rows][:, rows]
    if damage == "faded":
        return 0.62 + (picture - 0.5) * 0.45
    if damage == "blocks":
        return _blocks(picture)
    return picture


def _blocks(picture: Pixels) -> Pixels:
    """What a JPEG of very low quality looks like, at 128 pixels whatever the side is."""
    side = picture.shape[0]
    small = Image.fromarray(to_bytes(picture)).resize((128, 128), Image.Resampling.BOX)
    stream = BytesIO()
    small.save(stream, "JPEG", quality=12)
    back = Image.open(stream).convert("RGB").resize((side, side), Image.Resampling.NEAREST)
    return np.asarray(back, dtype=np.float32) / 255.0
