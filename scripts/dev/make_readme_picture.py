"""Draws docs/demo.png: the bundled picture beside what each mode says of it.

Usage: python scripts/dev/make_readme_picture.py (img2prompt and Pillow installed)
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import img2prompt as i2p
from img2prompt.assets import DEMO_DIRECTORY
from img2prompt.cli.demo import NATIVE

OUT = Path(__file__).resolve().parents[2] / "docs" / "demo.png"
SIDE, MARGIN, TEXT_WIDTH, LINE = 400, 24, 640, 21
INK, FAINT, PAPER = (32, 36, 44), (110, 118, 130), (250, 250, 248)
COLUMNS = 78


def main() -> None:
    """Interrogates the bundled picture in every mode and draws the answers."""
    picture = DEMO_DIRECTORY / "picture.png"
    engine = i2p.Interrogator(clip=i2p.Clip("demo"), captioner=i2p.Captioner("demo"), cache_dir="")
    lines: list[tuple[str, bool]] = []
    for mode in i2p.modes():
        result = engine.interrogate(picture, mode=mode, native=NATIVE)
        lines.append((f"{mode}   similarity {result.score:.3f}", True))
        lines += [(line, False) for line in textwrap.wrap(result.prompt, COLUMNS)]
        lines.append(("", False))
    height = max(SIDE, len(lines) * LINE) + 2 * MARGIN
    sheet = Image.new("RGB", (SIDE + TEXT_WIDTH + 3 * MARGIN, height), PAPER)
    with Image.open(picture) as image:
        sheet.paste(image.convert("RGB").resize((SIDE, SIDE), Image.LANCZOS), (MARGIN, MARGIN))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=15)
    for row, (line, is_title) in enumerate(lines):
        place = (SIDE + 2 * MARGIN, MARGIN + row * LINE)
        draw.text(place, line, fill=FAINT if is_title else INK, font=font)
    OUT.parent.mkdir(exist_ok=True)
    sheet.save(OUT, optimize=True)
    print(OUT)


if __name__ == "__main__":
    main()
