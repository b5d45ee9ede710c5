"""Outlines of the toy world's shapes, and their coverage masks."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw
from scene import Thing

Point = tuple[float, float]


def outlines(thing: Thing) -> list[list[Point]]:
    """Closed polygons in fractions of the side; a second polygon is a hole (the ring's)."""
    unit = _UNIT_OUTLINES[thing.shape]()
    cos, sin = math.cos(math.radians(thing.angle)), math.sin(math.radians(thing.angle))
    return [
        [
            (
                thing.x + thing.radius * (x * cos + y * sin),
                thing.y + thing.radius * (y * cos - x * sin),
            )
            for x, y in polygon
        ]
        for polygon in unit
    ]


def coverage(polygons: list[list[Point]], side: int, oversampling: int = 3) -> np.ndarray:
    """float32 [side, side] in 0..1: how much of each pixel the shape covers."""
    scale = side * oversampling
    mask = Image.new("L", (scale, scale), 0)
    pen = ImageDraw.Draw(mask)
    for value, polygon in zip((255, 0), polygons):
        pen.polygon([(x * scale, y * scale) for x, y in polygon], fill=value)
    small = mask.resize((side, side), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / 255.0


def line_coverage(polygons: list[list[Point]], side: int, width: float) -> np.ndarray:
    """float32 [side, side] in 0..1: the outlines drawn with a pen; width in sides."""
    scale = side * 3
    mask = Image.new("L", (scale, scale), 0)
    pen = ImageDraw.Draw(mask)
    for polygon in polygons:
        points = [(x * scale, y * scale) for x, y in polygon]
        pen.line(
            [*points, points[0], points[1]],
            fill=255,
            width=max(1, round(width * scale)),
            joint="curve",
        )
    small = mask.resize((side, side), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / 255.0


def _round(radius: float, points: int = 48) -> list[Point]:
    steps = [2 * math.pi * i / points for i in range(points)]
    return [(radius * math.cos(a), radius * math.sin(a)) for a in steps]


def _circle() -> list[list[Point]]:
    return [_round(0.95)]


def _ring() -> list[list[Point]]:
    return [_round(1.0), _round(0.52)]


def _square() -> list[list[Point]]:
    return [[(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)]]


def _diamond() -> list[list[Point]]:
    return [[(0, -1.1), (0.8, 0), (0, 1.1), (-0.8, 0)]]


def _triangle() -> list[list[Point]]:
    return [[(0, -1.0), (1.0, 0.8), (-1.0, 0.8)]]


def _star() -> list[list[Point]]:
    points = []
    for i in range(10):
        radius = 1.1 if i % 2 == 0 else 0.46
        angle = math.pi * i / 5 - math.pi / 2
        points.append((radius * math.cos(angle), radius * math.sin(angle)))
    return [points]


def _heart() -> list[list[Point]]:
    points = []
    for i in range(60):
        t = 2 * math.pi * i / 60
        x = 16 * math.sin(t) ** 3
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((x / 16.5, -(y + 2.5) / 15.0))
    return [points]


def _cross() -> list[list[Point]]:
    a, b = 0.32, 1.0
    return [
        [
            (-a, -b),
            (a, -b),
            (a, -a),
            (b, -a),
            (b, a),
            (a, a),
            (a, b),
            (-a, b),
            (-a, a),
            (-b, a),
            (-b, -a),
            (-a, -a),
        ]
    ]


_UNIT_OUTLINES = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "heart": _heart,
    "diamond": _diamond,
    "ring": _ring,
    "cross": _cross,
}
