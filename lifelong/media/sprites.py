"""Small pictures of a film on one sheet, for the scrub bar. Where a second lies on the sheet follows from the length alone.

Runs in the probe's cage: the child gets two open files and can reach nothing else.
"""

import io
import os
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from lifelong.media.probe.cage import Limits, run
from lifelong.media.probe.facts import Facts
from lifelong.media.probe.keeper import Reporter

LIMITS = Limits(wall_s=600, cpu_s=120, write_bytes=8 << 20)
COLUMNS, MOST, EVERY_S = 10, 100, 5.0
TILE = 160  # the longer side, in pixels
MOST_BYTES = 200_000
QUALITIES = (72, 60, 48, 36, 24, 12)


@dataclass(frozen=True)
class Sheet:
    """``count`` pictures in ``columns``, one for each ``every_s`` seconds."""

    count: int
    every_s: float
    columns: int
    rows: int


def sheet_of(length_s: float) -> Sheet:
    count = min(max(ceil(length_s / EVERY_S), 1), MOST)
    columns = min(count, COLUMNS)
    return Sheet(count, length_s / count, columns, ceil(count / columns))


def make_sprite(source: Path, target: Path, facts: Facts) -> None:
    """Writes a JPEG to ``target``. Raises ``cage.Broken`` where no frame can be had."""
    rotation = facts.video.rotation if facts.video else 0
    with source.open("rb") as movie, target.open("wb") as picture:
        files = [movie.fileno(), picture.fileno()]
        values = {"length": facts.duration_s or 0.0, "rotation": rotation}
        run("lifelong.media.sprites:draw", files, limits=LIMITS, values=values)
        os.fsync(picture.fileno())


def draw(report: Reporter, movie: int, picture: int, *, length: float, rotation: int) -> dict[str, Any]:
    """In the child."""
    from PIL import Image

    sheet = sheet_of(length)
    whole: Any = None
    for place, image in enumerate(tiles(movie, sheet, rotation)):
        if image is None:
            continue
        if whole is None:
            whole = Image.new("RGB", (image.width * sheet.columns, image.height * sheet.rows))
        wide, high = whole.width // sheet.columns, whole.height // sheet.rows
        row, column = divmod(place, sheet.columns)
        whole.paste(image.resize((wide, high)), (column * wide, row * high))
        report.progress(place / sheet.count)
    if whole is None:
        raise ValueError("no frame")
    os.write(picture, small_enough(whole))
    return {}


def tiles(movie: int, sheet: Sheet, rotation: int) -> Any:
    """For each place the key frame at or before its middle; None where there is none."""
    from lifelong.media.posters import square
    from lifelong.media.probe.first_pass import main_video, open_media
    from lifelong.media.probe.sniff import HEAD_BYTES, kind_of

    kind = kind_of(os.pread(movie, HEAD_BYTES, 0))
    with open_media(movie, kind.demuxer) as container:
        stream = main_video(container)
        if stream is None or not stream.time_base:
            return
        stream.codec_context.skip_frame = "NONKEY"
        begin = stream.start_time or 0
        for place in range(sheet.count):
            container.seek(int((place + 0.5) * sheet.every_s / stream.time_base) + begin, stream=stream)
            frame = next((frame for frame in container.decode(stream) if frame.width and frame.height), None)
            if frame is None:
                yield None
                continue
            shrink = max(frame.width, frame.height) / TILE
            size = max(round(frame.width / shrink), 2), max(round(frame.height / shrink), 2)
            image = square(frame.to_image(width=size[0], height=size[1]), stream.sample_aspect_ratio)
            yield image.rotate(-rotation, expand=True) if rotation else image


def small_enough(image: Any) -> memoryview:
    content = io.BytesIO()
    for quality in QUALITIES:
        content = io.BytesIO()
        image.save(content, "JPEG", quality=quality, optimize=True)
        if content.tell() <= MOST_BYTES:
            break
    return content.getbuffer()
