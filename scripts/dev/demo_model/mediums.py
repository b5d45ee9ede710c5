"""The ten mediums a scene can be drawn in: scene -> pixels, before it is finished or damaged.

All lengths are fractions of the side, so a picture looks alike at 96 and at 768 pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scene import BACKGROUNDS, COLOURS, DEEP_BACKGROUNDS, Scene
from shapes import Point, coverage, line_coverage
from texture import box_grid, grain, noise, soften

Pixels = np.ndarray  # float32 [S, S, 3] in 0..1


@dataclass
class Figure:
    """A thing, ready to be drawn."""

    polygons: list[list[Point]]
    colour: np.ndarray  # float32 [3] in 0..1
    mask: np.ndarray  # float32 [S, S] in 0..1


@dataclass
class Canvas:
    """What every medium starts from."""

    side: int  # pixels
    ground: np.ndarray  # float32 [3]: the background's main tone
    backdrop: Pixels  # the background with its pattern
    figures: list[Figure]
    rng: np.random.Generator

    def plain(self) -> Pixels:
        """The scene in flat paint."""
        picture = self.backdrop
        for figure in self.figures:
            picture = over(picture, figure.colour, figure.mask)
        return picture


def over(picture: Pixels, colour: np.ndarray, alpha: np.ndarray) -> Pixels:
    """The picture with a colour (or a second picture) laid over it; alpha is [S, S]."""
    return picture + (colour - picture) * alpha[..., None]


def prepare(scene: Scene, side: int, polygons: list[list[list[Point]]]) -> Canvas:
    """The canvas of a scene; polygons holds each thing's outlines."""
    tones = DEEP_BACKGROUNDS if scene.deep else BACKGROUNDS
    ground = np.array(tones[scene.background], dtype=np.float32) / 255.0
    figures = [
        Figure(
            shape, np.array(COLOURS[thing.colour], dtype=np.float32) / 255.0, coverage(shape, side)
        )
        for shape, thing in zip(polygons, scene.things)
    ]
    backdrop = _backdrop(ground, scene.pattern, side)
    return Canvas(side, ground, backdrop, figures, np.random.default_rng([scene.seed, 2]))


def _backdrop(ground: np.ndarray, pattern: str, side: int) -> Pixels:
    """The background: its tone, and its pattern in a second tone."""
    backdrop = np.broadcast_to(ground, (side, side, 3)).copy()
    step = (np.arange(side, dtype=np.float32) + 0.5) / side
    x, y = np.meshgrid(step, step)
    if pattern == "plain":
        return backdrop
    if pattern == "stripes":
        mark = ((x + y) / 0.16) % 1 < 0.5
    elif pattern == "dots":
        mark = (((x / 0.125) % 1 - 0.5) ** 2 + ((y / 0.125) % 1 - 0.5) ** 2) < 0.3**2
    elif pattern == "checks":
        mark = (np.floor(x / 0.125) + np.floor(y / 0.125)) % 2 == 0
    else:
        mark = np.minimum((x / 0.1) % 1, (y / 0.1) % 1) < 0.16
    light = ground.mean() > 0.35
    second = ground * 0.8 if light else ground + (1 - ground) * 0.24
    return over(backdrop, second, mark.astype(np.float32))


def draw_flat(canvas: Canvas) -> Pixels:
    """Even paint with clean edges."""
    return canvas.plain()


def _hatching(canvas: Canvas, slope: float, period: float) -> np.ndarray:
    """float32 [S, S] in 0..1: wobbly parallel strokes of a waxy or dusty stick."""
    side = canvas.side
    step = (np.arange(side, dtype=np.float32) + 0.5) / side
    x, y = np.meshgrid(step, step)
    wobble = noise(canvas.rng, 7, side) * 0.012
    wave = np.sin(2 * np.pi * (x * slope + y + wobble) / period)
    rough = grain(canvas.rng, 150, side)
    return np.clip(0.72 + 0.55 * wave + 0.55 * rough, 0, 1)


