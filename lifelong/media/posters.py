"""A still picture for a video: the frame at a tenth of its length, or a later one where that is all but black.

Runs in the probe's cage: the child gets two open files and can reach nothing else.
"""

import io
import os
from pathlib import Path
from typing import Any

from lifelong.media.probe.cage import Limits, run
from lifelong.media.probe.facts import Facts
from lifelong.media.probe.keeper import Reporter

PLACES = (0.1, 0.25, 0.5)  # of the length
WIDEST = 1280
QUALITY = 82
ENOUGH_CONTRAST = 14.0  # standard deviation of brightness; a black or white screen has next to none
LIMITS = Limits(wall_s=60, cpu_s=60, write_bytes=8 << 20)


def make_poster(source: Path, target: Path, facts: Facts) -> None:
    """Writes a JPEG to ``target``. Raises ``cage.Broken`` where no frame can be had."""
    target.parent.mkdir(parents=True, exist_ok=True)
    values = {"length": facts.duration_s or 0.0, "rotation": facts.video.rotation if facts.video else 0}
    with source.open("rb") as movie, target.open("wb") as picture:
        files = [movie.fileno(), picture.fileno()]
        run("lifelong.media.posters:draw", files, limits=LIMITS, values=values)
        picture.flush()
        os.fsync(picture.fileno())


def draw(_report: Reporter, movie: int, picture: int, *, length: float, rotation: int) -> Any:
    """In the child."""
    from PIL import ImageStat

    best, contrast = None, -1.0
    for place in PLACES:
        image = frame_at(movie, length * place)
        if image is None:
            continue
        found = ImageStat.Stat(image.convert("L").resize((64, 36))).stddev[0]
        if found > contrast:
            best, contrast = image, found
        if contrast >= ENOUGH_CONTRAST:
            break
    if best is None:
        raise ValueError("no frame")
    if rotation:
        best = best.rotate(-rotation, expand=True)
    best.thumbnail((WIDEST, WIDEST))
    content = io.BytesIO()
    best.convert("RGB").save(content, "JPEG", quality=QUALITY, progressive=True)
    os.write(picture, content.getbuffer())
    return {"width": best.width, "height": best.height}


def frame_at(movie: int, seconds: float) -> Any:
    """The picture shown at ``seconds``, in square pixels; None where there is none."""
    from lifelong.media.probe.first_pass import main_video, open_media
    from lifelong.media.probe.sniff import HEAD_BYTES, kind_of

    kind = kind_of(os.pread(movie, HEAD_BYTES, 0))
    if not kind.demuxer:
        return None
    with open_media(movie, kind.demuxer) as container:
        stream = main_video(container)
        if stream is None or not stream.time_base:
            return None
        if seconds:
            container.seek(int(seconds / stream.time_base) + (stream.start_time or 0), stream=stream)
        for frame in container.decode(stream):
            if frame.width and frame.height:
                return square(frame.to_image(), stream.sample_aspect_ratio)
    return None


def square(image: Any, aspect: Any) -> Any:
    if not aspect or aspect in {0, 1}:
        return image
    return image.resize((max(round(image.width * float(aspect)), 2), image.height))
