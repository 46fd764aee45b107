"""The face of a sound: how loud it is along its length, as a picture.

Runs in the probe's cage: the child gets two open files and can reach nothing else.
"""

import io
import os
from pathlib import Path
from typing import Any

from lifelong.media.probe.cage import Limits, run
from lifelong.media.probe.facts import Facts
from lifelong.media.probe.keeper import Reporter

BARS, BAR_WIDTH, GAP = 200, 5, 3
HEIGHT = 192
COLOUR = (127, 208, 213, 255)  # as the player's bar has it; the player is dark in every theme
LISTENED_HZ = 8000
LEAST = 0.02  # silence is a thin line, not a hole


def make_waveform(source: Path, target: Path, facts: Facts) -> None:
    """Writes a PNG with a clear ground to ``target``. Raises ``cage.Broken`` where nothing can be heard."""
    length = facts.duration_s or 0.0
    wall = 60 + length / 50
    limits = Limits(wall_s=wall, cpu_s=int(wall), write_bytes=8 << 20)
    with source.open("rb") as sound, target.open("wb") as picture:
        files = [sound.fileno(), picture.fileno()]
        run("lifelong.media.waveforms:draw", files, limits=limits, values={"length": length})
        os.fsync(picture.fileno())


def draw(report: Reporter, sound: int, picture: int, *, length: float) -> dict[str, Any]:
    """In the child."""
    from PIL import Image, ImageDraw

    loudest = peaks(report, sound, length)
    top = max(loudest) or 1.0
    image = Image.new("RGBA", (BARS * (BAR_WIDTH + GAP) - GAP, HEIGHT))
    brush = ImageDraw.Draw(image)
    for place, peak in enumerate(loudest):
        high = max(peak / top, LEAST) * HEIGHT / 2
        left = place * (BAR_WIDTH + GAP)
        box = (left, HEIGHT / 2 - high, left + BAR_WIDTH - 1, HEIGHT / 2 + high - 1)
        brush.rounded_rectangle(box, radius=2, fill=COLOUR)
    content = io.BytesIO()
    image.quantize(8).save(content, "PNG", optimize=True)
    os.write(picture, content.getbuffer())
    return {}


def peaks(report: Reporter, sound: int, length: float) -> list[float]:
    """The loudest of each of ``BARS`` parts, 0 to 1."""
    import av
    import numpy as np

    from lifelong.media.probe.first_pass import open_media
    from lifelong.media.probe.sniff import HEAD_BYTES, kind_of

    kind = kind_of(os.pread(sound, HEAD_BYTES, 0))
    found = [0.0] * BARS
    with open_media(sound, kind.demuxer or "mp3") as container:
        stream = container.streams.audio[0]
        listener = av.AudioResampler(format="flt", layout="mono", rate=LISTENED_HZ)
        done = 0
        for frame in container.decode(stream):
            for part in listener.resample(frame):
                heard = np.abs(part.to_ndarray().ravel())
                place = min(int(done / LISTENED_HZ / (length or 1.0) * BARS), BARS - 1)
                found[place] = max(found[place], float(heard.max(initial=0.0)))
                done += heard.size
                report_at(report, done, length)
    return found


def report_at(report: Reporter, done: int, length: float) -> None:
    if done % (LISTENED_HZ * 30) < 1000:
        report.progress(min(done / LISTENED_HZ / (length or 1.0), 1.0))