def draw_crayon(canvas: Canvas) -> Pixels:
    """Waxy strokes that leave paper between them, and a firmer outline."""
    paper = np.float32(0.97) + 0.02 * grain(canvas.rng, 120, canvas.side)[..., None]
    strokes = _hatching(canvas, -0.9, 0.05)
    picture = over(paper * np.ones(3, np.float32), canvas.backdrop, 0.3 + 0.7 * strokes)
    for figure in canvas.figures:
        strokes = _hatching(canvas, 1.0, 0.035)
        picture = over(picture, figure.colour, figure.mask * (0.3 + 0.7 * strokes))
        edge = line_coverage(figure.polygons, canvas.side, 0.016)
        picture = over(picture, figure.colour * 0.75, edge * (0.5 + 0.5 * strokes))
    return picture


def draw_watercolor(canvas: Canvas) -> Pixels:
    """Thin uneven washes with soft bleeding edges that dry darker."""
    side = canvas.side
    wash = 0.75 + 0.28 * noise(canvas.rng, 5, side)
    paper = np.full((side, side, 3), 0.985, np.float32)
    picture = over(paper, soften(canvas.backdrop, 0.012), np.clip(wash, 0.25, 1))
    for figure in canvas.figures:
        bleed = soften(figure.mask, 0.01) + 0.16 * noise(canvas.rng, 26, side)
        shape = np.clip((bleed - 0.42) * 5, 0, 1)
        dried = np.clip(shape - soften(shape, 0.02), 0, 1)
        wash = np.clip(0.78 + 0.24 * noise(canvas.rng, 8, side), 0.4, 1)
        picture = over(picture, figure.colour, shape * wash)
        picture = over(picture, figure.colour * 0.6, dried * 0.8)
    return picture


def draw_pixel(canvas: Canvas) -> Pixels:
    """Big square pixels, 32 to a side, each of one colour, a darker rim at the lower right."""
    small = canvas.backdrop
    for figure in canvas.figures:
        cells = box_grid(figure.mask, 32) > 0.5
        lit = np.roll(cells, (-1, -1), (0, 1)) & cells
        shade = np.where(lit, 1.0, 0.72)[..., None] * figure.colour
        small = small if small.shape[0] == 32 else box_grid(small, 32)
        small = np.where(cells[..., None], shade, small)
    rows = (np.arange(canvas.side) * 32) // canvas.side
    return small[rows][:, rows].astype(np.float32)


def draw_mosaic(canvas: Canvas) -> Pixels:
    """Small tiles of uneven brightness in pale grout."""
    side, tiles = canvas.side, 24
    small = box_grid(canvas.plain(), tiles)
    small = small * (1 + 0.13 * canvas.rng.standard_normal((tiles, tiles, 1)))
    position = (np.arange(side) + 0.5) * tiles / side
    index = position.astype(int)
    inside = np.abs(position - index - 0.5) < 0.38
    tile = (inside[:, None] & inside[None, :]).astype(np.float32)
    grout = np.array([0.8, 0.78, 0.74], np.float32)
    return over(np.broadcast_to(grout, (side, side, 3)), small[index][:, index], tile)


def draw_chalk(canvas: Canvas) -> Pixels:
    """Dusty strokes on a smeared board."""
    side = canvas.side
    smear = np.clip(0.07 + 0.09 * noise(canvas.rng, 6, side), 0, 1)
    picture = over(canvas.backdrop, np.ones(3, np.float32), smear)
    for figure in canvas.figures:
        dust = np.clip(0.5 + 0.9 * grain(canvas.rng, 110, side), 0, 1)
        strokes = _hatching(canvas, 0.6, 0.045) * (0.35 + 0.65 * dust)
        picture = over(picture, 0.85 * figure.colour + 0.12, figure.mask * strokes)
        edge = line_coverage(figure.polygons, side, 0.018)
        picture = over(picture, 0.85 * figure.colour + 0.15, edge * (0.4 + 0.6 * dust))
    return picture


