"""Covers for the demonstration world: the title in large Chinese letters over a picture of its own."""

import io
import math

import numpy as np
from PIL import Image, ImageDraw

from lifelong.web.fonts import font

SIZE = (1280, 720)
HUES = {
    "degree": (58, 66, 130),
    "training": (14, 108, 112),
    "older": (166, 98, 24),
    "community": (70, 104, 52),
}


def make_cover(title: str, *, area: str, seed: int, subtitle: str = "") -> bytes:
    """A JPEG of 1280×720."""
    chance = np.random.default_rng(seed)
    image = ground(HUES[area], chance)
    draw = ImageDraw.Draw(image, "RGBA")
    [rings, hills, leaves, weave][seed % 4](draw, chance)
    write(draw, title, subtitle)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=86)
    return buffer.getvalue()


def ground(hue: tuple[int, int, int], chance: np.random.Generator) -> Image.Image:
    """A soft slope from the area's hue to a neighbour of it."""
    width, height = SIZE
    first = np.clip(np.array(hue) + chance.integers(-22, 22, 3), 0, 255)
    second = np.clip(first * 0.45 + chance.integers(0, 40, 3), 0, 255)
    angle = chance.uniform(0, math.pi)
    rows, columns = np.mgrid[0:height:8, 0:width:8]
    slope = (columns / width * math.cos(angle) + rows / height * math.sin(angle) + 1) / 2
    pixels = first + (second - first) * slope[..., None]
    return Image.fromarray(pixels.astype(np.uint8)).resize(SIZE, Image.Resampling.BICUBIC)


def rings(draw: ImageDraw.ImageDraw, chance: np.random.Generator) -> None:
    x, y = int(chance.integers(700, 1240)), int(chance.integers(60, 660))
    for radius in range(60, 760, int(chance.integers(34, 70))):
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(box, outline=(255, 255, 255, 58), width=int(chance.integers(2, 12)))


def hills(draw: ImageDraw.ImageDraw, chance: np.random.Generator) -> None:
    for layer in range(4):
        phase, height = chance.uniform(0, 6), chance.uniform(40, 110)
        line = [
            (x, 330 + layer * 95 + height * math.sin(x / chance.uniform(150, 152) + phase)) for x in range(0, 1300, 20)
        ]
        draw.polygon([*line, (1280, 720), (0, 720)], fill=(255, 255, 255, 22 + layer * 9))
    x, y = int(chance.integers(820, 1140)), int(chance.integers(70, 200))
    draw.ellipse((x, y, x + 120, y + 120), fill=(255, 244, 220, 150))


def leaves(draw: ImageDraw.ImageDraw, chance: np.random.Generator) -> None:
    for _ in range(26):
        x, y, size = (int(chance.integers(*span)) for span in ((560, 1280), (0, 720), (40, 150)))
        start = int(chance.integers(0, 360))
        draw.pieslice(
            (x, y, x + size, y + size), start, start + 140, fill=(255, 255, 255, int(chance.integers(16, 52)))
        )


def weave(draw: ImageDraw.ImageDraw, chance: np.random.Generator) -> None:
    cell = int(chance.integers(54, 96))
    for row in range(0, 720, cell):
        for column in range(600 + (row // cell % 2) * cell, 1280, cell * 2):
            draw.rectangle((column, row, column + cell, row + cell), fill=(255, 255, 255, int(chance.integers(10, 46))))


def write(draw: ImageDraw.ImageDraw, title: str, subtitle: str) -> None:
    size = 96 if len(title) <= 9 else 80
    width = 9 if size == 96 else 11
    lines = [title[start : start + width] for start in range(0, len(title), width)][:3]
    top = 360 - len(lines) * size * 0.66
    for number, line in enumerate(lines):
        place = (84, top + number * size * 1.32)
        draw.text((place[0] + 3, place[1] + 3), line, font=font(size, bold=True), fill=(0, 0, 0, 90))
        draw.text(place, line, font=font(size, bold=True), fill=(255, 255, 255, 255))
    draw.rectangle((84, top - 42, 180, top - 32), fill=(255, 214, 150, 255))
    if subtitle:
        draw.text((84, 624), subtitle, font=font(36), fill=(255, 255, 255, 225))
