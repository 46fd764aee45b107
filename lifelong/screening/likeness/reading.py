"""Looks at a film and listens to it. Runs in the probe's cage: the child gets one open file and can reach nothing else."""

import os
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

from lifelong.media.probe.cage import Limits, run
from lifelong.media.probe.facts import Facts
from lifelong.media.probe.keeper import Reporter
from lifelong.media.sprites import Sheet, tiles

EVERY_S, MOST = 3.0, 120  # a key frame every so many seconds, at most so many
HEARD_S = 1800.0  # of the sound, from its beginning


def read(source: Path, facts: Facts) -> tuple[list[int], list[int]]:
    """Prints of the pictures (64 bits each) and sketch of the sound (64 bits each); empty where there is nothing to tell by.

    Raises ``cage.Broken``.
    """
    length = facts.duration_s or 0.0
    wall = 120 + min(length, HEARD_S) / 10
    limits = Limits(wall_s=wall, cpu_s=int(wall))
    values = {
        "length": length, "rotation": facts.video.rotation if facts.video else 0, "looks": facts.video is not None,
        "listens": bool(facts.audio),
    }  # fmt: skip
    with source.open("rb") as film:
        answer = run(
            "lifelong.screening.likeness.reading:look_and_listen", [film.fileno()], limits=limits, values=values
        )
    return answer["pictures"], answer["sound"]


def look_and_listen(
    report: Reporter, film: int, *, length: float, rotation: int, looks: bool, listens: bool
) -> dict[str, Any]:
    """In the child."""
    return {
        "pictures": _look(film, length, rotation) if looks else [],
        "sound": _listen(report, film, length) if listens else [],
    }


def _look(film: int, length: float, rotation: int) -> list[int]:
    import numpy as np

    from lifelong.screening.likeness.prints import bars, picture_print, shots

    count = min(max(ceil(length / EVERY_S), 1), MOST)
    images = tiles(film, Sheet(count, length / count, 1, count), rotation)
    pictures = [np.asarray(image.convert("L")) for image in images if image is not None]
    if not pictures:
        return []
    pictures = [picture for picture in pictures if picture.shape == pictures[0].shape]
    inside = bars(pictures)
    return shots(picture_print(picture[inside]) for picture in pictures)


def _listen(report: Reporter, film: int, length: float) -> list[int]:
    from lifelong.screening.likeness.prints import Ear

    ear, heard = Ear(), 0
    for samples in _samples(film):
        ear.hear(samples)
        heard += samples.size
        if heard % 80_000 < samples.size:
            report.progress(min(heard / 8000 / max(min(length, HEARD_S), 1.0), 1.0))
        if heard > HEARD_S * 8000:
            break
    return ear.sketch().tolist()


def _samples(film: int) -> Iterator[Any]:
    import av

    from lifelong.media.probe.first_pass import open_media
    from lifelong.media.probe.sniff import HEAD_BYTES, kind_of
    from lifelong.screening.likeness.prints import HZ

    kind = kind_of(os.pread(film, HEAD_BYTES, 0))
    with open_media(film, kind.demuxer or "mp3") as container:
        listener = av.AudioResampler(format="flt", layout="mono", rate=HZ)
        for frame in container.decode(container.streams.audio[0]):
            for part in listener.resample(frame):
                yield part.to_ndarray().ravel()