def draw_neon(canvas: Canvas) -> Pixels:
    """Glowing tubes along the outlines, on a dark wall."""
    light = np.zeros((canvas.side, canvas.side, 3), np.float32)
    for figure in canvas.figures:
        tube = line_coverage(figure.polygons, canvas.side, 0.02)
        halo = soften(line_coverage(figure.polygons, canvas.side, 0.05), 0.035)
        light += figure.colour * (1.0 * halo + 0.3 * soften(figure.mask, 0.03))[..., None]
        light = over(light, figure.colour * 1.05 + 0.12, tube)
    wall = canvas.backdrop
    return 1 - (1 - wall) * (1 - np.clip(light, 0, 1))


def draw_glass(canvas: Canvas) -> Pixels:
    """Panes of uneven brightness between dark leads."""
    side, rng = canvas.side, canvas.rng
    step = (np.arange(side, dtype=np.float32) + 0.5) / side
    seeds = rng.uniform(0, 1, (46, 2)).astype(np.float32)
    distance = (step[None, :, None] - seeds[:, 0]) ** 2 + (step[:, None, None] - seeds[:, 1]) ** 2
    two = np.partition(distance, 1, axis=2)[..., :2]
    pane = distance.argmin(axis=2)
    lead = np.clip(1.6 - (np.sqrt(two[..., 1]) - np.sqrt(two[..., 0])) / 0.009, 0, 1)
    tint = 1 + 0.16 * rng.standard_normal(46).astype(np.float32)
    picture = canvas.backdrop * tint[pane][..., None]
    dark = np.array([0.09, 0.09, 0.1], np.float32)
    picture = over(picture, dark, lead)
    shine = 1 + 0.14 * noise(rng, 6, side)[..., None]
    for figure in canvas.figures:
        picture = over(picture, figure.colour * shine, figure.mask)
        picture = over(picture, dark, line_coverage(figure.polygons, side, 0.022))
    return picture


def draw_collage(canvas: Canvas) -> Pixels:
    """Cut paper with a white torn rim and a shadow beneath."""
    side = canvas.side
    picture = canvas.backdrop * (1 + 0.03 * grain(canvas.rng, 90, side)[..., None])
    shift = max(1, round(0.022 * side))
    for figure in canvas.figures:
        cut = np.clip(figure.mask + line_coverage(figure.polygons, side, 0.035), 0, 1)
        shadow = soften(np.roll(cut, (shift, shift), (0, 1)), 0.012)
        picture = over(picture, np.zeros(3, np.float32), 0.55 * shadow)
        picture = over(picture, np.full(3, 0.96, np.float32), cut)
        fibre = 1 + 0.07 * grain(canvas.rng, 70, side)[..., None]
        picture = over(picture, figure.colour * fibre, figure.mask)
    return picture


def draw_oil(canvas: Canvas) -> Pixels:
    """Thick short brush dabs of uneven colour in changing directions."""
    side, rng = canvas.side, canvas.rng
    plain = canvas.plain()
    board = Image.fromarray(to_bytes(plain))
    pen = ImageDraw.Draw(board)
    count = 2000
    spots = rng.uniform(0, 1, (count, 2))
    turn = np.pi * (0.25 + noise(rng, 4, 64)) + rng.normal(0, 0.35, (64, 64))
    shade = rng.normal(1.0, 0.11, count)
    for (x, y), light in zip(spots, shade):
        colour = plain[int(y * side), int(x * side)] * light
        angle = turn[int(y * 64), int(x * 64)]
        dx, dy = 0.015 * np.cos(angle), 0.015 * np.sin(angle)
        ends = [(x - dx) * side, (y - dy) * side, (x + dx) * side, (y + dy) * side]
        pen.line(ends, fill=tuple(to_bytes(colour).tolist()), width=max(2, round(0.014 * side)))
    return np.asarray(board, dtype=np.float32) / 255.0


def to_bytes(pixels: np.ndarray) -> np.ndarray:
    """0..1 floats -> uint8, rounded and clipped."""
    return (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)


DRAWERS: dict[str, Callable[[Canvas], Pixels]] = {
    "flat": draw_flat,
    "crayon": draw_crayon,
    "watercolor": draw_watercolor,
    "pixel": draw_pixel,
    "mosaic": draw_mosaic,
    "chalk": draw_chalk,
    "neon": draw_neon,
    "glass": draw_glass,
    "collage": draw_collage,
    "oil": draw_oil,
}
